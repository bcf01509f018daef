// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/topic_reader.hpp"

#include "common/base/error.hpp"
#include "common/kafka/client.hpp"
#include "common/ops/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace tlm::kafka {

namespace {

/// The size of a partition's queue cannot change when more partitions come.
constexpr std::size_t kSharesOfGrowing = 16;

Properties reader_properties(const Properties& given, std::size_t lanes, std::size_t memory)
{
    constexpr std::size_t kKiB = 1024;
    constexpr std::size_t kLeast = 1024; // one answer of the broker
    auto properties = given;
    constexpr auto kNoMemory = "the program reads what it is told to and commits nothing";
    properties.require("enable.auto.commit", "false", kNoMemory);
    properties.require("enable.auto.offset.store", "false", kNoMemory);
    properties.require("auto.offset.reset", "earliest", "what is gone is passed over, and counted");
    properties.require("enable.partition.eof", "true", "a range may end at the end");
    // librdkafka assigns partitions to named groups only; nothing joins it.
    properties.set_default("group.id", "tlm");
    properties.set_default("isolation.level", "read_committed");
    properties.set_default("check.crcs", "true");
    // The broker holds back the empty answer that says "end" for as long as this.
    properties.set_default("fetch.wait.max.ms", "50");
    // With a queue for each partition this counts for each.
    properties.set_default("queued.max.messages.kbytes",
                           std::to_string(std::max(kLeast, memory / lanes / kKiB)));
    return properties;
}

std::optional<std::string_view> bytes(const void* data, std::size_t size)
{
    return data == nullptr ? std::nullopt
                           : std::optional{std::string_view{static_cast<const char*>(data), size}};
}

TimestampType type_of(rd_kafka_timestamp_type_t type)
{
    switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME:
        return TimestampType::create;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME:
        return TimestampType::append;
    case RD_KAFKA_TIMESTAMP_NOT_AVAILABLE:
        break;
    }
    return TimestampType::none;
}

bool says_missing(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
           code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

struct Lane {
    ReadRange range;
    std::int64_t position = 0;
    Queue queue;
    Event event; ///< holds `message`
    const rd_kafka_message_t* message = nullptr;
    bool at_end = false;
    bool ends_before_range = false; ///< its partition did, when that was seen last
    bool done = false;
};

} // namespace

struct TopicReader::Impl {
    std::string topic;
    ClientState state;
    Wake wake;
    ClientHandle client; ///< its threads use the two above
    Queue queue;         ///< of the client: errors
    std::vector<Lane> lanes;
    std::vector<MessageHeader> headers;
    std::uint64_t deleted = 0;
    std::uint64_t truncated = 0;
    bool missing = false; ///< the topic, says librdkafka, which may have asked a broker too early

    Lane& add_lane(const ReadRange& range)
    {
        auto& lane = lanes.emplace_back();
        lane.range = range;
        lane.position = range.begin;
        lane.done = range.begin >= range.end;
        return lane;
    }

    /// Each partition keeps its records to itself from the first one on: that is why this comes
    /// before the assignment, which leaves such queues alone.
    void open(Lane& lane) const
    {
        lane.queue.reset(
            rd_kafka_queue_get_partition(client.get(), topic.c_str(), lane.range.partition));
        if (lane.queue == nullptr) {
            throw fatal_error(fmt::format("Kafka: cannot read partition {} of '{}'",
                                          lane.range.partition, topic));
        }
        rd_kafka_queue_forward(lane.queue.get(), nullptr);
    }

    void assign()
    {
        std::map<std::int32_t, std::int64_t> offsets;
        for (auto& lane : lanes) {
            if (!lane.done) {
                open(lane);
                wake.enable(lane.queue.get());
                offsets[lane.range.partition] = lane.range.begin;
            }
        }
        const auto list = make_list(topic, offsets);
        if (const auto error = rd_kafka_assign(client.get(), list.get());
            error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            throw fatal_error("Kafka: cannot read '" + topic + "': " + describe(error));
        }
    }

    void finish(Lane& lane)
    {
        lane.done = true;
        lane.event.reset();
        lane.message = nullptr;
        if (lane.queue != nullptr) {
            Wake::disable(lane.queue.get());
            const auto list = make_list(topic, {{lane.range.partition, RD_KAFKA_OFFSET_INVALID}});
            rd_kafka_pause_partitions(client.get(), list.get());
        }
    }

    void take(Lane& lane, Event event)
    {
        if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
            on_error(event.get(), &lane);
            return;
        }
        const auto* const message = rd_kafka_event_message_next(event.get());
        if (message == nullptr) {
            return;
        }
        if (message->offset < lane.position) {
            truncate(lane, message->offset);
            return;
        }
        if (message->offset > lane.position) {
            pass_to(lane, message->offset);
        }
        if (message->offset >= lane.range.end) {
            finish(lane);
            return;
        }
        lane.at_end = false;
        lane.ends_before_range = false;
        lane.message = message;
        lane.event = std::move(event);
    }

    void on_error(rd_kafka_event_t* event, Lane* lane)
    {
        const auto code = rd_kafka_event_error(event);
        const auto* const text = rd_kafka_event_error_string(event);
        if (says_missing(code)) {
            missing = true;
            return;
        }
        if (rd_kafka_event_error_is_fatal(event) != 0) {
            state.failed(RD_KAFKA_RESP_ERR__FATAL, text);
            state.check();
        }
        switch (static_cast<int>(code)) {
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            if (lane != nullptr) {
                reach_end(*lane, event);
            }
            return;
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
            throw usage_error("Kafka does not let this user read topic '" + topic + "'");
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
            return; // librdkafka asks for a coordinator that nothing here needs
        default:
            state.failed(code, text);
        }
    }

    /// Throws away what was read ahead, but not that the topic is gone.
    void drain(const Lane& lane)
    {
        while (const Event event{rd_kafka_queue_poll(lane.queue.get(), 0)}) {
            missing = missing || (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR &&
                                  says_missing(rd_kafka_event_error(event.get())));
        }
    }

    /// The partition has no more for now. A range that goes further is not through: a new leader
    /// may show the last records only when its followers have them.
    void reach_end(Lane& lane, rd_kafka_event_t* event)
    {
        using Place =
            std::unique_ptr<rd_kafka_topic_partition_t, Ender<rd_kafka_topic_partition_destroy>>;
        const Place place(rd_kafka_event_topic_partition(event));
        const auto end = place == nullptr ? lane.range.end : place->offset;
        if (end < lane.position) {
            truncate(lane, end);
            return;
        }
        pass_to(lane, end);
        if (lane.range.end == ReadRange::kNoEnd) {
            lane.at_end = true;
            return;
        }
        lane.ends_before_range = end < lane.range.end;
        if (!lane.ends_before_range) {
            finish(lane);
        }
    }

    /// Offsets are passed over in a compacted topic and behind transactions, or because retention
    /// deleted them: then librdkafka has asked where the partition begins now.
    void pass_to(Lane& lane, std::int64_t offset)
    {
        const auto next = std::min({first_of(lane), offset, lane.range.end});
        if (next <= lane.position) {
            return;
        }
        deleted += static_cast<std::uint64_t>(next - lane.position);
        log::warn("Kafka: {} offsets of partition {} of '{}' were deleted before they were read",
                  next - lane.position, lane.range.partition, topic);
        lane.position = next;
    }

    /// What librdkafka knows; asks nobody.
    [[nodiscard]] std::int64_t first_of(const Lane& lane) const
    {
        std::int64_t low = -1;
        std::int64_t high = -1;
        rd_kafka_get_watermark_offsets(client.get(), topic.c_str(), lane.range.partition, &low,
                                       &high);
        return low;
    }

    /// The partition ends at `high` now, or goes on there with other records.
    void truncate(Lane& lane, std::int64_t high)
    {
        const auto text = fmt::format("Kafka: partition {} of '{}' was truncated, or the topic was "
                                      "made anew: what follows is {}, and it was read up to {}",
                                      lane.range.partition, topic, high, lane.position);
        if (lane.range.end == ReadRange::kNoEnd) {
            throw fatal_error(text);
        }
        log::warn("{}", text);
        truncated += static_cast<std::uint64_t>(lane.range.end - lane.position);
        finish(lane);
    }

    [[nodiscard]] std::int32_t highest_partition() const
    {
        std::int32_t highest = 0;
        for (const auto& lane : lanes) {
            highest = std::max(highest, lane.range.partition);
        }
        return highest;
    }

    void take_headers(const rd_kafka_message_t* message)
    {
        headers.clear();
        for_each_header(message, [this](const char* name, const void* value, std::size_t size) {
            headers.push_back({name, bytes(value, size)});
        });
    }
};

TopicReader::TopicReader(const Properties& properties, std::string topic,
                         std::span<const ReadRange> ranges, std::size_t memory)
    : m_impl(std::make_unique<Impl>())
{
    m_impl->topic = std::move(topic);
    bool may_grow = false;
    std::size_t open = 0;
    for (const auto& range : ranges) {
        const auto& lane = m_impl->add_lane(range);
        may_grow = may_grow || range.end == ReadRange::kNoEnd;
        open += lane.done ? 0 : 1;
    }
    const auto shares = std::max<std::size_t>(open, may_grow ? kSharesOfGrowing : 1);
    m_impl->client = make_client(
        RD_KAFKA_CONSUMER, reader_properties(properties, shares, memory), m_impl->state,
        [](rd_kafka_conf_t* conf) { rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_ERROR); });
    rd_kafka_poll_set_consumer(m_impl->client.get());
    m_impl->queue.reset(rd_kafka_queue_get_consumer(m_impl->client.get()));
    if (open > 0) {
        m_impl->assign();
    }
}

TopicReader::~TopicReader()
{
    // rd_kafka_destroy() waits for every handle and message that is still held.
    for (auto& lane : m_impl->lanes) {
        lane.event.reset();
        if (lane.queue != nullptr) {
            Wake::disable(lane.queue.get());
            m_impl->drain(lane);
            lane.queue.reset();
        }
    }
    m_impl->queue.reset();
    if (m_impl->missing) {
        // librdkafka 2.0.2 never lets go of a partition whose topic was deleted, and would wait for
        // that for ever. It ends with the program.
        static_cast<void>(m_impl.release());
        return;
    }
    m_impl->client.reset();
}

void TopicReader::add(const ReadRange& range)
{
    auto& lane = m_impl->add_lane(range);
    if (lane.done) {
        return;
    }
    m_impl->open(lane);
    m_impl->wake.enable(lane.queue.get());
    const auto list = make_list(m_impl->topic, {{range.partition, range.begin}});
    const RdError error(rd_kafka_incremental_assign(m_impl->client.get(), list.get()));
    if (error != nullptr) {
        throw fatal_error("Kafka: cannot read one more partition of '" + m_impl->topic +
                          "': " + rd_kafka_error_string(error.get()));
    }
}

std::optional<std::int32_t> TopicReader::partitions(milliseconds deadline) const
{
    const auto count = count_partitions(m_impl->client.get(), m_impl->topic, deadline);
    return count < 0 ? std::nullopt : std::optional{count};
}

void TopicReader::serve()
{
    m_impl->wake.clear();
    m_impl->state.check();
    while (const Event event{rd_kafka_queue_poll(m_impl->queue.get(), 0)}) {
        if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
            m_impl->on_error(event.get(), nullptr);
        }
    }
}

TopicReader::Look TopicReader::look(std::size_t lane)
{
    auto& looked = m_impl->lanes[lane];
    while (!looked.done && looked.message == nullptr) {
        Event event(rd_kafka_queue_poll(looked.queue.get(), 0));
        if (event == nullptr) {
            return looked.at_end ? Look::at_end : Look::waiting;
        }
        m_impl->take(looked, std::move(event));
    }
    return looked.done ? Look::done : Look::message;
}

Message TopicReader::front(std::size_t lane, bool with_headers)
{
    const auto* const found = m_impl->lanes[lane].message;
    rd_kafka_timestamp_type_t type{};
    Message message;
    message.topic = m_impl->topic;
    message.partition = found->partition;
    message.offset = found->offset;
    message.timestamp = rd_kafka_message_timestamp(found, &type);
    message.timestamp_type = type_of(type);
    message.key = bytes(found->key, found->key_len);
    message.value = bytes(found->payload, found->len);
    if (with_headers) {
        m_impl->take_headers(found);
        message.headers = m_impl->headers;
    }
    return message;
}

void TopicReader::pop(std::size_t lane)
{
    auto& popped = m_impl->lanes[lane];
    popped.position = popped.message->offset + 1;
    popped.message = nullptr;
    popped.event.reset();
    if (popped.position >= popped.range.end) {
        m_impl->finish(popped);
    }
}

int TopicReader::wake_fd() const noexcept
{
    return m_impl->wake.fd();
}

std::int64_t TopicReader::position(std::size_t lane) const
{
    return m_impl->lanes[lane].position;
}

std::uint64_t TopicReader::deleted() const noexcept
{
    return m_impl->deleted;
}

std::uint64_t TopicReader::truncated() const noexcept
{
    return m_impl->truncated;
}

bool TopicReader::end_early(std::size_t lane)
{
    constexpr int kPatience = 5000;
    auto& waiting = m_impl->lanes[lane];
    if (waiting.done || waiting.message != nullptr || !waiting.ends_before_range) {
        return false;
    }
    std::int64_t low = -1;
    std::int64_t high = -1;
    if (rd_kafka_query_watermark_offsets(m_impl->client.get(), m_impl->topic.c_str(),
                                         waiting.range.partition, &low, &high,
                                         kPatience) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        high >= waiting.range.end) {
        return false;
    }
    m_impl->truncate(waiting, high);
    return true;
}

void TopicReader::require_topic()
{
    constexpr milliseconds kPatience{1000};
    if (!m_impl->missing) {
        return;
    }
    const auto count = count_partitions(m_impl->client.get(), m_impl->topic, kPatience);
    if (count >= 0 && count <= m_impl->highest_partition()) {
        end_without_topic();
    }
    m_impl->missing = count < 0;
}

void TopicReader::end_without_topic()
{
    m_impl->missing = true; // the destructor must not wait for librdkafka
    throw fatal_error("Kafka: topic '" + m_impl->topic + "' was deleted while it was being read");
}

} // namespace tlm::kafka
