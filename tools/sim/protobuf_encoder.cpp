// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/protobuf_encoder.hpp"

#include <algorithm>
#include <utility>

namespace tlm::sim {

std::variant<ProtobufLayout, std::string>
ProtobufLayout::make(std::shared_ptr<const formats::ProtobufSchema> schema,
                     formats::ProtobufType type, const std::vector<Signal>& signals)
{
    ProtobufLayout layout{std::move(schema), type};
    const auto& writer = layout.m_writer;
    layout.m_ts = writer.find("ts");
    layout.m_boot = writer.find("boot");
    layout.m_seq = writer.find("seq");
    layout.m_device_id = writer.find("deviceId");
    if (!layout.m_device_id) {
        layout.m_device_id = writer.find("device_id");
    }
    if ((layout.m_ts && !writer.takes_time(*layout.m_ts)) ||
        (layout.m_boot && !writer.takes_number(*layout.m_boot)) ||
        (layout.m_seq && !writer.takes_number(*layout.m_seq)) ||
        (layout.m_device_id && !writer.takes_text(*layout.m_device_id))) {
        return "ts is no 64-bit integer or Timestamp, boot or seq no number, or the device no text";
    }
    for (std::size_t i = 0; i < signals.size(); ++i) {
        const auto& signal = signals[i];
        if (signal.hidden) {
            continue;
        }
        const auto field = writer.find(signal.name);
        const bool fits = field && (signal.labels.empty() ? writer.takes_number(*field)
                                                          : writer.takes_text(*field));
        if (!fits) {
            return std::string{"the message has no field for "}.append(signal.name);
        }
        const auto unknown =
            std::find_if(signal.labels.begin(), signal.labels.end(),
                         [&](const auto& label) { return !writer.knows_text(*field, label); });
        if (unknown != signal.labels.end()) {
            return std::string{"the enum of the field "}
                .append(signal.name)
                .append(" has no value ")
                .append(*unknown);
        }
        layout.m_members.push_back({i, *field, signal.labels});
    }
    return layout;
}

void ProtobufLayout::append(std::string& out, const Reading& reading,
                            const Distortion& distortion) const
{
    if (m_ts) {
        m_writer.append_integer(out, *m_ts, distortion.ts(reading.ts));
    }
    if (m_boot) {
        m_writer.append_number(out, *m_boot, static_cast<double>(reading.boot));
    }
    if (m_seq) {
        m_writer.append_number(out, *m_seq, static_cast<double>(reading.seq));
    }
    if (m_device_id) {
        m_writer.append_text(out, *m_device_id,
                             distortion.claimed_id.empty() ? reading.device_id
                                                           : distortion.claimed_id);
    }
    for (const auto& member : m_members) {
        const double value = reading.values[member.signal];
        if (member.labels.empty()) {
            m_writer.append_number(out, member.field, value);
        } else {
            m_writer.append_text(out, member.field, member.labels[static_cast<std::size_t>(value)]);
        }
    }
}

} // namespace tlm::sim
