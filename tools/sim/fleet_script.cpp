// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fleet_script.hpp"

#include "tools/sim/json_encoder.hpp"
#include "tools/sim/noise.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tlm::sim {
namespace {

/// What each part draws from: a stream of its own, unless its signal is a twin.
std::vector<std::uint64_t> streams_of(const std::vector<Signal>& signals)
{
    std::vector<std::uint64_t> streams;
    std::size_t first_of_last = 0;
    for (const auto& signal : signals) {
        const auto first = streams.size();
        for (std::size_t part = 0; part < signal.parts.size(); ++part) {
            streams.push_back((signal.twin ? first_of_last : first) + part);
        }
        first_of_last = first;
    }
    return streams;
}

} // namespace

GroupPlay::GroupPlay(Group group, const Scope& scope, const Identity& identity)
    : m_group(std::move(group)),
      m_scope(scope),
      m_identity(identity),
      m_streams(streams_of(m_group.signals)),
      m_encoder(m_group.make_encoder
                    ? m_group.make_encoder()
                    : std::make_unique<JsonEncoder>(m_group.signals, identity.pad_to)),
      m_schedule(make_schedule(m_group.arrivals, scope)),
      m_values(m_group.signals.size())
{
    const auto slots = slot(scope.devices - 1) + 1;
    m_names.resize(slots);
    for (std::uint32_t device = 0; device < scope.devices; ++device) {
        if (scope.shard.has(scope.first + device)) {
            m_names[slot(device)] = m_group.ids.name(device, scope.devices);
        }
    }
    m_state.resize(m_streams.size() * slots);
}

Script::Speaker GroupPlay::next_speaker() const
{
    const auto& turn = *m_schedule->next();
    return {static_cast<std::uint32_t>(m_scope.first + turn.device), seq_of(turn)};
}

void GroupPlay::measure(std::uint64_t key, std::uint64_t seq, EpochMs ts, std::size_t slot)
{
    double* state = m_state.data() + slot * m_streams.size();
    const std::uint64_t common = derive(m_scope.seed, ~m_scope.first);
    std::size_t part = 0;
    for (std::size_t i = 0; i < m_values.size(); ++i) {
        const auto& signal = m_group.signals[i];
        const auto owner = signal.common ? common : key;
        double value = 0;
        for (const auto& model : signal.parts) {
            const auto stream = derive(owner, m_streams[part]);
            value += play(model, stream, seq, ts, state[part], {m_values.data(), i});
            ++part;
        }
        m_values[i] = round_to(value, signal.decimals);
        if (!signal.labels.empty()) {
            const auto most = static_cast<double>(signal.labels.size() - 1);
            m_values[i] = std::clamp(m_values[i], 0.0, most);
        }
    }
}

void GroupPlay::change(const Distortion& distortion)
{
    for (auto& change : distortion.changes) {
        change.measured = m_values[change.signal];
    }
    for (const auto& change : distortion.changes) {
        auto& value = m_values[change.signal];
        value = round_to(change.replace ? change.amount : value + change.amount,
                         m_group.signals[change.signal].decimals);
    }
    for (auto& change : distortion.changes) {
        change.said = m_values[change.signal];
    }
}

Message GroupPlay::speak(std::uint32_t device, std::uint64_t seq, EpochMs ts,
                         const Distortion& distortion)
{
    const auto at = slot(device);
    const auto key = derive(m_scope.seed, m_scope.first + device);
    measure(key, seq, ts, at);
    change(distortion);
    const Reading reading{m_names[at], device, ts, m_identity.boot, seq, m_values};
    const auto encoded =
        m_encoder->encode(reading, distortion, derive(derive(key, kPadStream), seq));
    return address(reading, distortion.ts(ts), encoded);
}

Message GroupPlay::address(const Reading& reading, EpochMs said_ts, const Encoder::Encoded& encoded)
{
    Message message{reading.device_id, said_ts, reading.boot, reading.seq, encoded.payload};
    message.device = static_cast<std::uint32_t>(m_scope.first + reading.device);
    message.sent = reading.ts;
    message.topic = encoded.topic;
    message.of_silence = encoded.of_silence;
    if (m_group.topic && message.topic.empty()) {
        m_topic = m_group.topic->topic(reading.device_id);
        message.topic = m_topic;
    }
    return message;
}

Message GroupPlay::take(EpochMs ts, const Distortion& distortion)
{
    m_last = *m_schedule->next();
    const auto seq = seq_of(m_last);
    m_schedule->advance();
    return speak(m_last.device, seq, ts, distortion);
}

Message GroupPlay::take_again(EpochMs ts)
{
    m_extra.resize(m_names.size());
    ++m_extra[slot(m_last.device)];
    return speak(m_last.device, seq_of(m_last), ts, {});
}

std::optional<Message> GroupPlay::introduce(const Newcomer& newcomer, EpochMs ts)
{
    Reading device{m_names[slot(newcomer.device)], newcomer.device, ts, m_identity.boot, 0, {}};
    const auto said = m_encoder->introduce(device, newcomer.connection, newcomer.part);
    if (!said) {
        return std::nullopt;
    }
    device.seq = said->seq;
    return address(device, ts, said->encoded);
}

FleetScript::FleetScript(std::vector<Group> groups, const Identity& identity,
                         const Casting& casting)
{
    Scope scope{.seed = identity.seed,
                .fleet = std::accumulate(
                    groups.begin(), groups.end(), std::uint64_t{0},
                    [](std::uint64_t sum, const Group& group) { return sum + group.devices; }),
                .shard = casting.shard,
                .extent = casting.extent,
                .origin = casting.origin};
    m_plays.reserve(groups.size());
    std::vector<DueHeap::Entry> due;
    for (auto& group : groups) {
        scope.devices = group.devices;
        m_plays.emplace_back(std::move(group), scope, identity);
        scope.first += scope.devices;
        if (const auto* const turn = m_plays.back().schedule().next()) {
            due.push_back({turn->position, static_cast<std::uint32_t>(m_plays.size() - 1)});
        }
    }
    m_due.fill(std::move(due));
}

std::optional<nanoseconds> FleetScript::next_position() const
{
    return m_due.empty() ? std::nullopt : std::optional{m_due.top().due};
}

std::optional<nanoseconds> FleetScript::last_position() const
{
    std::optional<nanoseconds> last{nanoseconds{0}};
    for (const auto& play : m_plays) {
        const auto of_group = play.schedule().last();
        last = last && of_group ? std::optional{std::max(*last, *of_group)} : std::nullopt;
    }
    return last;
}

Message FleetScript::take(EpochMs ts, const Distortion& distortion)
{
    m_last = m_due.top().device;
    auto& play = m_plays[m_last];
    const auto message = play.take(ts, distortion);
    if (const auto* const turn = play.schedule().next()) {
        m_due.postpone(turn->position);
    } else {
        m_due.pop();
    }
    return message;
}

std::size_t FleetScript::play_of(std::uint32_t device) const
{
    const auto behind = std::upper_bound(
        m_plays.begin(), m_plays.end(), device,
        [](std::uint32_t wanted, const GroupPlay& play) { return wanted < play.scope().first; });
    return static_cast<std::size_t>(behind - m_plays.begin()) - 1;
}

std::optional<Message> FleetScript::introduce(const Newcomer& newcomer, EpochMs ts)
{
    auto& play = m_plays[play_of(newcomer.device)];
    const auto first = static_cast<std::uint32_t>(play.scope().first);
    return play.introduce({newcomer.device - first, newcomer.connection, newcomer.part}, ts);
}

std::string_view FleetScript::device_name(std::uint32_t device) const
{
    const auto& play = m_plays[play_of(device)];
    return play.device_name(device - static_cast<std::uint32_t>(play.scope().first));
}

Message FleetScript::take_again(EpochMs ts)
{
    return m_plays[m_last].take_again(ts);
}

} // namespace tlm::sim
