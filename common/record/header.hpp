// SPDX-License-Identifier: Apache-2.0
// A header of a Kafka record.
#pragma once

#include <string>

namespace tlm {

/// Name and value; names may repeat, values are bytes, order is kept.
struct Header {
    std::string name;
    std::string value;

    bool operator==(const Header&) const = default;
};

} // namespace tlm
