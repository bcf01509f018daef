// SPDX-License-Identifier: Apache-2.0
// What every decoder promises of the text that it appends.
#pragma once

#include <simdjson.h>

#include <cstdlib>
#include <string>

namespace tlm::fuzz {

/// Ends the run unless `text` is JSON.
inline void require_json(const std::string& text)
{
    static simdjson::dom::parser parser;
    if (parser.parse(simdjson::padded_string{text}).error() != simdjson::SUCCESS) {
        std::abort();
    }
}

} // namespace tlm::fuzz
