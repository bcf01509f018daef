// SPDX-License-Identifier: Apache-2.0
// A schema on the first line, a value behind it: compiling ends in a schema or an Error, judging in
// a verdict, and both passes agree.
#include "common/base/error.hpp"
#include "common/schema/schema.hpp"

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

using namespace tlm;
using namespace tlm::schema;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const auto line_end = input.find('\n');
    std::shared_ptr<const Schema> schema;
    try {
        Options options;
        options.assert_formats = true;
        schema = Schema::compile(input.substr(0, line_end), "fuzz.json", options);
    } catch (const Error&) {
        return 0;
    }
    simdjson::dom::parser parser;
    simdjson::dom::element value;
    const std::string_view text =
        line_end == std::string_view::npos ? "null" : input.substr(line_end + 1);
    if (parser.parse(simdjson::padded_string(text)).get(value) != simdjson::SUCCESS) {
        return 0;
    }
    Validator validator{schema};
    const bool accepted = validator.accepts(value);
    if (validator.explain(value, 3).empty() != accepted || validator.accepts(value) != accepted) {
        std::abort();
    }
    return 0;
}
