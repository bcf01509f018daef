// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/consumer.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"

#include <algorithm>
#include <utility>

namespace tlm::kafka {

namespace {

constexpr milliseconds kClose{3000};

Properties consumer_properties(const SourceOptions& options)
{
    auto properties = options.properties;
    constexpr auto kOurs = "the program commits what is done for good, nothing else";
    properties.require("enable.auto.commit", "false", kOurs);
    properties.require("enable.auto.offset.store", "false", kOurs);
    properties.require("auto.offset.reset", options.skip_gaps ? "earliest" : "error",
                       "the program decides where to begin and what a gap means");
    properties.require("partition.assignment.strategy", "range",
                       "the other ones are not safe with this librdkafka");
    properties.require("enable.partition.eof", options.stop_at_end ? "true" : "false",
                       "the program decides whether to stop at the end");
    if (options.stop_at_end) {
        // The broker holds back the empty answer that says "end" for as long as this.
        properties.set_default("fetch.wait.max.ms", "50");
    }
    // librdkafka assigns partitions to named groups only; without a group nothing joins or commits.
    properties.set("group.id", options.group.empty() ? "tlm" : options.group);
    if (!options.member.empty()) {
        properties.set("group.instance.id", options.member);
    }
    // How long the group waits for a member that was killed before it gives its partitions away.
    properties.set_default("session.timeout.ms", "10000");
    properties.set_default("isolation.level", "read_committed");
    properties.set_default("check.crcs", "true");
    properties.set_default("queued.max.messages.kbytes", "16384");
    properties.set_default("topic.metadata.refresh.interval.ms", "30000");
    return properties;
}

std::string_view bytes(const void* data, std::size_t size)
{
    return {static_cast<const char*>(data), size};
}

/// Partition and offset that an error is about; -1 when there are none.
std::pair<std::int32_t, std::int64_t> place_of(rd_kafka_event_t* event)
{
    using Place =
        std::unique_ptr<rd_kafka_topic_partition_t, Ender<rd_kafka_topic_partition_destroy>>;
    const Place place(rd_kafka_event_topic_partition(event));
    return place == nullptr ? std::pair{-1, std::int64_t{-1}}
                            : std::pair{place->partition, place->offset};
}

Partitions held_list(const std::string& topic, const PartitionTable& table)
{
    std::map<std::int32_t, std::int64_t> partitions;
    for (const auto partition : table.held()) {
        partitions[partition] = RD_KAFKA_OFFSET_INVALID;
    }
    return make_list(topic, partitions);
}

} // namespace

Consumer::Consumer(const SourceOptions& options, PartitionListener* listener)
    : m_options(options),
      m_listener(listener),
      m_state(std::make_unique<ClientState>()),
      m_next_commit(std::chrono::steady_clock::now() + options.commit_interval)
{
    m_client = make_client(
        RD_KAFKA_CONSUMER, consumer_properties(options), *m_state, [](rd_kafka_conf_t* conf) {
            rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT |
                                               RD_KAFKA_EVENT_ERROR);
        });
    rd_kafka_poll_set_consumer(m_client.get());
    m_queue.reset(rd_kafka_queue_get_consumer(m_client.get()));
    m_wake.enable(m_queue.get());
    if (in_group()) {
        subscribe();
    }
}

Consumer::~Consumer()
{
    // rd_kafka_destroy() waits for every handle and message that is still held.
    Wake::disable(m_queue.get());
    m_waiting.reset();
    m_held.clear();
    m_queue.reset();
    if (in_group() && (!m_left_group || m_commit_unanswered)) {
        // It would also wait for the answers of brokers that are gone, for up to a session timeout.
        // The process is about to end: its threads and what they use stay until then.
        static_cast<void>(m_client.release());
        static_cast<void>(m_state.release());
        return;
    }
    m_client.reset();
}

void Consumer::subscribe()
{
    const Partitions topics(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(topics.get(), m_options.topic.c_str(), RD_KAFKA_PARTITION_UA);
    const auto error = rd_kafka_subscribe(m_client.get(), topics.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw usage_error("cannot subscribe to '" + m_options.topic + "': " + describe(error));
    }
    // A member that died without a word is waited for by the group, not by us: say so.
    log::info("Kafka: waiting until group '{}' gives us partitions of '{}', at most its session "
              "time-out when another member has just died",
              m_options.group, m_options.topic);
}

SourceState Consumer::poll(std::vector<Input>& batch, std::size_t max, milliseconds wait)
{
    batch.clear();
    m_messages.clear();
    m_held.clear();
    m_wake.clear();
    m_state->check();
    auto deadline = std::chrono::steady_clock::now() + std::min(wait, milliseconds{86'400'000});
    housekeeping(wait);
    if (m_to_begin) {
        deadline = std::min(deadline, m_next_begin);
    }

    const auto ended = [this] {
        return m_options.stop_at_end && m_assigned && m_table.all_ended();
    };
    bool more = max > 0;
    while (more && batch.size() < max && !ended()) {
        auto left = milliseconds{0};
        if (batch.empty() && wait > left) {
            left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
        }
        Event event(rd_kafka_queue_poll(m_queue.get(), poll_timeout(left)));
        more = event != nullptr && handle(std::move(event), batch);
    }
    if (more || m_waiting != nullptr) {
        m_wake.raise(); // librdkafka wakes us only when its queue was empty
    }
    return ended() ? SourceState::finished : SourceState::open;
}

void Consumer::housekeeping(milliseconds wait)
{
    if (m_waiting != nullptr) {
        const auto event = std::move(m_waiting);
        on_rebalance(event.get());
    }
    const auto now = std::chrono::steady_clock::now();
    if (in_group()) {
        if (m_committing.empty() && m_table.has_commits() && now >= m_next_commit) {
            start_commit();
            m_next_commit = now + m_options.commit_interval;
        }
    } else if (now >= m_next_look) {
        look_for_partitions(wait);
    }
    if (m_to_begin && now >= m_next_begin) {
        begin_reading();
    }
}

/// False when the batch must end here.
bool Consumer::handle(Event event, std::vector<Input>& batch)
{
    switch (rd_kafka_event_type(event.get())) {
    case RD_KAFKA_EVENT_FETCH:
        take_record(std::move(event), batch);
        return true;
    case RD_KAFKA_EVENT_REBALANCE:
        // The records before it belong to the old assignment: they are given out first.
        if (!batch.empty()) {
            m_waiting = std::move(event);
            return false;
        }
        on_rebalance(event.get());
        return true;
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
        on_committed(event.get());
        return true;
    case RD_KAFKA_EVENT_ERROR:
        on_error(event.get());
        return true;
    default:
        return true;
    }
}

void Consumer::take_record(Event event, std::vector<Input>& batch)
{
    const auto* const message = rd_kafka_event_message_next(event.get());
    if (message == nullptr) {
        return;
    }
    auto* const slot = m_table.find(message->partition);
    if (slot == nullptr) {
        return;
    }
    if (const auto expected = slot->next(); expected >= 0 && message->offset != expected) {
        on_jump(message->partition, expected, message->offset);
    }
    slot->position = message->offset + 1;
    rd_kafka_timestamp_type_t type{};
    auto& input = batch.emplace_back();
    input.value = bytes(message->payload, message->len);
    input.key = bytes(message->key, message->key_len);
    input.timestamp = rd_kafka_message_timestamp(message, &type);
    input.position = {m_options.topic, message->partition, message->offset};
    m_messages.push_back(message);
    m_held.push_back(std::move(event));
}

void Consumer::on_error(rd_kafka_event_t* event)
{
    const auto code = rd_kafka_event_error(event);
    const auto* const text = rd_kafka_event_error_string(event);
    if (rd_kafka_event_error_is_fatal(event) != 0) {
        m_state->failed(RD_KAFKA_RESP_ERR__FATAL, text);
        m_state->check();
    }
    switch (static_cast<int>(code)) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        if (auto* const slot = m_table.find(place_of(event).first)) {
            slot->ended = true;
        }
        return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET: {
        const auto [partition, offset] = place_of(event);
        throw fatal_error("Kafka: partition " + std::to_string(partition) + " of '" +
                          m_options.topic + "' has nothing at offset " + std::to_string(offset) +
                          " any more: records were deleted before they were read, or the topic is "
                          "another one");
    }
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        throw usage_error("Kafka does not let this user read topic '" + m_options.topic + "'");
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        if (in_group()) {
            throw usage_error("Kafka does not let this user join group '" + m_options.group + "'");
        }
        return; // librdkafka asks for a coordinator that nothing here needs
    default:
        m_state->failed(code, text);
    }
}

void Consumer::pause()
{
    m_paused = true;
    const auto partitions = held_list(m_options.topic, m_table);
    rd_kafka_pause_partitions(m_client.get(), partitions.get());
}

void Consumer::resume_held() noexcept
{
    const auto partitions = held_list(m_options.topic, m_table);
    rd_kafka_resume_partitions(m_client.get(), partitions.get());
}

void Consumer::resume()
{
    m_paused = false;
    resume_held();
    // librdkafka 2.0.2 forgets what it had fetched when a partition is paused before its first
    // record was given out.
    std::map<std::int32_t, std::int64_t> untouched;
    for (const auto partition : m_table.held()) {
        if (const auto& slot = m_table[partition]; m_assigned && slot.position == kNoOffset) {
            untouched[partition] = slot.start;
        }
    }
    if (!untouched.empty()) {
        const auto list = make_list(m_options.topic, untouched);
        const RdError error(rd_kafka_seek_partitions(m_client.get(), list.get(), 0));
    }
}

void Consumer::headers(std::size_t index, std::vector<Header>& headers) const
{
    headers.clear();
    for_each_header(m_messages.at(index),
                    [&headers](const char* name, const void* value, std::size_t size) {
                        headers.push_back({name, std::string(bytes(value, size))});
                    });
}

std::vector<PartitionState> Consumer::partitions() const
{
    std::vector<PartitionState> states;
    for (const auto partition : m_table.held()) {
        const auto& slot = m_table[partition];
        std::int64_t low = -1;
        std::int64_t high = -1;
        rd_kafka_get_watermark_offsets(m_client.get(), m_options.topic.c_str(), partition, &low,
                                       &high);
        const auto next = slot.next() == RD_KAFKA_OFFSET_BEGINNING ? low : slot.next();
        PartitionState state{.partition = partition};
        state.position = std::max(next, std::int64_t{-1});
        state.high = std::max(high, std::int64_t{-1});
        state.at_end = state.high >= 0 && (slot.ended || state.position >= state.high);
        states.push_back(state);
    }
    return states;
}

Wait Consumer::wait_until_known(milliseconds deadline, int stop_fd)
{
    return wait_for_topics(m_client.get(), {&m_options.topic, 1}, deadline, stop_fd, [] {});
}

void Consumer::close()
{
    if (std::exchange(m_closed, true) || !in_group()) {
        return;
    }
    m_messages.clear();
    m_held.clear();
    m_close_deadline = std::chrono::steady_clock::now() + kClose;
    if (const auto event = std::move(m_waiting)) {
        on_rebalance(event.get());
    }
    // What fails here is tried once more when the partitions are taken.
    static_cast<void>(commit_now(kClose / 2));
    m_commits_lost = false;
    const RdError refused(rd_kafka_consumer_close_queue(m_client.get(), m_queue.get()));
    m_left_group = refused != nullptr;
    while (!m_left_group && std::chrono::steady_clock::now() < m_close_deadline) {
        const Event event(rd_kafka_queue_poll(m_queue.get(), 10));
        if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
            on_rebalance(event.get());
        }
        m_left_group = rd_kafka_consumer_closed(m_client.get()) != 0;
    }
    if (!m_left_group) {
        log::warn("Kafka: no answer on leaving group '{}'", m_options.group);
    }
    if (m_commits_lost || m_table.has_commits()) {
        throw transient_error("Kafka did not take the last committed offsets of group '" +
                              m_options.group + "'");
    }
}

} // namespace tlm::kafka
