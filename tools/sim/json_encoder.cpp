// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/json_encoder.hpp"

namespace tlm::sim {

JsonEncoder::JsonEncoder(const std::vector<Signal>& signals, std::size_t pad_to) : m_payload(pad_to)
{
    for (std::size_t i = 0; i < signals.size(); ++i) {
        if (!signals[i].hidden) {
            m_members.push_back({i, signals[i].name, signals[i].labels});
        }
    }
}

Encoder::Encoded JsonEncoder::encode(const Reading& reading, const Distortion& distortion,
                                     std::uint64_t pad_key)
{
    m_payload.begin(distortion.ts(reading.ts), reading.boot, reading.seq);
    if (!distortion.claimed_id.empty()) {
        m_payload.text("deviceId", distortion.claimed_id);
    }
    bool mistype = distortion.mistyped;
    for (const auto& member : m_members) {
        const double value = reading.values[member.signal];
        if (!member.labels.empty()) {
            m_payload.text(member.name, member.labels[static_cast<std::size_t>(value)]);
        } else if (mistype) {
            m_payload.quoted_metric(member.name, value);
            mistype = false;
        } else {
            m_payload.metric(member.name, value);
        }
    }
    return {m_payload.finish(pad_key)};
}

} // namespace tlm::sim
