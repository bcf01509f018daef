// SPDX-License-Identifier: Apache-2.0
#include "common/formats/protobuf_writer.hpp"

#include "common/formats/protobuf_kinds.hpp"
#include "common/formats/protobuf_tables.hpp"
#include "common/formats/wire_writer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tlm::formats {
namespace {

const FieldTable& table_of(ProtobufType type, ProtobufWriter::Field field)
{
    return type.tables().messages[type.message()].fields[field];
}

bool is_timestamp(ProtobufType type, const FieldTable& field)
{
    return field.kind == FieldKind::message &&
           type.tables().messages[field.type].well_known == WellKnown::timestamp;
}

template <typename Whole>
std::int64_t cut(std::int64_t value)
{
    using Limits = std::numeric_limits<Whole>;
    return std::clamp<std::int64_t>(value, Limits::min(), Limits::max());
}

/// The number cut to what the field holds.
std::int64_t fitting(FieldKind kind, std::int64_t value)
{
    switch (kind) {
    case FieldKind::int32:
    case FieldKind::sint32:
    case FieldKind::sfixed32:
    case FieldKind::enumeration:
        return cut<std::int32_t>(value);
    case FieldKind::uint32:
    case FieldKind::fixed32:
        return cut<std::uint32_t>(value);
    case FieldKind::uint64:
    case FieldKind::fixed64:
        return std::max<std::int64_t>(value, 0);
    case FieldKind::boolean:
        return value != 0 ? 1 : 0;
    default:
        return value;
    }
}

void write_whole(WireWriter& message, const FieldTable& field, std::int64_t value)
{
    value = fitting(field.kind, value);
    const auto bits = field.kind == FieldKind::sint32 || field.kind == FieldKind::sint64
                          ? zigzag(value)
                          : static_cast<std::uint64_t>(value);
    switch (wire_type(field.kind)) {
    case WireType::fixed32:
        message.fixed32(field.number, static_cast<std::uint32_t>(bits));
        break;
    case WireType::fixed64:
        message.fixed64(field.number, bits);
        break;
    default:
        message.varint(field.number, bits);
        break;
    }
}

std::int64_t rounded(double value)
{
    constexpr double kLargest = 0x1p63;
    if (value >= kLargest) {
        return std::numeric_limits<std::int64_t>::max();
    }
    return value <= -kLargest ? std::numeric_limits<std::int64_t>::min() : std::llround(value);
}

/// The bytes of a google.protobuf.Timestamp.
std::string timestamp_of(EpochMs value)
{
    constexpr std::int64_t kSecond = 1'000;
    constexpr std::int64_t kNanosPerMilli = 1'000'000;
    const auto millis = ((value % kSecond) + kSecond) % kSecond;
    std::string bytes;
    WireWriter message{bytes};
    message.varint(1, static_cast<std::uint64_t>((value - millis) / kSecond));
    message.varint(2, static_cast<std::uint64_t>(millis * kNanosPerMilli));
    return bytes;
}

/// The number of the value with this name; empty when there is none.
std::optional<std::int32_t> find_enum_value(ProtobufType type, const FieldTable& table,
                                            std::string_view name) noexcept
{
    const auto& names = type.tables().enums[table.type].names; // quoted, as JSON has them
    const auto found = std::find_if(names.begin(), names.end(), [name](const auto& each) {
        return std::string_view{each.second}.substr(1, each.second.size() - 2) == name;
    });
    return found == names.end() ? std::nullopt : std::optional{found->first};
}

} // namespace

std::optional<ProtobufWriter::Field> ProtobufWriter::find(std::string_view name) const noexcept
{
    const auto& fields = m_type.tables().messages[m_type.message()].fields;
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [name](const FieldTable& each) { return each.name == name; });
    return found == fields.end() ? std::nullopt
                                 : std::optional{static_cast<Field>(found - fields.begin())};
}

bool ProtobufWriter::takes_number(Field field) const noexcept
{
    const auto kind = table_of(m_type, field).kind;
    return kind <= FieldKind::enumeration;
}

bool ProtobufWriter::takes_text(Field field) const noexcept
{
    const auto kind = table_of(m_type, field).kind;
    return kind == FieldKind::string || kind == FieldKind::bytes || kind == FieldKind::enumeration;
}

bool ProtobufWriter::knows_text(Field field, std::string_view value) const noexcept
{
    const auto& table = table_of(m_type, field);
    return table.kind != FieldKind::enumeration || find_enum_value(m_type, table, value);
}

bool ProtobufWriter::takes_time(Field field) const noexcept
{
    const auto& table = table_of(m_type, field);
    return is_64_bit(table.kind) || is_timestamp(m_type, table);
}

void ProtobufWriter::append_number(std::string& out, Field field, double value) const
{
    const auto& table = table_of(m_type, field);
    WireWriter message{out};
    if (table.kind == FieldKind::float64) {
        message.real64(table.number, value);
    } else if (table.kind == FieldKind::float32) {
        message.real32(table.number, static_cast<float>(value));
    } else {
        write_whole(message, table, rounded(value));
    }
}

void ProtobufWriter::append_text(std::string& out, Field field, std::string_view value) const
{
    const auto& table = table_of(m_type, field);
    WireWriter message{out};
    if (table.kind != FieldKind::enumeration) {
        message.bytes(table.number, value);
        return;
    }
    write_whole(message, table, find_enum_value(m_type, table, value).value_or(0));
}

void ProtobufWriter::append_integer(std::string& out, Field field, std::int64_t value) const
{
    const auto& table = table_of(m_type, field);
    WireWriter message{out};
    if (is_timestamp(m_type, table)) {
        message.bytes(table.number, timestamp_of(value));
    } else {
        write_whole(message, table, value);
    }
}

} // namespace tlm::formats
