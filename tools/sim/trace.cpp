// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/trace.hpp"

#include "common/base/units.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tlm::sim {
namespace {

/// What one line says, since the epoch or any other moment.
struct Moment {
    nanoseconds time;
    bool by_calendar; ///< RFC 3339, else seconds
};

std::optional<Moment> parse_moment(std::string_view line)
{
    constexpr double kSecond = 1e9;
    constexpr double kMostSeconds = 3e9; // a hundred years
    if (const auto seconds = parse_number(line); seconds && std::abs(*seconds) < kMostSeconds) {
        return Moment{nanoseconds{std::llround(*seconds * kSecond)}, false};
    }
    if (const auto moment = parse_rfc3339(line)) {
        return Moment{milliseconds{*moment}, true};
    }
    return std::nullopt;
}

} // namespace

std::variant<std::vector<nanoseconds>, BadLine> parse_trace(std::string_view text)
{
    std::vector<nanoseconds> times;
    bool by_calendar = false;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const auto moment = parse_moment(line);
        if (!moment) {
            return BadLine{number, "neither seconds, such as 0.25, nor a time of RFC 3339"};
        }
        if (!times.empty() && moment->by_calendar != by_calendar) {
            return BadLine{number, by_calendar ? "seconds, where the first line is a time"
                                               : "a time, where the first line is seconds"};
        }
        if (!times.empty() && moment->time < times.back()) {
            return BadLine{number, "earlier than the line before"};
        }
        by_calendar = moment->by_calendar;
        times.push_back(moment->time);
    }
    if (times.empty()) {
        return BadLine{0, "there are no times"};
    }
    for (auto i = times.size(); i-- > 0;) {
        times[i] -= times.front();
    }
    return times;
}

} // namespace tlm::sim
