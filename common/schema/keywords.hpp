// SPDX-License-Identifier: Apache-2.0
// The keywords of one subschema, read with their types checked.
#pragma once

#include "common/schema/number.hpp"
#include "common/schema/registry.hpp"

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::schema {

/// A keyword that is not there is nothing; one of the wrong type is an Error usage that names it.
class Keywords {
  public:
    Keywords(const Registry& registry, const Place& place, simdjson::dom::object object);

    [[nodiscard]] const Dialect& dialect() const noexcept { return m_dialect; }

    [[nodiscard]] Draft draft() const noexcept { return m_dialect.draft; }

    [[nodiscard]] const Place& place() const noexcept { return m_place; }

    [[nodiscard]] std::optional<simdjson::dom::element> find(std::string_view name) const;
    [[nodiscard]] std::optional<std::uint64_t> count(std::string_view name) const;
    [[nodiscard]] std::optional<Number> number(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> string(std::string_view name) const;
    [[nodiscard]] bool flag(std::string_view name) const; ///< false when it is not there
    [[nodiscard]] std::optional<simdjson::dom::array> array(std::string_view name) const;
    [[nodiscard]] std::optional<simdjson::dom::object> object(std::string_view name) const;

    /// Strings of an array that stands at `path` below this subschema.
    [[nodiscard]] std::vector<std::string_view> strings(const std::string& path,
                                                        simdjson::dom::element element) const;

    [[nodiscard]] std::optional<Place> subschema(std::string_view name) const;
    [[nodiscard]] std::vector<Place> subschemas(std::string_view name) const; ///< of an array
    [[nodiscard]] Place subschema_at(const std::string& path, simdjson::dom::element element) const;

    /// `what` is said of what stands at `path`.
    [[nodiscard]] Error error(const std::string& path, const std::string& what) const;

    [[nodiscard]] simdjson::dom::object all() const noexcept { return m_object; }

  private:
    const Registry& m_registry;
    const Place& m_place;
    simdjson::dom::object m_object;
    const Dialect& m_dialect;
};

} // namespace tlm::schema
