// SPDX-License-Identifier: Apache-2.0
// What a descriptor set becomes for the walk along the wire; private to this library.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace tlm::formats {

/// What a field holds: its wire type and its form in JSON follow from it.
enum class FieldKind : std::uint8_t {
    int32,
    int64,
    uint32,
    uint64,
    sint32,
    sint64,
    fixed32,
    fixed64,
    sfixed32,
    sfixed64,
    float32,
    float64,
    boolean,
    enumeration,
    string,
    bytes,
    message,
    map,
    group, ///< skipped and counted as unknown
};

/// Types that ProtoJSON writes in a form of their own.
enum class WellKnown : std::uint8_t {
    none,
    timestamp,
    duration,
    wrapper,
    structure,
    value,
    list_value,
};

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

struct FieldTable {
    std::uint32_t number = 0;
    FieldKind kind = FieldKind::int32;
    bool repeated = false;
    bool required = false;
    bool implicit = false; ///< without presence: absent means zero
    std::uint32_t oneof = kNone;
    std::uint32_t type = kNone; ///< of a message or map entry its message, of an enum its enum
    std::string name;           ///< as JSON has it
    std::string key;            ///< the same as JSON text, colon included
};

struct MessageTable {
    std::string full_name;
    WellKnown well_known = WellKnown::none;
    std::vector<FieldTable> fields;    ///< by number, ascending
    std::vector<std::uint32_t> nested; ///< messages declared inside, in order of declaration
    std::vector<std::uint32_t> direct; ///< index in `fields` by number, for small numbers
    std::uint32_t required = 0;        ///< how many fields are
    std::uint32_t oneofs = 0;

    /// The index in `fields`, or kNone.
    [[nodiscard]] std::uint32_t find(std::uint32_t number) const noexcept
    {
        if (number < direct.size()) {
            return direct[number];
        }
        const auto found =
            std::lower_bound(fields.begin(), fields.end(), number,
                             [](const FieldTable& f, std::uint32_t n) { return f.number < n; });
        return found == fields.end() || found->number != number
                   ? kNone
                   : static_cast<std::uint32_t>(found - fields.begin());
    }
};

struct EnumTable {
    bool null_value = false;                                 ///< google.protobuf.NullValue
    std::int32_t first = 0;                                  ///< the default
    std::vector<std::pair<std::int32_t, std::string>> names; ///< by number; JSON strings

    /// The name as a JSON string, or nothing.
    [[nodiscard]] const std::string* find(std::int32_t number) const noexcept
    {
        const auto found = std::lower_bound(names.begin(), names.end(), number,
                                            [](const std::pair<std::int32_t, std::string>& n,
                                               std::int32_t v) { return n.first < v; });
        return found == names.end() || found->first != number ? nullptr : &found->second;
    }
};

struct ProtobufTables {
    std::vector<MessageTable> messages;
    std::vector<EnumTable> enums;
    std::vector<std::uint32_t> last_file; ///< top-level messages of the last file of the set
};

} // namespace tlm::formats
