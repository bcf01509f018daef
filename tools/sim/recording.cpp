// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/recording.hpp"

#include "common/base/units.hpp"
#include "common/record/record.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace tlm::sim {
namespace {

constexpr std::string_view kHeader = "timestamp,value";

std::optional<EpochMs> parse_timestamp(std::string_view text)
{
    if (const auto with_zone = parse_rfc3339(text)) {
        return with_zone;
    }
    return parse_rfc3339(std::string{text}.append("Z"));
}

/// Takes the first line off `text`, without its line break.
std::string_view take_line(std::string_view& text)
{
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

} // namespace

std::variant<std::vector<Point>, BadLine> parse_recording(std::string_view csv,
                                                          std::uint32_t device)
{
    std::vector<Point> points;
    for (std::size_t number = 1; !csv.empty(); ++number) {
        const auto line = take_line(csv);
        if (number == 1 && line == kHeader) {
            continue;
        }
        const auto comma = line.find(',');
        if (comma == std::string_view::npos) {
            return BadLine{number, "not a line of timestamp,value"};
        }
        const auto ts = parse_timestamp(line.substr(0, comma));
        if (!ts) {
            return BadLine{number, "the timestamp is not of the form 2013-12-02 21:15:00"};
        }
        const auto value = parse_number(line.substr(comma + 1));
        if (!value) {
            return BadLine{number, "the value is not a number"};
        }
        points.push_back({*ts, *value, device});
    }
    if (points.empty()) {
        return BadLine{0, "no data"};
    }
    return points;
}

void align_starts(std::vector<std::vector<Point>>& recordings)
{
    const auto start = [](const std::vector<Point>& recording) {
        return std::min_element(recording.begin(), recording.end(),
                                [](const Point& a, const Point& b) { return a.ts < b.ts; })
            ->ts;
    };
    EpochMs latest = std::numeric_limits<EpochMs>::min();
    for (const auto& recording : recordings) {
        latest = std::max(latest, start(recording));
    }
    for (auto& recording : recordings) {
        const auto shift = latest - start(recording);
        for (auto& point : recording) {
            point.ts += shift;
        }
    }
}

std::vector<Point> merge(std::vector<std::vector<Point>> recordings)
{
    std::vector<Point> all;
    std::size_t total = 0;
    for (const auto& recording : recordings) {
        total += recording.size();
    }
    all.reserve(total);
    for (auto& recording : recordings) {
        all.insert(all.end(), recording.begin(), recording.end());
        std::vector<Point>{}.swap(recording);
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Point& a, const Point& b) { return a.ts < b.ts; });
    return all;
}

std::string device_id_of(std::string_view path)
{
    constexpr std::size_t kLongest = 128;
    auto name = path.substr(path.rfind('/') + 1); // npos + 1 is 0: no folder
    if (name.ends_with(".csv")) {
        name.remove_suffix(4);
    }
    std::string id{name.substr(0, kLongest)};
    for (char& c : id) {
        if (!is_device_id({&c, 1})) {
            c = '_';
        }
    }
    return id;
}

} // namespace tlm::sim
