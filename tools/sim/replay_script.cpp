// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/replay_script.hpp"

#include "common/record/raw_json.hpp"
#include "tools/sim/noise.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace tlm::sim {
namespace {

/// Below a device's key: where in the recording it begins.
constexpr std::uint64_t kBeginStream = ~std::uint64_t{4};

/// From the first row of a lap to that of the next: the recording, and one more gap of its rows.
EpochMs lap_of(const Recording& recording)
{
    constexpr EpochMs kSecond = 1'000;
    const auto rows = static_cast<EpochMs>(recording.rows.size());
    const auto length = recording.rows.back().ts - recording.rows.front().ts;
    return rows > 1 ? length + std::max<EpochMs>(length / (rows - 1), 1) : kSecond;
}

/// The members with the first number in quotes; empty when there is none.
std::optional<std::string> mistyped(std::string_view members)
{
    const std::string object = std::string{"{"}.append(members).append("}");
    for (RawMembers each{object, 0}; each.next();) {
        const auto value = each.value();
        if (value.front() == '-' || (value.front() >= '0' && value.front() <= '9')) {
            const auto at = each.value_begin() - 1;
            return std::string{members.substr(0, at)}
                .append("\"")
                .append(value)
                .append("\"")
                .append(members.substr(at + value.size()));
        }
    }
    return std::nullopt;
}

} // namespace

ReplayScript::ReplayScript(std::vector<Recording> recordings, const ReplaySettings& settings,
                           const Identity& identity, const Casting& casting)
    : m_recordings(std::move(recordings)),
      m_settings(settings),
      m_identity(identity),
      m_casting(casting),
      m_first_ts(std::numeric_limits<EpochMs>::max()),
      m_payload(identity.pad_to)
{
    for (const auto& recording : m_recordings) {
        m_first_ts = std::min(m_first_ts, recording.rows.front().ts);
    }
    const auto devices =
        settings.devices > 0 ? settings.devices : static_cast<std::uint32_t>(m_recordings.size());
    m_players.resize(devices);
    m_names.resize(devices);
    std::vector<DueHeap::Entry> entries;
    for (std::uint32_t device = 0; device < devices; ++device) {
        auto& player = m_players[device];
        player.recording = static_cast<std::uint32_t>(device % m_recordings.size());
        if (settings.devices > 0) {
            const auto key = derive(derive(identity.seed, device), kBeginStream);
            player.begin = key % recording_of(player).rows.size();
            m_names[device] = settings.ids.name(device, devices);
        } else {
            m_names[device] = recording_of(player).device;
        }
        const auto position = position_of(device);
        if (position && casting.shard.has(device)) {
            entries.push_back({*position, device});
        }
    }
    m_heap.fill(std::move(entries));
}

std::optional<nanoseconds> ReplayScript::position_of(std::uint32_t device) const
{
    const auto& player = m_players[device];
    const auto& rows = recording_of(player).rows;
    const auto quota = m_casting.extent.quota(device, m_players.size());
    if ((quota && player.played >= *quota) || (!m_settings.loop && player.played >= rows.size())) {
        return std::nullopt;
    }
    const auto at = player.begin + player.played;
    const auto laps = static_cast<EpochMs>(at / rows.size());
    const auto origin = m_settings.devices > 0 ? rows[player.begin].ts : m_first_ts;
    const auto ts = rows[at % rows.size()].ts + laps * lap_of(recording_of(player));
    const milliseconds position{ts - origin};
    const bool over = position > kLongestSeries ||
                      (m_casting.extent.length && position >= *m_casting.extent.length);
    return over ? std::nullopt : std::optional<nanoseconds>{position};
}

std::optional<nanoseconds> ReplayScript::next_position() const
{
    return m_heap.empty() ? std::nullopt : std::optional{m_heap.top().due};
}

std::optional<nanoseconds> ReplayScript::last_position() const
{
    if (m_settings.loop) {
        return m_casting.extent.length;
    }
    nanoseconds last{0};
    for (const auto& player : m_players) {
        const auto& recording = recording_of(player);
        const auto& rows = recording.rows;
        const auto end =
            player.begin > 0 ? rows[player.begin - 1].ts + lap_of(recording) : rows.back().ts;
        const auto origin = m_settings.devices > 0 ? rows[player.begin].ts : m_first_ts;
        last = std::max<nanoseconds>(last, milliseconds{end - origin});
    }
    return std::min(last, m_casting.extent.length.value_or(last));
}

Script::Speaker ReplayScript::next_speaker() const
{
    const auto device = m_heap.top().device;
    const auto& player = m_players[device];
    return {device, player.played + player.extra};
}

bool ReplayScript::next_has_number() const
{
    const auto& player = m_players[m_heap.top().device];
    return mistyped(recording_of(player).members(next_row(player))).has_value();
}

Message ReplayScript::speak(std::uint32_t device, const Recording::Row& row, EpochMs ts,
                            const Distortion& distortion)
{
    const auto& player = m_players[device];
    const auto& recording = recording_of(player);
    const auto seq = player.played + player.extra;
    m_payload.begin(distortion.ts(ts), m_identity.boot, seq);
    if (!distortion.claimed_id.empty()) {
        m_payload.text("deviceId", distortion.claimed_id);
    }
    const auto members = recording.members(row);
    if (distortion.mistyped) {
        m_payload.raw(mistyped(members).value_or(std::string{members}));
    } else {
        m_payload.raw(members);
    }
    const auto key = derive(derive(m_identity.seed, device), kPadStream);
    Message message{m_names[device],
                    distortion.ts(ts),
                    m_identity.boot,
                    seq,
                    m_payload.finish(derive(key, seq)),
                    device};
    message.sent = ts;
    return message;
}

Message ReplayScript::take(EpochMs ts, const Distortion& distortion)
{
    m_last = m_heap.top().device;
    auto& player = m_players[m_last];
    const auto& rows = recording_of(player).rows;
    m_last_row = (player.begin + player.played) % rows.size();
    const auto message = speak(m_last, rows[m_last_row], ts, distortion);
    ++player.played;
    if (const auto position = position_of(m_last)) {
        m_heap.postpone(*position);
    } else {
        m_heap.pop();
    }
    return message;
}

Message ReplayScript::take_again(EpochMs ts)
{
    auto& player = m_players[m_last];
    const auto message = speak(m_last, recording_of(player).rows[m_last_row], ts, {});
    ++player.extra;
    return message;
}

} // namespace tlm::sim
