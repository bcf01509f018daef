// SPDX-License-Identifier: Apache-2.0
// tlm SCHEMA DATA VERDICTS ROUNDS [parse]: common/schema, parsing included; with `parse` that
// alone.
#include "common/base/units.hpp"
#include "common/schema/schema.hpp"
#include "tests/bench/validators/lines.hpp"

#include <simdjson.h>

#include <exception>

int main(int argc, char** argv)
try {
    if (argc < 5) {
        std::fputs("usage: tlm SCHEMA DATA VERDICTS ROUNDS [parse]\n", stderr);
        return 2;
    }
    const bool only_parse = argc > 5;
    const auto rounds = static_cast<int>(tlm::parse_unsigned(argv[4]).value_or(1));
    tlm::schema::Validator validator{
        tlm::schema::Schema::compile(tlm::bench::read_file(argv[1]), argv[1], {})};
    simdjson::dom::parser parser;
    return tlm::bench::run(argv[2], argv[3], rounds, [&](std::string_view line) {
        simdjson::dom::element value;
        return parser.parse(line.data(), line.size(), false).get(value) == simdjson::SUCCESS &&
               (only_parse || validator.accepts(value));
    });

} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
