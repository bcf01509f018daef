// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/consumer.hpp"
#include "common/ops/log.hpp"

#include <algorithm>
#include <utility>

namespace tlm::kafka {

void Consumer::commit(std::int32_t partition, std::int64_t next_offset)
{
    if (in_group()) {
        m_table.commit(partition, next_offset);
    }
}

void Consumer::start_commit()
{
    m_committing = m_table.take_commits();
    const auto list = make_list(m_options.topic, m_committing);
    const auto error =
        rd_kafka_commit_queue(m_client.get(), list.get(), m_queue.get(), nullptr, nullptr);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        m_state->failed(error, "committing offsets: " + describe(error));
        m_table.give_back(std::exchange(m_committing, {}));
    }
}

void Consumer::on_committed(rd_kafka_event_t* event)
{
    const auto written = std::exchange(m_committing, {});
    const auto error = rd_kafka_event_error(event);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__NO_OFFSET) {
        return;
    }
    m_state->failed(error, "committing offsets: " + describe(error));
    m_table.give_back(written);
}

/// Waits for the answer. What failed is pending again.
bool Consumer::commit_now(milliseconds deadline)
{
    // Its answer may never come, and writing the same offset twice does no harm.
    m_table.give_back(std::exchange(m_committing, {}));
    if (!m_table.has_commits()) {
        return true;
    }
    const auto commits = m_table.take_commits();
    const auto list = make_list(m_options.topic, commits);
    const Queue answers(rd_kafka_queue_new(m_client.get()));
    auto error = rd_kafka_commit_queue(m_client.get(), list.get(), answers.get(), nullptr, nullptr);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const auto left = std::chrono::ceil<milliseconds>(
            std::min(std::chrono::steady_clock::now() + deadline, m_close_deadline) -
            std::chrono::steady_clock::now());
        const Event event(rd_kafka_queue_poll(answers.get(), poll_timeout(left)));
        m_commit_unanswered = event == nullptr;
        error = event == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event.get());
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return true;
    }
    log::warn("Kafka: committing offsets of group '{}': {}", m_options.group, describe(error));
    m_table.give_back(commits);
    return false;
}

} // namespace tlm::kafka
