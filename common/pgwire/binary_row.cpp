// SPDX-License-Identifier: Apache-2.0
#include "common/pgwire/binary_row.hpp"

#include <bit>
#include <concepts>
#include <cstring>

namespace tlm::pg {

namespace {

// timestamptz counts microseconds from here: 2000-01-01T00:00:00Z.
constexpr EpochMs kPostgresEpoch = 946'684'800'000;
// Its limits, in milliseconds from there: the Julian day 0, and the year 294277 (not included).
constexpr EpochMs kFirstTime = -211'813'488'000'000;
constexpr EpochMs kEndOfTime = 9'223'371'331'200'000;

template <std::integral T>
void append_big_endian(std::string& out, T value)
{
    static_assert(std::endian::native == std::endian::little);
    if constexpr (sizeof(T) == 2) {
        value = static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
    } else if constexpr (sizeof(T) == 4) {
        value = static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
    } else if constexpr (sizeof(T) == 8) {
        value = static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
    }
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out.append(bytes, sizeof(T));
}

void append_length(std::string& out, std::size_t bytes)
{
    append_big_endian(out, static_cast<std::int32_t>(bytes));
}

} // namespace

void append_copy_header(std::string& out)
{
    out.append("PGCOPY\n\xff\r\n\0", 11);
    append_big_endian(out, std::int32_t{0}); // flags
    append_big_endian(out, std::int32_t{0}); // no header extension
}

void append_copy_trailer(std::string& out)
{
    append_big_endian(out, std::int16_t{-1});
}

bool fits_timestamptz(EpochMs time) noexcept
{
    return time >= kFirstTime + kPostgresEpoch && time < kEndOfTime + kPostgresEpoch;
}

BinaryRow::BinaryRow(std::string& out, std::int16_t columns) : m_out(out)
{
    append_big_endian(m_out, columns);
}

template <typename T>
void BinaryRow::number(T value)
{
    append_length(m_out, sizeof(T));
    append_big_endian(m_out, value);
}

void BinaryRow::null()
{
    append_big_endian(m_out, std::int32_t{-1});
}

void BinaryRow::boolean(bool value)
{
    number(static_cast<std::int8_t>(value));
}

void BinaryRow::int2(std::int16_t value)
{
    number(value);
}

void BinaryRow::int4(std::int32_t value)
{
    number(value);
}

void BinaryRow::int8(std::int64_t value)
{
    number(value);
}

void BinaryRow::float8(double value)
{
    number(std::bit_cast<std::int64_t>(value));
}

void BinaryRow::text(std::string_view value)
{
    append_length(m_out, value.size());
    m_out.append(value);
}

void BinaryRow::timestamptz(EpochMs time)
{
    number(std::int64_t{(time - kPostgresEpoch) * 1000});
}

void BinaryRow::jsonb(std::string_view json)
{
    constexpr char kJsonbVersion = 1;
    append_length(m_out, json.size() + 1);
    m_out.push_back(kJsonbVersion);
    m_out.append(json);
}

} // namespace tlm::pg
