// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/outlet.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/ops/log.hpp"
#include "common/record/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tlm::sim {

MqttOutlet::MqttOutlet(mqtt::PublisherOptions options, TopicTemplate topics, milliseconds patience)
    : m_name(mqtt::format_url(options.url)),
      m_qos(options.qos),
      m_publisher(std::move(options)),
      m_topics(std::move(topics)),
      m_patience(patience)
{}

void MqttOutlet::send(const Message& message)
{
    m_publisher.publish(m_topics.topic(message.device_id), message.payload);
    m_open.push_back({message.device, message.intended, {}});
}

void MqttOutlet::collect(std::vector<Confirmation>& out)
{
    // Brokers answer in order.
    const auto now = std::chrono::steady_clock::now();
    for (auto left = unconfirmed(); m_open.size() > left; m_open.pop_front()) {
        out.push_back(m_open.front());
        out.back().at = now;
    }
}

void MqttOutlet::hang_up(std::uint32_t /*device*/, Monotonic now)
{
    m_publisher.hang_up(now);
}

pollfd MqttOutlet::interest() const
{
    const auto events = static_cast<short>(POLLIN | (m_publisher.wants_write() ? POLLOUT : 0));
    return {m_publisher.fd(), events, 0};
}

std::optional<Monotonic> MqttOutlet::deadline() const
{
    auto deadline = m_publisher.deadline();
    if (const auto down = m_publisher.down_since()) {
        deadline = std::min(deadline.value_or(Monotonic::max()), *down + m_patience);
    }
    return deadline;
}

void MqttOutlet::serve(short revents, Monotonic now)
{
    m_publisher.serve(revents, now);
    const auto down = m_publisher.down_since();
    if (down && now - *down >= m_patience) {
        throw fatal_error(fmt::format("{}: no broker for {}: {}", m_name,
                                      format_duration(m_patience), m_publisher.last_error()));
    }
}

std::uint64_t MqttOutlet::unconfirmed() const
{
    if (m_qos == mqtt::Qos::at_most_once) {
        return m_publisher.all_written() ? 0 : std::max<std::size_t>(1, m_open.size());
    }
    return m_publisher.outstanding();
}

void MqttOutlet::close()
{
    constexpr milliseconds kGoodbye{2'000};
    if (m_publisher.connected() && !m_publisher.disconnect(kGoodbye)) {
        log::warn("{}: the broker did not close the connection in time", m_name);
    }
}

OutletCounts MqttOutlet::counts() const
{
    const auto& stats = m_publisher.stats();
    return {stats.refused, stats.resent, stats.connects > 0 ? stats.connects - 1 : 0};
}

std::string MqttOutlet::summary() const
{
    const auto& stats = m_publisher.stats();
    auto text = m_qos == mqtt::Qos::at_most_once ? std::string{"none acknowledged at QoS 0"}
                                                 : fmt::format("acknowledged {}", stats.acked);
    const auto [refused, resent, reconnects] = counts();
    if (refused > 0) {
        text += fmt::format(", refused {}", refused);
    }
    return text + fmt::format(", sent again {}, reconnects {}", resent, reconnects);
}

void RecordOutlet::send(const Message& message)
{
    Record record;
    record.device_id = message.device_id;
    record.ts = message.ts;
    record.received_at = message.ts;
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
