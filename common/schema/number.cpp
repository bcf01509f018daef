// SPDX-License-Identifier: Apache-2.0
#include "common/schema/number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tlm::schema {
namespace {

using simdjson::dom::element_type;

constexpr auto kMinInt = std::numeric_limits<std::int64_t>::min();
constexpr auto kMaxInt = std::numeric_limits<std::int64_t>::max();
constexpr auto kMaxUint = std::numeric_limits<std::uint64_t>::max();
constexpr double kTwo63 = 9223372036854775808.0;
constexpr double kTwo64 = 18446744073709551616.0;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <typename T>
int order(T left, T right) noexcept
{
    return left < right ? -1 : static_cast<int>(left > right);
}

/// A double against an integer: first the whole parts, as integers, then the fraction.
int compare(double left, std::int64_t right) noexcept
{
    if (left >= kTwo63) {
        return 1;
    }
    if (left < -kTwo63) {
        return -1;
    }
    const double floor = std::floor(left);
    const int whole = order(static_cast<std::int64_t>(floor), right);
    return whole != 0 ? whole : static_cast<int>(left > floor);
}

int compare(double left, std::uint64_t right) noexcept
{
    if (left >= kTwo64) {
        return 1;
    }
    if (left < 0) {
        return -1;
    }
    const double floor = std::floor(left);
    const int whole = order(static_cast<std::uint64_t>(floor), right);
    return whole != 0 ? whole : static_cast<int>(left > floor);
}

int compare(double left, const Number& right) noexcept
{
    switch (right.type) {
    case element_type::INT64:
        return compare(left, right.i);
    case element_type::UINT64:
        return compare(left, right.u);
    default:
        return order(left, right.d);
    }
}

/// The least int64 not below the limit; kMaxInt with `none` when there is none.
std::int64_t least_int(const Number& limit, bool exclusive, bool& none) noexcept
{
    std::int64_t least = 0;
    bool beyond = false; // the limit itself is taken and must not be
    switch (limit.type) {
    case element_type::INT64:
        least = limit.i;
        beyond = exclusive;
        break;
    case element_type::UINT64:
        none = true;
        break;
    default:
        if (limit.d >= kTwo63) {
            none = true;
        } else if (limit.d < -kTwo63) {
            least = kMinInt;
        } else {
            least = static_cast<std::int64_t>(std::ceil(limit.d));
            beyond = exclusive && is_whole(limit.d);
        }
    }
    none = none || (beyond && least == kMaxInt);
    return none ? kMaxInt : least + static_cast<std::int64_t>(beyond);
}

std::int64_t greatest_int(const Number& limit, bool exclusive, bool& none) noexcept
{
    std::int64_t greatest = 0;
    bool beyond = false;
    switch (limit.type) {
    case element_type::INT64:
        greatest = limit.i;
        beyond = exclusive;
        break;
    case element_type::UINT64:
        greatest = kMaxInt;
        break;
    default:
        if (limit.d >= kTwo63) {
            greatest = kMaxInt;
        } else if (limit.d < -kTwo63) {
            none = true;
        } else {
            greatest = static_cast<std::int64_t>(std::floor(limit.d));
            beyond = exclusive && is_whole(limit.d);
        }
    }
    none = none || (beyond && greatest == kMinInt);
    return none ? kMinInt : greatest - static_cast<std::int64_t>(beyond);
}

std::uint64_t least_uint(const Number& limit, bool exclusive, bool& none) noexcept
{
    std::uint64_t least = 0;
    bool beyond = false;
    switch (limit.type) {
    case element_type::INT64:
        least = limit.i < 0 ? 0 : static_cast<std::uint64_t>(limit.i);
        beyond = exclusive && limit.i >= 0;
        break;
    case element_type::UINT64:
        least = limit.u;
        beyond = exclusive;
        break;
    default:
        if (limit.d >= kTwo64) {
            none = true;
        } else if (limit.d >= 0) {
            least = static_cast<std::uint64_t>(std::ceil(limit.d));
            beyond = exclusive && is_whole(limit.d);
        }
    }
    none = none || (beyond && least == kMaxUint);
    return none ? kMaxUint : least + static_cast<std::uint64_t>(beyond);
}

std::uint64_t greatest_uint(const Number& limit, bool exclusive, bool& none) noexcept
{
    std::uint64_t greatest = 0;
    bool beyond = false;
    switch (limit.type) {
    case element_type::INT64:
        none = limit.i < 0;
        greatest = static_cast<std::uint64_t>(limit.i);
        beyond = exclusive;
        break;
    case element_type::UINT64:
        greatest = limit.u;
        beyond = exclusive;
        break;
    default:
        if (limit.d >= kTwo64) {
            greatest = kMaxUint;
        } else if (limit.d < 0) {
            none = true;
        } else {
            greatest = static_cast<std::uint64_t>(std::floor(limit.d));
            beyond = exclusive && is_whole(limit.d);
        }
    }
    none = none || (beyond && greatest == 0);
    return none ? 0 : greatest - static_cast<std::uint64_t>(beyond);
}

double nearest_double(const Number& limit) noexcept
{
    switch (limit.type) {
    case element_type::INT64:
        return static_cast<double>(limit.i);
    case element_type::UINT64:
        return static_cast<double>(limit.u);
    default:
        return limit.d;
    }
}

std::uint64_t multiply(std::uint64_t left, std::uint64_t right, std::uint64_t modulus) noexcept
{
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(left) * right % modulus);
}

} // namespace

bool is_number(simdjson::dom::element element) noexcept
{
    switch (element.type()) {
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
        return true;
    default:
        return false;
    }
}

Number number_from(std::int64_t value) noexcept
{
    Number number;
    number.i = value;
    return number;
}

Number number_from(std::uint64_t value) noexcept
{
    Number number;
    number.type = element_type::UINT64;
    number.u = value;
    return number;
}

Number number_from(double value) noexcept
{
    Number number;
    number.type = element_type::DOUBLE;
    number.d = value;
    return number;
}

Number number_of(simdjson::dom::element element) noexcept
{
    switch (element.type()) {
    case element_type::INT64:
        return number_from(element.get_int64().value_unsafe());
    case element_type::UINT64:
        return number_from(element.get_uint64().value_unsafe());
    default:
        return number_from(element.get_double().value_unsafe());
    }
}

std::string to_text(const Number& number)
{
    std::array<char, 32> text{};
    std::to_chars_result end{};
    switch (number.type) {
    case element_type::INT64:
        end = std::to_chars(text.begin(), text.end(), number.i);
        break;
    case element_type::UINT64:
        end = std::to_chars(text.begin(), text.end(), number.u);
        break;
    default:
        end = std::to_chars(text.begin(), text.end(), number.d);
    }
    return {text.data(), end.ptr};
}

int compare(const Number& left, const Number& right) noexcept
{
    if (left.type == element_type::DOUBLE) {
        return compare(left.d, right);
    }
    if (right.type == element_type::DOUBLE) {
        return -compare(right.d, left);
    }
    if (left.type == right.type) {
        return left.type == element_type::INT64 ? order(left.i, right.i) : order(left.u, right.u);
    }
    // simdjson says uint64 only of what int64 cannot hold.
    return left.type == element_type::UINT64 ? 1 : -1;
}

bool is_whole(double value) noexcept
{
    return std::trunc(value) == value;
}

Decimal decimal_of(const Number& number)
{
    Decimal decimal;
    if (number.type == element_type::UINT64) {
        decimal.digits = number.u;
    } else if (number.type == element_type::INT64) {
        decimal.digits = number.i < 0 ? 0 - static_cast<std::uint64_t>(number.i)
                                      : static_cast<std::uint64_t>(number.i);
    } else {
        // Scientific: 1.2345e-07. The digits without their point, at most 17 of them.
        std::array<char, 32> text{};
        const auto end = std::to_chars(text.begin(), text.end(), std::abs(number.d),
                                       std::chars_format::scientific);
        const char* const e = std::find(text.data(), end.ptr, 'e');
        int fraction = -1;
        for (const char* c = text.data(); c != e; ++c) {
            if (*c == '.') {
                fraction = 0;
            } else {
                decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(*c - '0');
                fraction += static_cast<int>(fraction >= 0);
            }
        }
        const char* const exponent = e + 1 + static_cast<int>(e[1] == '+');
        std::from_chars(exponent, end.ptr, decimal.exponent);
        decimal.exponent -= std::max(fraction, 0);
    }
    while (decimal.digits != 0 && decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        ++decimal.exponent;
    }
    return decimal;
}

bool is_multiple(const Decimal& value, const Decimal& divisor) noexcept
{
    if (value.digits == 0) {
        return true;
    }
    int exponent = value.exponent - divisor.exponent;
    if (exponent <
        0) { // no trailing zeros are left in the digits: a power of ten cannot divide them
        return false;
    }
    std::uint64_t remainder = value.digits % divisor.digits;
    std::uint64_t power = 10 % divisor.digits;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1) {
            remainder = multiply(remainder, power, divisor.digits);
        }
        power = multiply(power, power, divisor.digits);
    }
    return remainder == 0;
}

void Interval::raise_low(const Number& limit, bool exclusive) noexcept
{
    bool no_int = false;
    low_int = std::max(low_int, least_int(limit, exclusive, no_int));
    high_int = no_int ? kMinInt : high_int;
    bool no_uint = false;
    low_uint = std::max(low_uint, least_uint(limit, exclusive, no_uint));
    high_uint = no_uint ? 0 : high_uint;
    double low = nearest_double(limit);
    const int side = compare(low, limit);
    if (side < 0 || (exclusive && side == 0)) {
        low = std::nextafter(low, kInfinity);
    }
    low_double = std::max(low_double, low);
}

void Interval::lower_high(const Number& limit, bool exclusive) noexcept
{
    bool no_int = false;
    high_int = std::min(high_int, greatest_int(limit, exclusive, no_int));
    low_int = no_int ? kMaxInt : low_int;
    bool no_uint = false;
    high_uint = std::min(high_uint, greatest_uint(limit, exclusive, no_uint));
    low_uint = no_uint ? kMaxUint : low_uint;
    double high = nearest_double(limit);
    const int side = compare(high, limit);
    if (side > 0 || (exclusive && side == 0)) {
        high = std::nextafter(high, -kInfinity);
    }
    high_double = std::min(high_double, high);
}

bool Interval::holds(const Number& number) const noexcept
{
    switch (number.type) {
    case element_type::INT64:
        return holds(number.i);
    case element_type::UINT64:
        return holds(number.u);
    default:
        return holds(number.d);
    }
}

} // namespace tlm::schema
