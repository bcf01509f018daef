// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/topic_query.hpp"

#include "common/base/error.hpp"
#include "common/kafka/ask.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/topic_settings.hpp"

#include <algorithm>
#include <utility>

namespace tlm::kafka {

namespace {

Properties query_properties(const Properties& given)
{
    auto properties = given;
    properties.set("message.timeout.ms", "0"); // nothing is sent: no linger.ms is too long
    properties.set_default("isolation.level", "read_committed");
    return properties;
}

/// That librdkafka has allocated.
struct StringEnder {
    void operator()(char* text) const noexcept { rd_kafka_mem_free(nullptr, text); }
};

using CString = std::unique_ptr<char, StringEnder>;

std::string no_answer(const std::string& topic)
{
    return "Kafka's brokers do not answer for all partitions of '" + topic + "'";
}

} // namespace

struct TopicQuery::Impl {
    std::string topic;
    ClientState state;
    ClientHandle client;

    /// The brokers' offsets for times; librdkafka's names of start and end count as times.
    [[nodiscard]] std::optional<Offsets> ask_offsets(const Offsets& times, milliseconds wait) const
    {
        if (times.empty()) {
            return Offsets{};
        }
        const auto list = make_list(topic, times);
        if (rd_kafka_offsets_for_times(client.get(), list.get(), poll_timeout(wait)) !=
            RD_KAFKA_RESP_ERR_NO_ERROR) {
            return std::nullopt;
        }
        Offsets offsets;
        for (int i = 0; i < list->cnt; ++i) {
            const auto& answer = list->elems[i];
            if (answer.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
                throw usage_error("Kafka does not let this user read topic '" + topic + "'");
            }
            if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
                return std::nullopt;
            }
            offsets[answer.partition] = answer.offset < 0 ? -1 : answer.offset;
        }
        return offsets;
    }
};

TopicQuery::TopicQuery(const Properties& properties, std::string topic)
    : m_impl(std::make_unique<Impl>())
{
    m_impl->topic = std::move(topic);
    // A producer: a consumer would want a group.
    m_impl->client = make_client(RD_KAFKA_PRODUCER, query_properties(properties), m_impl->state,
                                 [](rd_kafka_conf_t*) {});
}

TopicQuery::~TopicQuery() = default;

Wait TopicQuery::wait_until_known(milliseconds deadline, int stop_fd)
{
    constexpr milliseconds kNews{3000}; // of a topic that was made a moment ago
    const auto start = std::chrono::steady_clock::now();
    const auto there = exists(deadline, stop_fd);
    if (!there) {
        return Wait::stopped;
    }
    const auto left = deadline - std::chrono::duration_cast<milliseconds>(
                                     std::chrono::steady_clock::now() - start);
    return wait_for_topics(m_impl->client.get(), {&m_impl->topic, 1},
                           *there ? left : std::min(left, kNews), stop_fd,
                           [this] { rd_kafka_poll(m_impl->client.get(), 0); });
}

std::optional<bool> TopicQuery::exists(milliseconds deadline, int stop_fd)
{
    return ask_until_answered(
        [this](milliseconds wait) {
            const auto count = kafka::count_partitions(m_impl->client.get(), m_impl->topic, wait);
            return count >= 0 ? std::optional{count > 0} : std::nullopt;
        },
        "Kafka's brokers do not answer", m_impl->state, deadline, stop_fd);
}

std::optional<int> TopicQuery::count_partitions(milliseconds deadline, int stop_fd)
{
    return ask_until_answered(
        [this](milliseconds wait) {
            const auto count = kafka::count_partitions(m_impl->client.get(), m_impl->topic, wait);
            return count > 0 ? std::optional{count} : std::nullopt;
        },
        no_answer(m_impl->topic), m_impl->state, deadline, stop_fd);
}

std::optional<std::vector<Watermarks>> TopicQuery::watermarks(milliseconds deadline, int stop_fd)
{
    const auto count = count_partitions(deadline, stop_fd);
    if (!count) {
        return std::nullopt;
    }
    Offsets starts;
    Offsets ends;
    for (int partition = 0; partition < *count; ++partition) {
        starts[partition] = RD_KAFKA_OFFSET_BEGINNING;
        ends[partition] = RD_KAFKA_OFFSET_END;
    }
    // The ends last: what retention deletes meanwhile is before them.
    const auto low = offsets_for_times(starts, deadline, stop_fd);
    const auto high = low ? offsets_for_times(ends, deadline, stop_fd) : std::nullopt;
    if (!high) {
        return std::nullopt;
    }
    std::vector<Watermarks> all;
    for (const auto& [partition, offset] : *high) {
        all.push_back({partition, std::min(low->at(partition), offset), offset});
    }
    return all;
}

std::optional<TopicQuery::Offsets>
TopicQuery::offsets_for_times(const std::map<std::int32_t, EpochMs>& times, milliseconds deadline,
                              int stop_fd)
{
    return ask_until_answered(
        [this, &times](milliseconds wait) { return m_impl->ask_offsets(times, wait); },
        no_answer(m_impl->topic), m_impl->state, deadline, stop_fd);
}

std::optional<TopicQuery::Settings> TopicQuery::settings(milliseconds deadline, int stop_fd)
{
    auto answer = ask_until_answered(
        [this](milliseconds wait) {
            return ask_settings(m_impl->client.get(), m_impl->topic, wait);
        },
        "Kafka's brokers do not tell the settings of '" + m_impl->topic + "'", m_impl->state,
        deadline, stop_fd);
    return answer ? std::optional{std::move(answer->values)} : std::nullopt;
}

std::string TopicQuery::cluster() const
{
    const CString id(rd_kafka_clusterid(m_impl->client.get(), 0));
    return id == nullptr ? "" : id.get();
}

} // namespace tlm::kafka
