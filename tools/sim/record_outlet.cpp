// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/record_outlet.hpp"

#include "common/record/record.hpp"

#include <fmt/format.h>

namespace tlm::sim {

void RecordOutlet::send(const Message& message)
{
    Record record;
    record.device_id = message.device_id;
    record.ts = message.ts;
    record.received_at = message.sent;
    record.boot = message.boot;
    record.seq = static_cast<std::int64_t>(message.seq);
    record.data = message.payload;
    append_record(m_lines, record);
    m_ends.push_back(m_lines.size());
    m_open.push_back({message.device, message.intended, {}});
}

void RecordOutlet::flush(Monotonic /*now*/)
{
    constexpr milliseconds kLong{60'000}; // a slow reader slows us down; there is no hurry
    std::size_t begin = 0;
    for (const auto end : m_ends) {
        const Output output{.value = std::string_view{m_lines}.substr(begin, end - begin)};
        while (!m_sink.send(output, 0)) {
            (void)m_sink.flush(kLong);
        }
        begin = end;
    }
    m_lines.clear();
    m_ends.clear();
    (void)m_sink.flush(kLong);
    m_deliveries.clear();
    m_sink.collect(m_deliveries);
    const auto now = std::chrono::steady_clock::now();
    for (const auto& delivery : m_deliveries) {
        if (delivery.delivered) {
            m_confirmed.push_back(m_open.front());
            m_confirmed.back().at = now;
            ++m_written;
        }
        m_open.pop_front();
    }
}

void RecordOutlet::collect(std::vector<Confirmation>& out)
{
    out.insert(out.end(), m_confirmed.begin(), m_confirmed.end());
    m_confirmed.clear();
}

std::string RecordOutlet::summary() const
{
    return fmt::format("written {}", m_written);
}

} // namespace tlm::sim
