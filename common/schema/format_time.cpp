// SPDX-License-Identifier: Apache-2.0
#include "common/schema/format_checks.hpp"

#include <algorithm>
#include <array>

namespace tlm::schema::format {
namespace {

bool take_date(std::string_view& text)
{
    const int year = take_digits(text, 4);
    if (year < 0 || !take(text, '-')) {
        return false;
    }
    const int month = take_digits(text, 2);
    if (month < 1 || month > 12 || !take(text, '-')) {
        return false;
    }
    constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int days =
        kDays.at(static_cast<std::size_t>(month - 1)) + static_cast<int>(leap && month == 2);
    const int day = take_digits(text, 2);
    return day >= 1 && day <= days;
}

/// The offset in minutes, east positive.
bool take_offset(std::string_view& text, int& minutes)
{
    minutes = 0;
    if (take(text, 'Z') || take(text, 'z')) {
        return true;
    }
    const bool is_west = text.starts_with('-');
    if (!take(text, '-') && !take(text, '+')) {
        return false;
    }
    const int hour = take_digits(text, 2);
    if (hour < 0 || hour > 23 || !take(text, ':')) {
        return false;
    }
    const int minute = take_digits(text, 2);
    minutes = (hour * 60 + minute) * (is_west ? -1 : 1);
    return minute >= 0 && minute <= 59;
}

bool take_time(std::string_view& text)
{
    const int hour = take_digits(text, 2);
    if (hour < 0 || hour > 23 || !take(text, ':')) {
        return false;
    }
    const int minute = take_digits(text, 2);
    if (minute < 0 || minute > 59 || !take(text, ':')) {
        return false;
    }
    const int second = take_digits(text, 2);
    if (second < 0 || second > 60) {
        return false;
    }
    if (take(text, '.')) {
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(digits);
        if (digits == 0) {
            return false;
        }
    }
    int offset = 0;
    if (!take_offset(text, offset)) {
        return false;
    }
    // A leap second is the last of a day in UTC.
    constexpr int kDay = 24 * 60;
    const int utc = (hour * 60 + minute - offset + kDay) % kDay;
    return second < 60 || utc == kDay - 1;
}

/// Numbers with the units in their order, at least one, without a gap: `1Y2M`, not `1Y2D`.
bool take_units(std::string_view& text, std::string_view units)
{
    std::size_t last = std::string_view::npos;
    while (!text.empty() && is_digit(text.front())) {
        text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
        const auto unit = text.empty() ? std::string_view::npos : units.find(text.front());
        if (unit == std::string_view::npos ||
            (last != std::string_view::npos && unit != last + 1)) {
            return false;
        }
        last = unit;
        text.remove_prefix(1);
    }
    return last != std::string_view::npos;
}

} // namespace

bool is_date(std::string_view text)
{
    return take_date(text) && text.empty();
}

bool is_time(std::string_view text)
{
    return take_time(text) && text.empty();
}

bool is_date_time(std::string_view text)
{
    return take_date(text) && (take(text, 'T') || take(text, 't')) && take_time(text) &&
           text.empty();
}

bool is_duration(std::string_view text)
{
    if (!take(text, 'P')) {
        return false;
    }
    if (text.ends_with('W')) {
        return take_units(text, "W") && text.empty();
    }
    if (!text.starts_with('T') && !take_units(text, "YMD")) {
        return false;
    }
    return text.empty() || (take(text, 'T') && take_units(text, "HMS") && text.empty());
}

} // namespace tlm::schema::format
