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

SparkplugEncoder::SparkplugEncoder(std::string group, const std::vector<Signal>& signals)
    : m_group(std::move(group)), m_writer(types_of(signals))
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

void SparkplugEncoder::say_birth(EpochMs ts, Session& session)
{
    session.born = true;
    session.next_seq = 1;
    m_bytes.clear();
    m_writer.append_birth(m_bytes, ts, session.bd_seq, m_values);
}

Encoder::Encoded SparkplugEncoder::addressed(std::string_view type, std::string_view device_id)
{
    m_topic = "spBv1.0/";
    m_topic.append(m_group).append(type).append(device_id.substr(m_group.size() + 2));
    return {m_bytes, m_topic};
}

Encoder::Encoded SparkplugEncoder::encode(const Reading& reading, const Distortion& distortion,
                                          std::uint64_t /*pad_key*/)
{
    remember(reading);
    if (distortion.silent) {
        return {};
    }
    recall(reading.device);
    auto& session = session_of(reading.device);
    if (!session.born) {
        say_birth(distortion.ts(reading.ts), session);
        return addressed("/NBIRTH/", reading.device_id);
    }
    m_bytes.clear();
    m_writer.append_data(m_bytes, distortion.ts(reading.ts), session.next_seq++, m_values);
    return addressed("/NDATA/", reading.device_id);
}

std::optional<Encoder::Introduction> SparkplugEncoder::introduce(const Reading& device,
                                                                 std::uint8_t connection)
{
    auto& session = session_of(device.device);
    session.bd_seq = connection;
    if (!session.measured) {
        return std::nullopt;
    }
    recall(device.device);
    say_birth(device.ts, session);
    return Introduction{addressed("/NBIRTH/", device.device_id), session.reading};
}

} // namespace tlm::sim
