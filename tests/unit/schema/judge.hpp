// SPDX-License-Identifier: Apache-2.0
// A schema and a value in one line of a test.
#pragma once

#include "common/base/error.hpp"
#include "common/schema/schema.hpp"
#include "tests/support/catch.hpp"

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

namespace tlm::schema {

/// Keeps the parser beside what was parsed.
class Parsed {
  public:
    explicit Parsed(std::string_view text)
    {
        REQUIRE(m_parser.parse(simdjson::padded_string(text)).get(m_root) == simdjson::SUCCESS);
    }

    [[nodiscard]] simdjson::dom::element operator*() const { return m_root; }

  private:
    simdjson::dom::parser m_parser;
    simdjson::dom::element m_root;
};

inline bool accepts(std::string_view schema, std::string_view value, const Options& options = {})
{
    Validator validator{Schema::compile(schema, "", options)};
    const Parsed parsed{value};
    const bool accepted = validator.accepts(*parsed);
    CHECK(validator.explain(*parsed, 10).empty() == accepted);
    return accepted;
}

inline std::vector<Failure> explain(std::string_view schema, std::string_view value,
                                    std::size_t max = 10)
{
    Validator validator{Schema::compile(schema, "", {})};
    const Parsed parsed{value};
    return validator.explain(*parsed, max);
}

/// The text of the error that compiling ends in; empty when it does not.
inline std::string compile_error(std::string_view schema, const Options& options = {})
{
    try {
        (void)Schema::compile(schema, "", options);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return "";
}

} // namespace tlm::schema
