// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/lease.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/handles.hpp"
#include "common/ops/dead_man_switch.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

namespace tlm::kafka {
namespace {

using std::chrono::steady_clock;

constexpr auto kInterceptor = "tlm-lease";
constexpr auto kTimeProperty = "session.timeout.ms";

Properties lease_properties(const LeaseOptions& options)
{
    auto properties = options.properties;
    properties.set("group.id", options.group);
    properties.set("enable.auto.commit", "false");
    properties.set("partition.assignment.strategy", "range");
    properties.set_default(kTimeProperty, "10000");
    properties.set_default("heartbeat.interval.ms", "1000");
    properties.set_default("reconnect.backoff.max.ms", "1000");
    return properties;
}

/// The heartbeats that were answered, as librdkafka's threads see them.
class Renewals {
  public:
    explicit Renewals(milliseconds time) : m_time(time) {}

    /// An answer to a request of that time.
    void answered(Monotonic sent)
    {
        const std::lock_guard lock(m_mutex);
        if (sent <= m_sent) {
            return;
        }
        // Too late is too late, whatever the answer says: this one may be a refusal.
        m_lapsed = m_lapsed || (m_held && sent - m_sent >= m_time);
        m_sent = sent;
        if (m_held && !m_lapsed) {
            arm();
        }
    }

    void held(bool held)
    {
        const std::lock_guard lock(m_mutex);
        m_held = held;
        if (held) {
            arm();
        } else {
            m_switch.disarm();
        }
    }

    void tell(LeaseState& state) const
    {
        const std::lock_guard lock(m_mutex);
        state.renewed = m_sent;
        state.lapsed = m_lapsed;
    }

  private:
    void arm()
    {
        const auto left = m_sent + m_time - m_time / 10 - steady_clock::now();
        m_switch.arm(std::chrono::duration_cast<milliseconds>(left));
    }

    const milliseconds m_time;
    mutable std::mutex m_mutex; ///< of all below
    ops::DeadManSwitch m_switch;
    Monotonic m_sent;
    bool m_held = false;
    bool m_lapsed = false;
};

rd_kafka_resp_err_t on_response(rd_kafka_t*, int, const char*, std::int32_t, std::int16_t key,
                                std::int16_t, std::int32_t, std::size_t, std::int64_t rtt,
                                rd_kafka_resp_err_t error, void* opaque) noexcept
{
    // JoinGroup, Heartbeat, SyncGroup: what the group takes for a sign of life.
    constexpr std::array<std::int16_t, 3> kSigns{11, 12, 14};
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR &&
        std::find(kSigns.begin(), kSigns.end(), key) != kSigns.end()) {
        static_cast<Renewals*>(opaque)->answered(steady_clock::now() -
                                                 std::chrono::microseconds{rtt});
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t*, void* opaque, char*,
                           std::size_t) noexcept
{
    return rd_kafka_interceptor_add_on_response_received(client, kInterceptor, on_response, opaque);
}

milliseconds time_of(const Properties& properties)
{
    const auto number = parse_unsigned(*properties.find(kTimeProperty));
    if (!number) {
        throw usage_error(std::string{"Kafka property '"} + kTimeProperty + "' is no number");
    }
    return milliseconds{*number};
}

} // namespace

struct Lease::Impl {
    Impl(const LeaseOptions& given, const Properties& properties)
        : options(given), time(time_of(properties)), renewals(time)
    {}

    void handle(rd_kafka_event_t* event);
    void on_rebalance(rd_kafka_event_t* event);
    void on_members(const rd_kafka_DescribeConsumerGroups_result_t* result);
    void on_error(rd_kafka_event_t* event);
    void give_back();

    LeaseOptions options;
    milliseconds time;
    ClientState client_state;
    Renewals renewals;
    ClientHandle client; ///< its threads use the two above
    Queue queue;
    LeaseState state;
    bool joined = false;
    bool left = false;
};

void Lease::Impl::handle(rd_kafka_event_t* event)
{
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
        on_rebalance(event);
        return;
    case RD_KAFKA_EVENT_DESCRIBECONSUMERGROUPS_RESULT:
        on_members(rd_kafka_event_DescribeConsumerGroups_result(event));
        return;
    case RD_KAFKA_EVENT_ERROR:
        on_error(event);
        return;
    default:
        return;
    }
}

void Lease::Impl::on_rebalance(rd_kafka_event_t* event)
{
    if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        const auto* const list = rd_kafka_event_topic_partition_list(event);
        state.given = rd_kafka_topic_partition_list_find(list, options.topic.c_str(), 0) != nullptr;
        renewals.held(state.given);
        // Nothing is there to be read: the membership is all.
        const auto nothing = make_list(options.topic, {});
        rd_kafka_assign(client.get(), nothing.get());
        return;
    }
    if (state.given && rd_kafka_assignment_lost(client.get()) == 0) {
        state.recalled = true; // the group waits until it is given back
        return;
    }
    give_back();
}

void Lease::Impl::give_back()
{
    state.given = state.recalled = false;
    renewals.held(false);
    rd_kafka_assign(client.get(), nullptr);
}

void Lease::Impl::on_members(const rd_kafka_DescribeConsumerGroups_result_t* result)
{
    std::size_t count = 0;
    const auto* const groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count);
    if (groups == nullptr || count != 1) {
        return;
    }
    const auto* const error = rd_kafka_ConsumerGroupDescription_error(groups[0]);
    const auto code = error == nullptr ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(error);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        state.members = rd_kafka_ConsumerGroupDescription_member_count(groups[0]);
    } else if (code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) {
        state.members = 0;
    } else if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
        throw usage_error("Kafka does not let this user see group '" + options.group + "'");
    } else {
        client_state.failed(code, "asking for the holder of the lease: " + describe(code));
    }
}

void Lease::Impl::on_error(rd_kafka_event_t* event)
{
    const auto code = rd_kafka_event_error(event);
    if (rd_kafka_event_error_is_fatal(event) != 0) {
        client_state.failed(RD_KAFKA_RESP_ERR__FATAL, rd_kafka_event_error_string(event));
        client_state.check();
    }
    if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
        throw usage_error("Kafka does not let this user join group '" + options.group + "'");
    }
    if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
        throw usage_error("Kafka does not let this user read topic '" + options.topic + "'");
    }
    client_state.failed(code, rd_kafka_event_error_string(event));
}

Lease::Lease(const LeaseOptions& options)
{
    const Properties properties = lease_properties(options);
    m_impl = std::make_unique<Impl>(options, properties);
    m_impl->client = make_client(
        RD_KAFKA_CONSUMER, properties, m_impl->client_state, [this](rd_kafka_conf_t* conf) {
            rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR);
            rd_kafka_conf_interceptor_add_on_new(conf, kInterceptor, on_new, &m_impl->renewals);
        });
    rd_kafka_poll_set_consumer(m_impl->client.get());
    m_impl->queue.reset(rd_kafka_queue_get_consumer(m_impl->client.get()));
}

Lease::~Lease()
{
    m_impl->renewals.held(false);
    m_impl->queue.reset();
    if (m_impl->joined && !m_impl->left) {
        // As in Consumer: rd_kafka_destroy() may wait for brokers that are gone.
        static_cast<void>(m_impl->client.release());
        static_cast<void>(m_impl.release());
    }
}

milliseconds Lease::time() const noexcept
{
    return m_impl->time;
}

void Lease::look()
{
    m_impl->state.members.reset();
    const char* group = m_impl->options.group.c_str();
    rd_kafka_DescribeConsumerGroups(m_impl->client.get(), &group, 1, nullptr, m_impl->queue.get());
}

void Lease::join()
{
    const Partitions topics(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(topics.get(), m_impl->options.topic.c_str(),
                                      RD_KAFKA_PARTITION_UA);
    const auto error = rd_kafka_subscribe(m_impl->client.get(), topics.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw usage_error("cannot join group '" + m_impl->options.group + "': " + describe(error));
    }
    m_impl->joined = true;
}

LeaseState Lease::serve(milliseconds wait)
{
    m_impl->client_state.check();
    Event event(rd_kafka_queue_poll(m_impl->queue.get(), poll_timeout(wait)));
    while (event != nullptr) {
        m_impl->handle(event.get());
        event.reset(rd_kafka_queue_poll(m_impl->queue.get(), 0));
    }
    return state();
}

LeaseState Lease::state() const
{
    LeaseState state = m_impl->state;
    m_impl->renewals.tell(state);
    return state;
}

bool Lease::close(milliseconds deadline)
{
    if (!m_impl->joined || m_impl->left) {
        return true;
    }
    auto* const client = m_impl->client.get();
    const Monotonic end = steady_clock::now() + deadline;
    if (m_impl->state.recalled) {
        m_impl->give_back();
    }
    const RdError refused(rd_kafka_consumer_close_queue(client, m_impl->queue.get()));
    m_impl->left = refused != nullptr;
    while (!m_impl->left && steady_clock::now() < end) {
        constexpr int kSlice = 10;
        const Event event(rd_kafka_queue_poll(m_impl->queue.get(), kSlice));
        if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
            m_impl->give_back();
        }
        m_impl->left = rd_kafka_consumer_closed(client) != 0;
    }
    m_impl->renewals.held(false);
    return m_impl->left;
}

} // namespace tlm::kafka
