// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/sparkplug_encoder.hpp"

#include <algorithm>
#include <utility>

namespace tlm::sim {
namespace {

using Type = formats::SparkplugMetricType;

std::vector<Type> types_of(const std::vector<Signal>& signals)
{
    std::vector<Type> types;
    for (const auto& signal : signals) {
        if (signal.hidden) {
            continue;
        }
        auto kind = signal.decimals == 0 ? Type::Kind::whole : Type::Kind::real;
        kind = signal.labels.empty() ? kind : Type::Kind::text;
        const bool constant =
            std::all_of(signal.parts.begin(), signal.parts.end(),
                        [](const Model& part) { return std::holds_alternative<Fixed>(part); });
        types.push_back({signal.name, kind, constant});
    }
    return types;
}

} // namespace

SparkplugEncoder::SparkplugEncoder(std::string group, Level level,
                                   const std::vector<Signal>& signals)
    : m_group(std::move(group)), m_level(level), m_writer(types_of(signals))
{
    for (std::size_t i = 0; i < signals.size(); ++i) {
        if (!signals[i].hidden) {
            m_members.push_back({i, signals[i].labels});
        }
    }
}

SparkplugEncoder::Session& SparkplugEncoder::session_of(std::uint32_t device)
{
    if (device >= m_sessions.size()) {
        m_sessions.resize(std::size_t{device} + 1);
        m_last.resize(m_sessions.size() * m_members.size());
    }
    return m_sessions[device];
}

void SparkplugEncoder::remember(const Reading& reading)
{
    auto& session = session_of(reading.device);
    session.measured = true;
    session.reading = reading.seq;
    auto* last = m_last.data() + reading.device * m_members.size();
    for (const auto& member : m_members) {
        *last++ = reading.values[member.signal];
    }
}

/// The values of the last reading, as the writer takes them.
void SparkplugEncoder::recall(std::uint32_t device)
{
    const auto* last = m_last.data() + device * m_members.size();
    m_values.clear();
    for (const auto& member : m_members) {
        const double value = *last++;
        m_values.push_back({value, member.labels.empty()
                                       ? std::string_view{}
                                       : member.labels[static_cast<std::size_t>(value)]});
    }
}

/// Says the values at hand with all that there is to know about them.
Encoder::Encoded SparkplugEncoder::be_born(const Reading& reading, EpochMs ts)
{
    auto& session = session_of(reading.device);
    session.born = true;
    m_bytes.clear();
    if (m_level == Level::device) {
        m_writer.append_device_birth(m_bytes, ts, session.next_seq++, m_values);
    } else {
        session.next_seq = 1;
        m_writer.append_birth(m_bytes, ts, session.bd_seq, m_values);
    }
    return addressed(m_level, "BIRTH", reading.device_id);
}

/// A node tells of its device; who speaks for himself just does not.
Encoder::Encoded SparkplugEncoder::fall_silent(const Reading& reading, EpochMs ts)
{
    auto& session = session_of(reading.device);
    if (m_level == Level::node || !std::exchange(session.born, false)) {
        return {};
    }
    m_bytes.clear();
    formats::append_sparkplug_device_death(m_bytes, ts, session.next_seq++);
    auto death = addressed(Level::device, "DEATH", reading.device_id);
    death.of_silence = true;
    return death;
}

Encoder::Encoded SparkplugEncoder::addressed(Level level, std::string_view type,
                                             std::string_view device_id)
{
    const auto names = device_id.substr(m_group.size() + 2);
    const auto edge = names.substr(0, names.find("::"));
    m_topic = "spBv1.0/";
    m_topic.append(m_group).append(level == Level::node ? "/N" : "/D").append(type);
    m_topic.append("/").append(edge);
    if (level == Level::device) {
        m_topic.append("/").append(names.substr(edge.size() + 2));
    }
    return {m_bytes, m_topic};
}

Encoder::Encoded SparkplugEncoder::encode(const Reading& reading, const Distortion& distortion,
                                          std::uint64_t /*pad_key*/)
{
    const auto ts = distortion.ts(reading.ts);
    remember(reading);
    auto& session = session_of(reading.device);
    session.silent = distortion.silent;
    if (session.silent) {
        return fall_silent(reading, ts);
    }
    recall(reading.device);
    if (!session.born) {
        return be_born(reading, ts);
    }
    m_bytes.clear();
    m_writer.append_data(m_bytes, ts, session.next_seq++, m_values);
    return addressed(m_level, "DATA", reading.device_id);
}

std::optional<Encoder::Introduction>
SparkplugEncoder::introduce(const Reading& device, std::uint8_t connection, unsigned part)
{
    auto& session = session_of(device.device);
    session.bd_seq = connection;
    if (m_level == Level::device && part == 0) {
        session.born = false;
        session.next_seq = 1;
        m_bytes.clear();
        formats::append_sparkplug_birth(m_bytes, device.ts, connection);
        return Introduction{addressed(Level::node, "BIRTH", device.device_id), session.reading};
    }
    const bool next = part == (m_level == Level::device ? 1U : 0U);
    const bool absent = m_level == Level::device && session.silent;
    if (!next || absent || !session.measured) {
        return std::nullopt;
    }
    recall(device.device);
    return Introduction{be_born(device, device.ts), session.reading};
}

} // namespace tlm::sim
