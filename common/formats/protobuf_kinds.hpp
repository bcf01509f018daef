// SPDX-License-Identifier: Apache-2.0
// What the kind of a field says of its bytes; private to this library.
#pragma once

#include "common/formats/protobuf_tables.hpp"
#include "common/formats/wire.hpp"

#include <cstdint>

namespace tlm::formats {

/// How one value of this kind travels.
[[nodiscard]] constexpr WireType wire_type(FieldKind kind) noexcept
{
    switch (kind) {
    case FieldKind::fixed32:
    case FieldKind::sfixed32:
    case FieldKind::float32:
        return WireType::fixed32;
    case FieldKind::fixed64:
    case FieldKind::sfixed64:
    case FieldKind::float64:
        return WireType::fixed64;
    case FieldKind::string:
    case FieldKind::bytes:
    case FieldKind::message:
    case FieldKind::map:
        return WireType::bytes;
    default:
        return WireType::varint;
    }
}

/// True when a field of this kind may come as this wire type; packed numbers come as bytes.
[[nodiscard]] inline bool fits(const FieldTable& field, WireType type) noexcept
{
    return field.kind != FieldKind::group &&
           (type == wire_type(field.kind) || (field.repeated && type == WireType::bytes));
}

[[nodiscard]] constexpr bool is_signed(FieldKind kind) noexcept
{
    switch (kind) {
    case FieldKind::uint32:
    case FieldKind::uint64:
    case FieldKind::fixed32:
    case FieldKind::fixed64:
        return false;
    default:
        return true;
    }
}

[[nodiscard]] constexpr bool is_64_bit(FieldKind kind) noexcept
{
    switch (kind) {
    case FieldKind::int64:
    case FieldKind::uint64:
    case FieldKind::sint64:
    case FieldKind::fixed64:
    case FieldKind::sfixed64:
        return true;
    default:
        return false;
    }
}

/// The integer that the wire's bits stand for, in two's complement when is_signed(kind).
[[nodiscard]] constexpr std::uint64_t integer(FieldKind kind, std::uint64_t value) noexcept
{
    switch (kind) {
    case FieldKind::sint32:
        return static_cast<std::uint64_t>(
            static_cast<std::int32_t>(unzigzag(static_cast<std::uint32_t>(value))));
    case FieldKind::sint64:
        return static_cast<std::uint64_t>(unzigzag(value));
    case FieldKind::int32:
    case FieldKind::sfixed32:
    case FieldKind::enumeration:
        return static_cast<std::uint64_t>(static_cast<std::int32_t>(value));
    case FieldKind::uint32:
    case FieldKind::fixed32:
        return static_cast<std::uint32_t>(value);
    case FieldKind::boolean:
        return value == 0 ? 0 : 1;
    default:
        return value;
    }
}

} // namespace tlm::formats
