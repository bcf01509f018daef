// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/cron.hpp"

#include "common/base/units.hpp"

#include <array>
#include <chrono>
#include <optional>

namespace tlm::sim {
namespace {

constexpr EpochMs kMinute = 60'000;
constexpr EpochMs kDay = 24 * 60 * kMinute;
constexpr unsigned kMinutesOfDay = 24 * 60;
constexpr unsigned kSunday = 7;

struct Bounds {
    unsigned low;
    unsigned high;
};

struct Field {
    std::string_view name;
    Bounds bounds;
};

constexpr std::array kFields{Field{"minute", {0, 59}}, Field{"hour", {0, 23}},
                             Field{"day of the month", {1, 31}}, Field{"month", {1, 12}},
                             Field{"day of the week", {0, kSunday}}};

constexpr std::string_view kFiveFields =
    "five fields are wanted: minute, hour, day of the month, month, day of the week";

/// Takes what stands before `mark` off `text`.
std::string_view take_until(std::string_view& text, char mark)
{
    const auto end = std::min(text.find(mark), text.size());
    const auto taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

std::optional<unsigned> number_within(std::string_view text, Bounds bounds)
{
    const auto number = parse_unsigned(text);
    const bool fits = number && *number >= bounds.low && *number <= bounds.high;
    return fits ? std::optional{static_cast<unsigned>(*number)} : std::nullopt;
}

/// `*`, `7`, `1-5`, each perhaps with `/2`; nothing when it is none of these.
std::optional<std::uint64_t> parse_item(std::string_view item, Bounds bounds)
{
    const bool steps = item.find('/') != std::string_view::npos;
    auto range = take_until(item, '/');
    const auto step = steps ? number_within(item, {1, bounds.high}) : std::optional{1U};
    std::optional<unsigned> low = bounds.low;
    std::optional<unsigned> high = bounds.high;
    if (range != "*") {
        const bool is_range = range.find('-') != std::string_view::npos;
        low = number_within(take_until(range, '-'), bounds);
        if (is_range) {
            high = number_within(range, bounds);
        } else if (!steps) {
            high = low;
        }
    }
    if (!step || !low || !high || *low > *high) {
        return std::nullopt;
    }
    std::uint64_t bits = 0;
    for (unsigned value = *low; value <= *high; value += *step) {
        bits |= std::uint64_t{1} << value;
    }
    return bits;
}

std::optional<std::uint64_t> parse_field(std::string_view field, Bounds bounds)
{
    if (field.ends_with(',')) {
        return std::nullopt;
    }
    std::uint64_t bits = 0;
    do {
        const auto item = parse_item(take_until(field, ','), bounds);
        if (!item) {
            return std::nullopt;
        }
        bits |= *item;
    } while (!field.empty());
    return bits;
}

std::string wrong_field(const Field& field, std::string_view text)
{
    return std::string{"the "}
        .append(field.name)
        .append(" '")
        .append(text)
        .append("': wanted are *, numbers from ")
        .append(std::to_string(field.bounds.low))
        .append(" to ")
        .append(std::to_string(field.bounds.high))
        .append(", ranges such as 1-5 and lists such as 1,3, each perhaps with a step such as /2");
}

bool has(std::uint64_t bits, unsigned value)
{
    return ((bits >> value) & 1U) != 0;
}

} // namespace

std::variant<Cron, std::string> Cron::parse(std::string_view text)
{
    std::array<std::uint64_t, kFields.size()> bits{};
    std::array<bool, kFields.size()> any{};
    for (std::size_t i = 0; i < kFields.size(); ++i) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        const auto field = take_until(text, ' ');
        if (field.empty()) {
            return std::string{kFiveFields};
        }
        const auto parsed = parse_field(field, kFields.at(i).bounds);
        if (!parsed) {
            return wrong_field(kFields.at(i), field);
        }
        bits.at(i) = *parsed;
        any.at(i) = field.front() == '*';
    }
    if (text.find_first_not_of(' ') != std::string_view::npos) {
        return std::string{kFiveFields};
    }
    Cron cron;
    cron.m_minutes = bits[0];
    cron.m_hours = static_cast<std::uint32_t>(bits[1]);
    cron.m_days = static_cast<std::uint32_t>(bits[2]);
    cron.m_months = static_cast<std::uint32_t>(bits[3]);
    cron.m_weekdays = static_cast<std::uint32_t>(bits[4]);
    if (has(cron.m_weekdays, kSunday)) {
        cron.m_weekdays |= 1U;
    }
    cron.m_any_day = any[2] || any[4];
    // 29 February comes within eight years: what does not fit in these fits never.
    constexpr std::int64_t kEightYears = 8 * 366;
    for (std::int64_t day = 0; day < kEightYears; ++day) {
        if (cron.fits_day(day)) {
            return cron;
        }
    }
    return "no day of any year fits";
}

bool Cron::fits_day(std::int64_t days) const
{
    const std::chrono::sys_days day{std::chrono::days{days}};
    const std::chrono::year_month_day date{day};
    if (!has(m_months, static_cast<unsigned>(date.month()))) {
        return false;
    }
    const bool of_month = has(m_days, static_cast<unsigned>(date.day()));
    const bool of_week = has(m_weekdays, std::chrono::weekday{day}.c_encoding());
    return m_any_day ? of_month && of_week : of_month || of_week;
}

EpochMs Cron::next(EpochMs time) const
{
    const auto first =
        std::chrono::floor<std::chrono::minutes>(milliseconds{time}) + std::chrono::minutes{1};
    auto day = std::chrono::floor<std::chrono::days>(first).count();
    auto minute = static_cast<unsigned>(first.count() - day * kMinutesOfDay);
    for (;; ++day, minute = 0) {
        if (!fits_day(day)) {
            continue;
        }
        for (; minute < kMinutesOfDay; ++minute) {
            if (has(m_hours, minute / 60) && has(m_minutes, minute % 60)) {
                return day * kDay + minute * kMinute;
            }
        }
    }
}

} // namespace tlm::sim
