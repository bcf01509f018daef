// SPDX-License-Identifier: Apache-2.0
// JSON numbers as simdjson holds them, compared exactly and never through a rounding.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <limits>
#include <string>

namespace tlm::schema {

/// An int64, a uint64 beyond int64, or a finite double.
struct Number {
    simdjson::dom::element_type type = simdjson::dom::element_type::INT64;

    union {
        std::int64_t i = 0;
        std::uint64_t u;
        double d;
    };
};

[[nodiscard]] Number number_from(std::int64_t value) noexcept;
[[nodiscard]] Number number_from(std::uint64_t value) noexcept;
[[nodiscard]] Number number_from(double value) noexcept;

[[nodiscard]] bool is_number(simdjson::dom::element element) noexcept;

/// Only when is_number().
[[nodiscard]] Number number_of(simdjson::dom::element element) noexcept;

/// The shortest text that reads back as the same number.
[[nodiscard]] std::string to_text(const Number& number);

/// Below, at or above zero, as `left` is less than, equal to or greater than `right`.
[[nodiscard]] int compare(const Number& left, const Number& right) noexcept;

/// True for 1.0, false for 1.5.
[[nodiscard]] bool is_whole(double value) noexcept;

/// `digits` times ten to the power of `exponent`: the shortest decimal form of a number's
/// magnitude.
struct Decimal {
    std::uint64_t digits = 0;
    int exponent = 0;
};

[[nodiscard]] Decimal decimal_of(const Number& number);

/// Whether `value` is a whole multiple of `divisor` (not zero), both taken as the decimals that
/// they are written as: 0.3 is a multiple of 0.1 although the doubles are not.
[[nodiscard]] bool is_multiple(const Decimal& value, const Decimal& divisor) noexcept;

/// The numbers from one limit to another, one closed interval for each type that simdjson has, so
/// that a number is compared twice, in its own type, and exactly.
struct Interval {
    std::int64_t low_int = std::numeric_limits<std::int64_t>::min();
    std::int64_t high_int = std::numeric_limits<std::int64_t>::max();
    std::uint64_t low_uint = 0;
    std::uint64_t high_uint = std::numeric_limits<std::uint64_t>::max();
    double low_double = -std::numeric_limits<double>::infinity();
    double high_double = std::numeric_limits<double>::infinity();

    void raise_low(const Number& limit, bool exclusive) noexcept;
    void lower_high(const Number& limit, bool exclusive) noexcept;

    [[nodiscard]] bool holds(std::int64_t value) const noexcept
    {
        return low_int <= value && value <= high_int;
    }

    [[nodiscard]] bool holds(std::uint64_t value) const noexcept
    {
        return low_uint <= value && value <= high_uint;
    }

    [[nodiscard]] bool holds(double value) const noexcept
    {
        return low_double <= value && value <= high_double;
    }

    [[nodiscard]] bool holds(const Number& number) const noexcept;
};

} // namespace tlm::schema
