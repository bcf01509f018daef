// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/kafka_input.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tlm::replay {

namespace {

// So many messages may pass until lanes that nobody waits for are looked at.
constexpr std::size_t kServeEvery = 256;

constexpr std::chrono::seconds kLookEvery{10};
constexpr milliseconds kLookPatience{500};

std::vector<kafka::ReadRange> ranges_of(const std::vector<PartitionPlan>& plans, bool follow)
{
    std::vector<kafka::ReadRange> ranges;
    ranges.reserve(plans.size());
    for (const auto& plan : plans) {
        ranges.push_back(
            {plan.partition, plan.begin, follow ? kafka::ReadRange::kNoEnd : plan.end});
    }
    return ranges;
}

} // namespace

KafkaInput::KafkaInput(const Settings& settings, std::vector<PartitionPlan> plans,
                       bool with_headers, std::int32_t partitions)
    : m_topic(settings.topic),
      m_patience(settings.connect_timeout),
      m_follow(settings.follow),
      m_with_headers(with_headers),
      m_ranges(settings.ranges),
      m_partitions(partitions),
      m_plans(std::move(plans)),
      m_reader(settings.kafka, settings.topic, ranges_of(m_plans, settings.follow)),
      m_merge(m_plans.size(), settings.order),
      m_offered(m_plans.size(), false)
{}

MessageSource::Next KafkaInput::next(Message& message)
{
    release();
    if (++m_unserved >= kServeEvery) {
        refresh();
    }
    for (bool refreshed = false;;) {
        if (const auto lane = m_merge.next()) {
            m_merge.take();
            m_offered[*lane] = false;
            m_current = lane;
            message = m_reader.front(*lane, m_with_headers);
            if (in_time(message)) {
                m_place = {message.partition, message.offset};
                m_waiting_since.reset();
                return Next::message;
            }
            release();
            refreshed = false;
            continue;
        }
        if (m_merge.done()) {
            return Next::finished;
        }
        if (std::exchange(refreshed, true)) {
            return Next::waiting;
        }
        refresh();
    }
}

/// Lets the message given last go.
void KafkaInput::release()
{
    if (const auto lane = std::exchange(m_current, std::nullopt)) {
        m_reader.pop(*lane);
        feed(*lane);
    }
}

void KafkaInput::refresh()
{
    m_unserved = 0;
    m_reader.serve();
    for (std::size_t lane = 0; lane < m_plans.size(); ++lane) {
        if (!m_offered[lane] && feed(lane)) {
            m_waiting_since.reset();
        }
    }
}

/// Tells the merge what the lane has; true when that is something new.
bool KafkaInput::feed(std::size_t lane)
{
    switch (m_reader.look(lane)) {
    case kafka::TopicReader::Look::message:
        m_merge.offer(lane, m_reader.front(lane, false).timestamp);
        m_offered[lane] = true;
        return true;
    case kafka::TopicReader::Look::at_end:
        m_merge.rest(lane);
        return false;
    case kafka::TopicReader::Look::done:
        m_merge.finish(lane);
        m_offered[lane] = true;
        return true;
    case kafka::TopicReader::Look::waiting:
        break;
    }
    return false;
}

bool KafkaInput::in_time(const Message& message) const noexcept
{
    const auto& plan = m_plans[*m_current];
    return message.timestamp >= plan.from && (m_follow || message.timestamp < plan.to);
}

void KafkaInput::check(Monotonic now)
{
    m_reader.require_topic();
    if (m_follow) {
        return;
    }
    if (!m_waiting_since) {
        m_waiting_since = now;
    }
    if (now - *m_waiting_since < m_patience) {
        return;
    }
    bool truncated = false;
    for (std::size_t lane = 0; lane < m_plans.size(); ++lane) {
        truncated = (!m_offered[lane] && m_reader.end_early(lane)) || truncated;
    }
    if (truncated) {
        refresh();
        return;
    }
    if (m_reader.partitions(kLookPatience) == 0) {
        m_reader.end_without_topic();
    }
    const auto lacking = std::find(m_offered.begin(), m_offered.end(), false) - m_offered.begin();
    const auto lane = static_cast<std::size_t>(lacking);
    throw transient_error(
        fmt::format("Kafka gives nothing of partition {} of '{}' from offset {} on",
                    m_plans[lane].partition, m_topic, m_reader.position(lane)));
}

void KafkaInput::turn(Monotonic now)
{
    if (!m_follow || now < m_next_look) {
        return;
    }
    m_next_look = now + kLookEvery;
    const auto count = m_reader.partitions(kLookPatience);
    if (count) { // a broker that has just started may not know yet: not at the first look
        const bool seemed_gone = std::exchange(m_seems_gone, *count == 0);
        if (seemed_gone && m_seems_gone) {
            m_reader.end_without_topic();
        }
    }
    for (; m_partitions < count.value_or(0); ++m_partitions) {
        if (const auto plan = plan_new_partition(m_ranges, {.partition = m_partitions})) {
            log::info("partition {} of '{}' is new, and is read from its beginning", m_partitions,
                      m_topic);
            add(*plan);
        }
    }
}

void KafkaInput::add(const PartitionPlan& plan)
{
    m_plans.push_back(plan);
    m_offered.push_back(false);
    m_merge.add();
    m_reader.add({plan.partition, plan.begin, kafka::ReadRange::kNoEnd});
    if (on_new_partition) {
        on_new_partition(plan);
    }
}

std::int64_t KafkaInput::passed() const
{
    std::int64_t passed = 0;
    for (std::size_t lane = 0; lane < m_plans.size(); ++lane) {
        const auto& plan = m_plans[lane];
        passed += std::clamp(m_reader.position(lane), plan.begin, plan.end) - plan.begin;
    }
    return passed;
}

} // namespace tlm::replay
