// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/trace.hpp"

#include "common/base/units.hpp"

#include <algorithm>
#include <cmath>

namespace tlm::sim {

std::variant<std::vector<nanoseconds>, std::string> parse_trace(std::string_view text)
{
    constexpr double kSecond = 1e9;
    constexpr double kMostSeconds = 3e9; // a hundred years
    std::vector<nanoseconds> times;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const auto where = "line " + std::to_string(number) + " of the trace: ";
        nanoseconds time{0};
        if (const auto seconds = parse_number(line); seconds && std::abs(*seconds) < kMostSeconds) {
            time = nanoseconds{std::llround(*seconds * kSecond)};
        } else if (const auto moment = parse_rfc3339(line)) {
            time = milliseconds{*moment};
        } else {
            return where + "neither seconds nor a time";
        }
        if (!times.empty() && time < times.back()) {
            return where + "before the one before";
        }
        times.push_back(time);
    }
    if (times.empty()) {
        return std::string{"the trace has no times"};
    }
    for (auto i = times.size(); i-- > 0;) {
        times[i] -= times.front();
    }
    return times;
}

} // namespace tlm::sim
