// SPDX-License-Identifier: Apache-2.0
// Settings in JSON: a parsed file whose every mistake is named. For sources only, not for headers.
#pragma once

#include "common/base/error.hpp"
#include "common/record/guarded_json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tlm::validation {

/// A value inside a settings file, with the place where it stands. What a method returns is valid
/// as long as the parser is; each throws Error usage that names file and place.
class Setting {
  public:
    /// `file` is its name, `place` the JSON Pointer to the value.
    Setting(std::string file, std::string place, simdjson::dom::element value)
        : m_file(std::move(file)), m_place(std::move(place)), m_value(value)
    {}

    [[nodiscard]] simdjson::dom::object object() const;
    [[nodiscard]] simdjson::dom::array array() const;
    [[nodiscard]] std::string_view text() const;
    [[nodiscard]] double number() const;
    /// A whole number from `least` to `most`.
    [[nodiscard]] std::uint32_t count(std::uint32_t least, std::uint32_t most) const;

    [[nodiscard]] Setting member(std::string_view key, simdjson::dom::element value) const;
    [[nodiscard]] Setting item(std::size_t index, simdjson::dom::element value) const;

    /// The error that something is wrong here: `FILE: /place: what`.
    [[nodiscard]] Error wrong(std::string_view what) const;

    [[nodiscard]] const simdjson::dom::element& value() const noexcept { return m_value; }

  private:
    std::string m_file;
    std::string m_place;
    simdjson::dom::element m_value;
};

/// Parses a settings file; `name` is how errors call it. Throws Error usage when it is not JSON.
[[nodiscard]] Setting parse_settings(GuardedJson& json, std::string_view text,
                                     std::string_view name);

} // namespace tlm::validation
