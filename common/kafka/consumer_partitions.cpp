// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/kafka/consumer.hpp"
#include "common/ops/log.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tlm::kafka {

namespace {

constexpr milliseconds kRevokeCommit{2000};
// A question that the brokers answer at once or, being away or without a leader for a partition,
// not at all: poll() asks again, with a back-off that leaves most of the time to its caller.
constexpr milliseconds kQuestion{1000};
constexpr milliseconds kShortestLook{50};
constexpr milliseconds kRetryLook{500};

std::vector<std::int32_t> numbers_of(const rd_kafka_topic_partition_list_t* list)
{
    std::vector<std::int32_t> partitions;
    for (int i = 0; list != nullptr && i < list->cnt; ++i) {
        partitions.push_back(list->elems[i].partition);
    }
    return partitions;
}

/// The answers by partition; empty when the brokers have none for one of them.
std::optional<std::map<std::int32_t, std::int64_t>>
offsets_of(const rd_kafka_topic_partition_list_t* list)
{
    std::map<std::int32_t, std::int64_t> offsets;
    for (int i = 0; i < list->cnt; ++i) {
        const auto& answer = list->elems[i];
        if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return std::nullopt;
        }
        offsets[answer.partition] = answer.offset;
    }
    return offsets;
}

std::string names_of(const std::vector<std::int32_t>& partitions)
{
    return partitions.empty() ? "no partitions"
                              : fmt::format("partitions {}", fmt::join(partitions, ", "));
}

} // namespace

void Consumer::on_rebalance(rd_kafka_event_t* event)
{
    const auto partitions = numbers_of(rd_kafka_event_topic_partition_list(event));
    if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        on_assigned(partitions);
        return;
    }
    on_revoked(partitions, rd_kafka_assignment_lost(m_client.get()) != 0);
}

void Consumer::on_assigned(const std::vector<std::int32_t>& partitions)
{
    log::info("Kafka: group '{}' gives us {} of '{}'", m_options.group, names_of(partitions),
              m_options.topic);
    hold(partitions);
    begin_reading();
}

void Consumer::on_revoked(const std::vector<std::int32_t>& partitions, bool lost)
{
    log::info("Kafka: group '{}' takes {} of '{}'{}", m_options.group, names_of(partitions),
              m_options.topic, lost ? ": this member was away for too long" : "");

    // Whatever the listener throws: the group waits until the partitions are given back.
    struct GiveBack {
        Consumer& consumer;
        const std::vector<std::int32_t>& partitions;

        ~GiveBack()
        {
            // librdkafka keeps a partition paused beyond its assignment: one that is given back
            // paused and resumed by us meanwhile would stand still when the group returns it.
            if (consumer.m_paused) {
                consumer.resume_held();
            }
            consumer.m_commits_lost = consumer.m_table.has_commits();
            for (const auto partition : partitions) {
                consumer.m_table.drop(partition);
            }
            consumer.m_assigned = false;
            consumer.m_to_begin = false;
            rd_kafka_assign(consumer.m_client.get(), nullptr);
        }
    } const give_back{*this, partitions};

    if (m_listener != nullptr) {
        m_listener->on_revoked(partitions, lost);
    }
    if (!lost && !commit_now(kRevokeCommit)) {
        log::warn("Kafka: the next member of group '{}' reads some records again", m_options.group);
    }
}

/// Without a group: reads every partition there is, and looks again for new ones.
void Consumer::look_for_partitions(milliseconds wait)
{
    const auto count = count_partitions(m_client.get(), m_options.topic,
                                        std::clamp(wait, kShortestLook, kQuestion));
    const auto now = std::chrono::steady_clock::now();
    const auto known = m_table.held().size();
    if (count <= 0 && known == 0) {
        m_next_look = now + kRetryLook;
        m_state->log(4, "TOPIC",
                     count == 0 ? "no topic '" + m_options.topic + "'; waiting for it"
                                : std::string("the brokers do not answer; waiting"));
        return;
    }
    m_next_look = now + m_options.partition_refresh;
    if (count <= 0 || static_cast<std::size_t>(count) <= known) {
        return;
    }
    std::vector<std::int32_t> added(static_cast<std::size_t>(count) - known);
    std::iota(added.begin(), added.end(), static_cast<std::int32_t>(known));
    hold(added);
    if (known == 0) {
        begin_reading();
        return;
    }
    log::info("Kafka: '{}' has grown: {}", m_options.topic, names_of(added));
    for (const auto partition : added) {
        // Nobody could have read what it held before it was known.
        auto& start = m_table.find(partition)->start;
        start = start == kNoOffset ? RD_KAFKA_OFFSET_BEGINNING : start;
    }
    if (m_assigned) {
        assign(added);
    }
}

/// Notes the partitions with the listener's offsets.
void Consumer::hold(const std::vector<std::int32_t>& partitions)
{
    std::vector<std::optional<std::int64_t>> starts(partitions.size());
    if (m_listener != nullptr) {
        starts = m_listener->on_assigned(partitions);
        starts.resize(partitions.size());
    }
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        m_table.hold(partitions[i], starts[i].value_or(kNoOffset));
    }
}

/// Finds out where each partition begins, then tells librdkafka, all at once: 2.0.2 aborts when an
/// assignment is replaced or revoked while it still stops the one before. Without an answer a later
/// poll() tries again.
void Consumer::begin_reading()
{
    m_to_begin = true;
    std::map<std::int32_t, std::int64_t> starts;
    for (const auto partition : m_table.held()) {
        if (m_table[partition].start == kNoOffset) {
            starts[partition] = kNoOffset;
        }
    }
    if (!find_starts(starts)) {
        m_state->log(4, "OFFSET", "the brokers do not say where to begin; asking again");
        m_next_begin = std::chrono::steady_clock::now() + m_backoff.next(m_jitter.next());
        return;
    }
    for (const auto& [partition, offset] : starts) {
        m_table.find(partition)->start = offset;
    }
    m_to_begin = false;
    m_backoff.reset();
    assign(m_table.held());
    m_assigned = true;
}

/// Replaces the keys' values: by the group's committed offsets, else by what Start says. False when
/// the brokers did not answer.
bool Consumer::find_starts(std::map<std::int32_t, std::int64_t>& starts) const
{
    if (in_group() && !starts.empty()) {
        const auto list = make_list(m_options.topic, starts);
        if (rd_kafka_committed(m_client.get(), list.get(), poll_timeout(kQuestion)) !=
            RD_KAFKA_RESP_ERR_NO_ERROR) {
            return false;
        }
        const auto answers = offsets_of(list.get());
        if (!answers) {
            return false;
        }
        for (const auto& [partition, offset] : *answers) {
            starts[partition] = offset >= 0 ? offset : kNoOffset;
        }
    }
    std::map<std::int32_t, std::int64_t> times;
    for (auto& [partition, offset] : starts) {
        if (offset != kNoOffset) {
            continue;
        }
        if (m_options.start.at == Start::At::beginning) {
            offset = RD_KAFKA_OFFSET_BEGINNING;
        } else {
            times[partition] = m_options.start.at == Start::At::time
                                   ? m_options.start.time
                                   : std::int64_t{RD_KAFKA_OFFSET_END};
        }
    }
    if (!ask_for_offsets(times)) {
        return false;
    }
    for (const auto& [partition, offset] : times) {
        starts[partition] = offset;
    }
    return true;
}

/// Replaces times by the offsets of the first records then or later, else by the ends; the name of
/// the end counts as a time. False when the brokers did not answer.
bool Consumer::ask_for_offsets(std::map<std::int32_t, std::int64_t>& times) const
{
    auto asked = times;
    // Twice: where no record is that late there is no offset, so the end is asked for by its name.
    for (int round = 0; round < 2 && !asked.empty(); ++round) {
        const auto list = make_list(m_options.topic, asked);
        if (rd_kafka_offsets_for_times(m_client.get(), list.get(), poll_timeout(kQuestion)) !=
            RD_KAFKA_RESP_ERR_NO_ERROR) {
            return false;
        }
        const auto answers = offsets_of(list.get());
        if (!answers) {
            return false;
        }
        for (const auto& [partition, offset] : *answers) {
            if (offset >= 0) {
                times[partition] = offset;
                asked.erase(partition);
            } else {
                asked[partition] = RD_KAFKA_OFFSET_END;
            }
        }
    }
    return asked.empty();
}

/// Tells librdkafka to read these partitions, beside those that it reads already.
void Consumer::assign(const std::vector<std::int32_t>& partitions)
{
    std::map<std::int32_t, std::int64_t> offsets;
    for (const auto partition : partitions) {
        offsets[partition] = m_table[partition].next();
    }
    const auto list = make_list(m_options.topic, offsets);
    if (m_assigned) {
        const RdError error(rd_kafka_incremental_assign(m_client.get(), list.get()));
        if (error != nullptr) {
            throw fatal_error("Kafka: cannot read " + names_of(partitions) + " of '" +
                              m_options.topic + "': " + rd_kafka_error_string(error.get()));
        }
    } else if (const auto error = rd_kafka_assign(m_client.get(), list.get());
               error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw fatal_error("Kafka: cannot read '" + m_options.topic + "': " + describe(error));
    }
    if (m_paused) {
        rd_kafka_pause_partitions(m_client.get(), list.get());
    }
}

/// A record came from another offset than the one expected: compaction and transactions leave
/// holes, and librdkafka goes on at the oldest record when the wanted one is gone.
void Consumer::on_jump(std::int32_t partition, std::int64_t expected, std::int64_t found)
{
    if (found < expected) {
        log::warn("Kafka: partition {} of '{}' was truncated: after offset {} it goes on at {}",
                  partition, m_options.topic, expected - 1, found);
        return;
    }
    std::int64_t low = -1;
    std::int64_t high = -1;
    rd_kafka_get_watermark_offsets(m_client.get(), m_options.topic.c_str(), partition, &low, &high);
    const auto lost = std::min(low, found) - expected;
    if (lost > 0) {
        m_lost_records += static_cast<std::uint64_t>(lost);
        log::warn("Kafka: {} records of partition {} of '{}' were deleted before they were read",
                  lost, partition, m_options.topic);
    }
}

} // namespace tlm::kafka
