// SPDX-License-Identifier: Apache-2.0
// The devices that are known, and what is known of each.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tlm::validation {

/// A table of devices with the tags of each, read once; see tlm-validation(5). Immutable: a new
/// file becomes a new Registry, or none at all when anything in it is wrong.
class Registry {
  public:
    /// Reads CSV, or NDJSON when the first character is a brace. Throws Error usage that names
    /// line and mistake: `NAME: line 7: …`. A device that stands twice is a mistake.
    [[nodiscard]] static std::shared_ptr<const Registry> parse(std::string_view text,
                                                               std::string_view name);

    /// The device's tags, a JSON object, or empty when it has none; null when it is not listed.
    [[nodiscard]] const std::string* find(std::string_view device_id) const;

    [[nodiscard]] std::size_t size() const noexcept { return m_tags.size(); }

  private:
    /// Lets a view be looked up without a string made of it.
    struct Hash {
        using is_transparent = void; // NOLINT(readability-identifier-naming): the standard's name

        std::size_t operator()(std::string_view text) const noexcept
        {
            return std::hash<std::string_view>{}(text);
        }
    };

    void parse_csv(std::string_view text);
    void parse_ndjson(std::string_view text);
    void add(std::string_view device_id, std::string tags, std::size_t line);

    std::unordered_map<std::string, std::string, Hash, std::equal_to<>> m_tags;
};

} // namespace tlm::validation
