// SPDX-License-Identifier: Apache-2.0
// What a line holds.
#pragma once

namespace tlm::validate {

enum class Form {
    records, ///< tlm-record(5)
    values,  ///< bare JSON
};

} // namespace tlm::validate
