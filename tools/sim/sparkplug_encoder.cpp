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
    }
    return m_sessions[device];
}

void SparkplugEncoder::restart(std::uint32_t device)
{
    session_of(device).born = false;
}

Encoder::Encoded SparkplugEncoder::encode(const Reading& reading, const Distortion& distortion,
                                          std::uint64_t /*pad_key*/)
{
    m_values.clear();
    for (const auto& member : m_members) {
        const double value = reading.values[member.signal];
        m_values.push_back({value, member.labels.empty()
                                       ? std::string_view{}
                                       : member.labels[static_cast<std::size_t>(value)]});
    }
    auto& session = session_of(reading.device);
    const bool birth = !std::exchange(session.born, true);
    m_bytes.clear();
    if (birth) {
        session.first_seq = reading.seq;
        m_writer.append_birth(m_bytes, distortion.ts(reading.ts), session.births++, m_values);
    } else {
        const auto seq = static_cast<std::uint8_t>(reading.seq - session.first_seq);
        m_writer.append_data(m_bytes, distortion.ts(reading.ts), seq, m_values);
    }
    const auto edge = reading.device_id.substr(m_group.size() + 2);
    m_topic = "spBv1.0/";
    m_topic.append(m_group).append(birth ? "/NBIRTH/" : "/NDATA/").append(edge);
    return {m_bytes, m_topic};
}

} // namespace tlm::sim
