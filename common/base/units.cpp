// SPDX-License-Identifier: Apache-2.0
#include "common/base/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace tlm {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array kDurationUnits{
    Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1},
};

constexpr std::array kSizeUnits{
    Unit{"Gi", 1ULL << 30},
    Unit{"Mi", 1ULL << 20},
    Unit{"Ki", 1ULL << 10},
    Unit{"G", 1'000'000'000},
    Unit{"M", 1'000'000},
    Unit{"k", 1'000},
    Unit{"", 1},
};

/// Takes leading digits off `text`.
std::optional<std::uint64_t> take_digits(std::string_view& text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<std::uint64_t> multiply(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) {
        return std::nullopt;
    }
    return product;
}

/// Exactly `count` digits at the front of `text`.
std::optional<int> take_fixed(std::string_view& text, std::size_t count)
{
    if (text.size() < count) {
        return std::nullopt;
    }
    int value = 0;
    for (const char c : text.substr(0, count)) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take_char(std::string_view& text, std::string_view allowed)
{
    if (text.empty() || allowed.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// `YYYY-MM-DD` at the front of `text`, as milliseconds of its midnight UTC.
std::optional<EpochMs> take_date(std::string_view& text)
{
    const auto year = take_fixed(text, 4);
    if (!year || !take_char(text, "-")) {
        return std::nullopt;
    }
    const auto month = take_fixed(text, 2);
    if (!month || !take_char(text, "-")) {
        return std::nullopt;
    }
    const auto day = take_fixed(text, 2);
    if (!day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) {
        return std::nullopt;
    }
    return std::chrono::sys_time<milliseconds>{std::chrono::sys_days{date}}
        .time_since_epoch()
        .count();
}

/// `HH:MM` at the front of `text`, in minutes.
std::optional<int> take_clock(std::string_view& text)
{
    const auto hour = take_fixed(text, 2);
    if (!hour || *hour > 23 || !take_char(text, ":")) {
        return std::nullopt;
    }
    const auto minute = take_fixed(text, 2);
    if (!minute || *minute > 59) {
        return std::nullopt;
    }
    return *hour * 60 + *minute;
}

/// `.123456` at the front of `text`, cut to milliseconds; 0 when there is no fraction.
std::optional<int> take_fraction_ms(std::string_view& text)
{
    if (!take_char(text, ".")) {
        return 0;
    }
    int value = 0;
    int digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (digits < 3) {
            value = value * 10 + (text.front() - '0');
        }
        ++digits;
        text.remove_prefix(1);
    }
    if (digits == 0) {
        return std::nullopt;
    }
    for (int i = digits; i < 3; ++i) {
        value *= 10;
    }
    return value;
}

/// `Z` or `+HH:MM` at the front of `text`, in minutes east of UTC.
std::optional<int> take_zone(std::string_view& text)
{
    if (take_char(text, "Zz")) {
        return 0;
    }
    const bool west = !text.empty() && text.front() == '-';
    if (!take_char(text, "+-")) {
        return std::nullopt;
    }
    const auto minutes = take_clock(text);
    if (!minutes) {
        return std::nullopt;
    }
    return west ? -*minutes : *minutes;
}

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text)
{
    if (text == "0") {
        return milliseconds{0};
    }
    std::uint64_t total = 0;
    std::size_t next_unit = 0;
    if (text.empty()) {
        return std::nullopt;
    }
    while (!text.empty()) {
        const auto number = take_digits(text);
        if (!number) {
            return std::nullopt;
        }
        const std::size_t letters = text.find_first_of("0123456789");
        const auto name = text.substr(0, letters);
        while (next_unit < kDurationUnits.size() && kDurationUnits[next_unit].name != name) {
            ++next_unit;
        }
        if (next_unit == kDurationUnits.size()) {
            return std::nullopt;
        }
        const auto part = multiply(*number, kDurationUnits[next_unit].factor);
        if (!part || __builtin_add_overflow(total, *part, &total)) {
            return std::nullopt;
        }
        ++next_unit;
        text.remove_prefix(name.size());
    }
    if (total > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return milliseconds{static_cast<std::int64_t>(total)};
}

std::string format_duration(milliseconds value)
{
    auto rest = static_cast<std::uint64_t>(value.count());
    if (rest == 0) {
        return "0";
    }
    std::string text;
    for (const auto& unit : kDurationUnits) {
        if (const auto count = rest / unit.factor; count > 0) {
            text += std::to_string(count);
            text += unit.name;
            rest %= unit.factor;
        }
    }
    return text;
}

std::optional<std::uint64_t> parse_size(std::string_view text)
{
    const auto number = take_digits(text);
    if (!number) {
        return std::nullopt;
    }
    for (const auto& unit : kSizeUnits) {
        if (unit.name == text) {
            return multiply(*number, unit.factor);
        }
    }
    return std::nullopt;
}

std::string format_size(std::uint64_t bytes)
{
    for (const auto& unit : kSizeUnits) {
        if (bytes >= unit.factor && bytes % unit.factor == 0) {
            return std::to_string(bytes / unit.factor).append(unit.name);
        }
    }
    return "0";
}

std::optional<EpochMs> parse_rfc3339(std::string_view text)
{
    const auto date = take_date(text);
    if (!date || !take_char(text, "Tt ")) {
        return std::nullopt;
    }
    const auto minutes = take_clock(text);
    if (!minutes || !take_char(text, ":")) {
        return std::nullopt;
    }
    const auto seconds = take_fixed(text, 2);
    if (!seconds || *seconds > 60) {
        return std::nullopt;
    }
    const auto fraction = take_fraction_ms(text);
    if (!fraction) {
        return std::nullopt;
    }
    const auto zone = take_zone(text);
    if (!zone || !text.empty()) {
        return std::nullopt;
    }
    return *date + (*minutes - *zone) * 60'000LL + *seconds * 1'000LL + *fraction;
}

std::string format_rfc3339(EpochMs time)
{
    constexpr EpochMs kYear0 = -62'167'219'200'000;
    constexpr EpochMs kYear10000 = 253'402'300'800'000;
    if (time < kYear0 || time >= kYear10000) {
        return std::to_string(time);
    }
    const std::chrono::sys_time<milliseconds> point{milliseconds{time}};
    const auto day = std::chrono::floor<std::chrono::days>(point);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{point - day};
    std::string text(24, '0');
    const auto put = [&text](std::size_t at, std::size_t width, std::int64_t value) {
        for (std::size_t i = width; i > 0; --i) {
            text[at + i - 1] = static_cast<char>('0' + value % 10);
            value /= 10;
        }
    };
    put(0, 4, static_cast<int>(date.year()));
    put(5, 2, static_cast<unsigned>(date.month()));
    put(8, 2, static_cast<unsigned>(date.day()));
    put(11, 2, clock.hours().count());
    put(14, 2, clock.minutes().count());
    put(17, 2, clock.seconds().count());
    put(20, 3, clock.subseconds().count());
    text[4] = text[7] = '-';
    text[10] = 'T';
    text[13] = text[16] = ':';
    text[19] = '.';
    text[23] = 'Z';
    return text;
}

std::optional<EpochMs> parse_time(std::string_view text, EpochMs now)
{
    if (text.starts_with('-')) {
        const auto before = parse_duration(text.substr(1));
        return before ? std::optional{now - before->count()} : std::nullopt;
    }
    if (const auto number = parse_unsigned(text)) {
        constexpr std::size_t kSecondsDigits = 10;
        const auto scaled =
            text.size() <= kSecondsDigits ? multiply(*number, 1'000) : std::optional{*number};
        if (*scaled > static_cast<std::uint64_t>(std::numeric_limits<EpochMs>::max())) {
            return std::nullopt;
        }
        return static_cast<EpochMs>(*scaled);
    }
    std::string_view rest = text;
    if (const auto day = take_date(rest); day && rest.empty()) {
        return day;
    }
    return parse_rfc3339(text);
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text)
{
    const auto value = take_digits(text);
    return text.empty() ? value : std::nullopt;
}

std::optional<double> parse_number(std::string_view text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

} // namespace tlm
