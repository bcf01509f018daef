// SPDX-License-Identifier: Apache-2.0
// rapidjson SCHEMA DATA VERDICTS ROUNDS: RapidJSON and its own validator (draft 4 keywords).
#include "common/base/units.hpp"
#include "tests/bench/validators/lines.hpp"

#include <rapidjson/document.h>
#include <rapidjson/schema.h>

#include <exception>

int main(int argc, char** argv)
try {
    if (argc < 5) {
        std::fputs("usage: rapidjson SCHEMA DATA VERDICTS ROUNDS\n", stderr);
        return 2;
    }
    const auto rounds = static_cast<int>(tlm::parse_unsigned(argv[4]).value_or(1));
    const std::string text = tlm::bench::read_file(argv[1]);
    rapidjson::Document schema_document;
    schema_document.Parse(text.data(), text.size());
    const rapidjson::SchemaDocument schema{schema_document};
    rapidjson::SchemaValidator validator{schema};
    return tlm::bench::run(argv[2], argv[3], rounds, [&](std::string_view line) {
        rapidjson::Document document;
        document.Parse(line.data(), line.size());
        validator.Reset();
        return !document.HasParseError() && document.Accept(validator);
    });

} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
