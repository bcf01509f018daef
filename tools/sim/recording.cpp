// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/recording.hpp"

#include "common/base/json_text.hpp"
#include "common/base/units.hpp"
#include "common/record/record.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace tlm::sim {
namespace {

using Ending = std::pair<std::string_view, RecordingFormat>;

constexpr std::array kEndings{
    Ending{".csv", RecordingFormat::csv},
    Ending{".ndjson", RecordingFormat::ndjson},
    Ending{".jsonl", RecordingFormat::ndjson},
    Ending{".json", RecordingFormat::ndjson},
    Ending{".lp", RecordingFormat::line_protocol},
    Ending{".line", RecordingFormat::line_protocol},
    Ending{".influx", RecordingFormat::line_protocol},
};

const Ending* find_ending(std::string_view path)
{
    const auto* const found =
        std::find_if(kEndings.begin(), kEndings.end(),
                     [path](const Ending& ending) { return path.ends_with(ending.first); });
    return found == kEndings.end() ? nullptr : found;
}

} // namespace

RecordingFormat recording_format(std::string_view path)
{
    const auto* const ending = find_ending(path);
    return ending != nullptr ? ending->second : RecordingFormat::csv;
}

std::variant<std::vector<Recording>, BadLine>
parse_recording(std::string_view text, RecordingFormat format, const std::string& device)
{
    if (!is_utf8(text)) {
        return BadLine{0, "not UTF-8"};
    }
    auto parsed = [&] {
        switch (format) {
        case RecordingFormat::ndjson:
            return parse_ndjson(text, device);
        case RecordingFormat::line_protocol:
            return parse_line_protocol(text, device);
        case RecordingFormat::csv:
            break;
        }
        return parse_csv(text, device);
    }();
    if (auto* const bad = std::get_if<BadLine>(&parsed)) {
        return std::move(*bad);
    }
    auto recordings = std::get<RecordingBuilder>(parsed).finish();
    if (recordings.empty()) {
        return BadLine{0, "no data"};
    }
    return recordings;
}

void align_starts(std::vector<Recording>& recordings)
{
    EpochMs latest = std::numeric_limits<EpochMs>::min();
    for (const auto& recording : recordings) {
        latest = std::max(latest, recording.rows.front().ts);
    }
    for (auto& recording : recordings) {
        const auto shift = latest - recording.rows.front().ts;
        for (auto& row : recording.rows) {
            row.ts += shift;
        }
    }
}

milliseconds span_of(const std::vector<Recording>& recordings)
{
    EpochMs first = std::numeric_limits<EpochMs>::max();
    EpochMs last = std::numeric_limits<EpochMs>::min();
    for (const auto& recording : recordings) {
        first = std::min(first, recording.rows.front().ts);
        last = std::max(last, recording.rows.back().ts);
    }
    return milliseconds{last - first}; // times are of the years 0 to 9999
}

std::string device_id_of(std::string_view path)
{
    auto name = path.substr(path.rfind('/') + 1); // npos + 1 is 0: no folder
    if (const auto* const ending = find_ending(name)) {
        name.remove_suffix(ending->first.size());
    }
    return as_device_id(name);
}

std::string as_device_id(std::string_view text)
{
    constexpr std::size_t kLongest = 128;
    std::string id{text.substr(0, kLongest)};
    for (char& c : id) {
        if (!is_device_id({&c, 1})) {
            c = '_';
        }
    }
    return id;
}

bool is_reserved_member(std::string_view name) noexcept
{
    return name == "ts" || name == "boot" || name == "seq" || name == "deviceId";
}

std::optional<EpochMs> parse_recorded_time(std::string_view text)
{
    if (text.empty() || text.front() == '-' || text.front() == '+') {
        return std::nullopt; // no durations
    }
    if (const auto time = parse_time(text, 0)) {
        return time;
    }
    return parse_rfc3339(std::string{text}.append("Z"));
}

void RecordingBuilder::end_row()
{
    if (m_open != nullptr) {
        auto& row = m_open->rows.back();
        row.size = m_open->text.size() - row.begin;
    }
}

std::string& RecordingBuilder::add(const std::string& device, EpochMs ts)
{
    end_row();
    const auto found = m_index.find(device);
    const auto at = found != m_index.end() ? found->second : m_recordings.size();
    if (found == m_index.end()) {
        m_index.emplace(device, at);
        m_recordings.emplace_back().device = device;
    }
    m_open = &m_recordings[at];
    m_open->rows.push_back({ts, m_open->text.size(), 0});
    return m_open->text;
}

std::vector<Recording> RecordingBuilder::finish()
{
    end_row();
    m_open = nullptr;
    for (auto& recording : m_recordings) {
        std::stable_sort(
            recording.rows.begin(), recording.rows.end(),
            [](const Recording::Row& a, const Recording::Row& b) { return a.ts < b.ts; });
    }
    return std::move(m_recordings);
}

} // namespace tlm::sim
