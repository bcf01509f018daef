// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/producer.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/handles.hpp"
#include "common/kafka/topic_settings.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace tlm::kafka {

namespace {

static_assert(sizeof(void*) == sizeof(Ticket), "a ticket travels as librdkafka's message opaque");

/// One topic and what became of its messages.
struct Lane {
    std::string name;
    std::vector<Delivery> deliveries{};
    TopicHandle topic{};
};

/// What librdkafka batches by itself, and a bound on what one record may fill of its queue.
constexpr std::uint64_t kUsualBatch = 1'000'000;
constexpr std::uint64_t kLargestRecord = 32ULL * 1024 * 1024;
// As large as scripts/topics lets a dead letter be. A record too large for its own topic is refused
// by the broker.
constexpr std::uint64_t kUsualRecord = 4ULL * 1024 * 1024;

/// librdkafka would call a queue full for ever that a message does not fit into.
void demand_room_for_a_message(const Properties& properties)
{
    const auto room = parse_unsigned(*properties.find("queue.buffering.max.kbytes"));
    const auto largest = parse_unsigned(*properties.find("message.max.bytes"));
    if (room && largest && *room < *largest / 1024 + (*largest % 1024 > 0 ? 1 : 0)) {
        throw usage_error("Kafka property 'queue.buffering.max.kbytes' must hold a message of "
                          "'message.max.bytes', which is " +
                          std::to_string(*largest) + ": a larger one would wait for ever");
    }
}

Properties producer_properties(const ProducerOptions& options)
{
    auto properties = options.properties;
    properties.require("enable.idempotence", "true", "order and no doubles rest on it");
    properties.require("acks", "all", "a delivery means that every in-sync replica has it");
    properties.require(
        "allow.auto.create.topics", "false",
        "a misspelt topic would be made with the broker's defaults, and take it all");
    properties.demand("delivery.report.only.error", "false",
                      "what is delivered would never be known to be");
    if (properties.find("transactional.id") != nullptr) {
        throw usage_error("Kafka property 'transactional.id' is not supported");
    }
    properties.set("queue.buffering.max.messages", std::to_string(options.window));
    properties.set_default("queue.buffering.max.kbytes", "65536");
    properties.set_default("linger.ms", std::to_string(options.linger.count()));
    // Giving up is not ours: whoever holds the acknowledgement decides how long to wait.
    properties.set_default("message.timeout.ms", "0");
    // The partition that Java and every other client would choose for the key.
    properties.set_default("partitioner", "murmur2_random");
    properties.set_default("compression.codec", "lz4");
    // Kafka refuses a batch that is larger than its topic takes whole, though each record would
    // fit.
    const auto batch = options.largest_batch.value_or(kUsualBatch);
    properties.set_default("batch.size",
                           std::to_string(std::clamp<std::uint64_t>(batch, 1, kUsualBatch)));
    properties.set_default("message.max.bytes",
                           std::to_string(std::clamp(batch, kUsualRecord, kLargestRecord)));
    demand_room_for_a_message(properties);
    return properties;
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) noexcept
{
    auto* const lane = static_cast<Lane*>(rd_kafka_topic_opaque(message->rkt));
    auto& delivery = lane->deliveries.emplace_back();
    delivery.ticket = std::bit_cast<Ticket>(message->_private);
    delivery.delivered = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!delivery.delivered) {
        delivery.error = describe(message->err);
    } else if (message->offset >= 0) {
        delivery.partition = message->partition;
        delivery.offset = message->offset;
    }
}

Headers copy_headers(std::span<const Header> from)
{
    Headers headers(rd_kafka_headers_new(from.size()));
    for (const auto& header : from) {
        rd_kafka_header_add(headers.get(), header.name.data(),
                            static_cast<ssize_t>(header.name.size()), header.value.data(),
                            static_cast<ssize_t>(header.value.size()));
    }
    return headers;
}

Headers copy_headers(std::span<const MessageHeader> from)
{
    Headers headers(rd_kafka_headers_new(from.size()));
    for (const auto& [name, value] : from) {
        rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()),
                            value ? value->data() : nullptr,
                            value ? static_cast<ssize_t>(value->size()) : 0);
    }
    return headers;
}

rd_kafka_vu_t memory_argument(rd_kafka_vtype_t type, std::string_view bytes)
{
    rd_kafka_vu_t argument{};
    argument.vtype = type;
    // librdkafka copies it: RD_KAFKA_MSG_F_COPY for the value, always for the key.
    argument.u.mem.ptr = const_cast<char*>(bytes.data());
    argument.u.mem.size = bytes.size();
    return argument;
}

/// An empty value stays a value: a null pointer would make it a tombstone.
std::string_view present(std::string_view value)
{
    return value.data() == nullptr ? std::string_view{""} : value;
}

} // namespace

struct Producer::Impl {
    ProducerOptions options;
    ClientState state;
    Wake wake;
    bool wake_on_delivery = false;
    bool fitted = false; ///< the topics' limits were asked for, or it is too late for that
    std::vector<std::unique_ptr<Lane>> lanes; ///< librdkafka holds their addresses
    ClientHandle client;                      ///< last: its callbacks use all of the above

    void open()
    {
        client = make_client(
            RD_KAFKA_PRODUCER, producer_properties(options), state,
            [](rd_kafka_conf_t* conf) { rd_kafka_conf_set_dr_msg_cb(conf, on_delivery); });
        for (auto& lane : lanes) {
            open(*lane);
        }
        set_wake(wake_on_delivery);
    }

    void open(Lane& lane) const
    {
        TopicConf conf(rd_kafka_default_topic_conf_dup(client.get()));
        rd_kafka_topic_conf_set_opaque(conf.get(), &lane);
        lane.topic.reset(rd_kafka_topic_new(client.get(), lane.name.c_str(), conf.release()));
        if (lane.topic == nullptr) {
            throw refused_topic(client.get(), lane.name);
        }
    }

    void set_wake(bool on)
    {
        const Queue queue(rd_kafka_queue_get_main(client.get()));
        if (on) {
            wake.enable(queue.get());
        } else {
            Wake::disable(queue.get());
        }
        wake_on_delivery = on;
    }

    /// Drops what is not delivered. rd_kafka_destroy() waits for every handle and message that is
    /// still held.
    void end()
    {
        Wake::disable(Queue(rd_kafka_queue_get_main(client.get())).get());
        rd_kafka_purge(client.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                         RD_KAFKA_PURGE_F_NON_BLOCKING);
        rd_kafka_poll(client.get(), 0);
        for (auto& lane : lanes) {
            lane->topic.reset();
        }
        client.reset();
    }

    /// Opens the client anew where the topic takes smaller batches than it makes. Once, before the
    /// first message. A user who may not ask keeps what there is: then batches are refused.
    void fit_batches(const std::string& topic)
    {
        constexpr milliseconds kWait{500}; // the brokers have just answered
        if (std::exchange(fitted, true)) {
            return;
        }
        const auto answer = ask_settings(client.get(), topic, kWait);
        if (!answer) {
            return;
        }
        const auto found = answer->values.find("max.message.bytes");
        const auto limit =
            found == answer->values.end() ? std::nullopt : parse_unsigned(found->second);
        if (limit && *limit < kUsualBatch) {
            options.largest_batch = limit;
            end();
            open();
        }
    }

    /// `headers` are among the arguments, or null.
    [[nodiscard]] bool produce(Lane& lane, std::span<const rd_kafka_vu_t> arguments,
                               Headers headers, Ticket ticket)
    {
        fitted = true;
        const RdError error(rd_kafka_produceva(client.get(), arguments.data(), arguments.size()));
        if (error == nullptr) {
            static_cast<void>(headers.release()); // the message owns them now
            return true;
        }
        const auto code = rd_kafka_error_code(error.get());
        if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            return false;
        }
        if (rd_kafka_error_is_fatal(error.get()) != 0) {
            state.failed(RD_KAFKA_RESP_ERR__FATAL, fatal_problem(client.get()));
            state.check();
        }
        lane.deliveries.push_back({.ticket = ticket, .delivered = false, .error = describe(code)});
        return true;
    }

    void serve()
    {
        if (wake_on_delivery) {
            wake.clear();
        }
        rd_kafka_poll(client.get(), 0);
        state.check();
    }
};

Producer::Producer(const ProducerOptions& options) : m_impl(std::make_unique<Impl>())
{
    m_impl->options = options;
    m_impl->wake_on_delivery = options.wake_on_delivery;
    m_impl->fitted = options.largest_batch || options.properties.find("batch.size") != nullptr;
    m_impl->open();
}

Producer::~Producer()
{
    if (m_impl != nullptr && m_impl->client != nullptr) {
        m_impl->end();
    }
}

Producer::TopicId Producer::open_topic(const std::string& name)
{
    auto lane = std::make_unique<Lane>(Lane{.name = name});
    m_impl->open(*lane);
    m_impl->lanes.push_back(std::move(lane));
    return m_impl->lanes.size() - 1;
}

bool Producer::produce(TopicId topic, const Output& output, Ticket ticket)
{
    auto& lane = *m_impl->lanes.at(topic);
    std::array<rd_kafka_vu_t, 7> arguments{};
    std::size_t count = 0;
    arguments[count].vtype = RD_KAFKA_VTYPE_RKT;
    arguments[count++].u.rkt = lane.topic.get();
    arguments[count++] = memory_argument(RD_KAFKA_VTYPE_VALUE, present(output.value));
    if (!output.key.empty()) {
        arguments[count++] = memory_argument(RD_KAFKA_VTYPE_KEY, output.key);
    }
    arguments[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    arguments[count++].u.i = RD_KAFKA_MSG_F_COPY;
    arguments[count].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    arguments[count++].u.i64 = output.timestamp;
    arguments[count].vtype = RD_KAFKA_VTYPE_OPAQUE;
    arguments[count++].u.ptr = std::bit_cast<void*>(ticket);
    // Not VTYPE_HEADER: librdkafka 2.0.2 frees such headers twice when the topic is missing.
    Headers headers;
    if (!output.headers.empty()) {
        headers = copy_headers(output.headers);
        arguments[count].vtype = RD_KAFKA_VTYPE_HEADERS;
        arguments[count++].u.headers = headers.get();
    }

    return m_impl->produce(lane, {arguments.data(), count}, std::move(headers), ticket);
}

bool Producer::produce(TopicId topic, const Message& message, std::int32_t partition, Ticket ticket)
{
    auto& lane = *m_impl->lanes.at(topic);
    std::array<rd_kafka_vu_t, 8> arguments{};
    std::size_t count = 0;
    arguments[count].vtype = RD_KAFKA_VTYPE_RKT;
    arguments[count++].u.rkt = lane.topic.get();
    if (message.value) {
        arguments[count++] = memory_argument(RD_KAFKA_VTYPE_VALUE, present(*message.value));
    }
    if (message.key) {
        arguments[count++] = memory_argument(RD_KAFKA_VTYPE_KEY, present(*message.key));
    }
    if (partition >= 0) {
        arguments[count].vtype = RD_KAFKA_VTYPE_PARTITION;
        arguments[count++].u.i32 = partition;
    }
    arguments[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    arguments[count++].u.i = RD_KAFKA_MSG_F_COPY;
    arguments[count].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    arguments[count++].u.i64 = std::max<EpochMs>(message.timestamp, 0);
    arguments[count].vtype = RD_KAFKA_VTYPE_OPAQUE;
    arguments[count++].u.ptr = std::bit_cast<void*>(ticket);
    Headers headers;
    if (!message.headers.empty()) {
        headers = copy_headers(message.headers);
        arguments[count].vtype = RD_KAFKA_VTYPE_HEADERS;
        arguments[count++].u.headers = headers.get();
    }
    return m_impl->produce(lane, {arguments.data(), count}, std::move(headers), ticket);
}

void Producer::collect(TopicId topic, std::vector<Delivery>& deliveries)
{
    m_impl->serve();
    auto& lane = *m_impl->lanes.at(topic);
    if (deliveries.empty()) {
        deliveries.swap(lane.deliveries);
        return;
    }
    deliveries.insert(deliveries.end(), std::make_move_iterator(lane.deliveries.begin()),
                      std::make_move_iterator(lane.deliveries.end()));
    lane.deliveries.clear();
}

bool Producer::flush(milliseconds deadline)
{
    m_impl->state.check();
    rd_kafka_flush(m_impl->client.get(), poll_timeout(deadline));
    m_impl->state.check();
    return rd_kafka_outq_len(m_impl->client.get()) == 0;
}

int Producer::wake_fd() const noexcept
{
    return m_impl->wake_on_delivery ? m_impl->wake.fd() : -1;
}

void Producer::set_wake_on_delivery(bool on)
{
    m_impl->set_wake(on);
}

bool Producer::connected() const noexcept
{
    return m_impl->state.connected();
}

std::string Producer::problem() const
{
    return m_impl->state.problem();
}

Wait Producer::wait_until_known(std::span<const std::string> topics, milliseconds deadline,
                                int stop_fd)
{
    const auto wait = wait_for_topics(m_impl->client.get(), topics, deadline, stop_fd,
                                      [this] { m_impl->serve(); });
    if (wait == Wait::ready && !topics.empty()) {
        m_impl->fit_batches(topics.front());
    }
    return wait;
}

void Producer::close(milliseconds deadline)
{
    if (!flush(deadline)) {
        throw in_doubt_error("Kafka has not confirmed " +
                             std::to_string(rd_kafka_outq_len(m_impl->client.get())) +
                             " messages in " + std::to_string(deadline.count()) + " ms");
    }
}

} // namespace tlm::kafka
