// SPDX-License-Identifier: Apache-2.0
// Protobuf messages out of single values.
#pragma once

#include "common/base/time.hpp"
#include "common/formats/protobuf_schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlm::formats {

/// Appends fields of one message type, at the top level only: numbers, text, and Timestamps. A
/// message is the fields that were appended, in any order. The schema must outlive it.
class ProtobufWriter {
  public:
    /// A field of the type, as find() gives it.
    using Field = std::uint32_t;

    explicit ProtobufWriter(ProtobufType type) noexcept : m_type(type) {}

    /// The field with this name, of those that ProtobufNames chose; empty when the type has none.
    [[nodiscard]] std::optional<Field> find(std::string_view name) const noexcept;

    [[nodiscard]] bool takes_number(Field field) const noexcept;
    [[nodiscard]] bool takes_text(Field field) const noexcept; ///< string, bytes, enum
    [[nodiscard]] bool takes_time(Field field) const noexcept; ///< 64-bit integers, Timestamp

    /// False for a text that append_text() could not write: no value of the enum has this name.
    [[nodiscard]] bool knows_text(Field field, std::string_view value) const noexcept;

    /// Whole numbers are rounded where the field is one, and cut to its range.
    void append_number(std::string& out, Field field, double value) const;

    /// An enum takes the name of a value; an unknown one is written as 0.
    void append_text(std::string& out, Field field, std::string_view value) const;

    /// Milliseconds, or a Timestamp. Also for other whole numbers of 64 bits.
    void append_integer(std::string& out, Field field, std::int64_t value) const;

  private:
    ProtobufType m_type;
};

} // namespace tlm::formats
