// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/offset_store.hpp"

#include "common/base/error.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/handles.hpp"

#include <utility>

namespace tlm::kafka {

namespace {

Properties store_properties(Properties properties, const std::string& name)
{
    properties.set("group.id", name);
    properties.set("enable.auto.commit", "false");
    return properties;
}

} // namespace

struct OffsetStore::Impl {
    Impl(std::string group_name, std::string topic_name)
        : group(std::move(group_name)), topic(std::move(topic_name))
    {}

    std::string group;
    std::string topic;
    ClientState state;
    ClientHandle client; ///< its threads use the one above
    Queue answers;
    Offsets wanted;         ///< not written yet
    Offsets writing;        ///< on its way
    bool forbidden = false; ///< the group, to this user

    void start();
    void take_answer(int timeout);
    void hear();

    void failed(rd_kafka_resp_err_t error)
    {
        state.failed(error, std::string{"keeping offsets: "} + rd_kafka_err2str(error));
    }
};

/// One commit is on its way at a time.
void OffsetStore::Impl::start()
{
    if (!writing.empty() || wanted.empty()) {
        return;
    }
    const auto list = make_list(topic, wanted);
    const auto error =
        rd_kafka_commit_queue(client.get(), list.get(), answers.get(), nullptr, nullptr);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        failed(error);
        return;
    }
    writing = std::exchange(wanted, {});
}

void OffsetStore::Impl::take_answer(int timeout)
{
    hear();
    const Event event(rd_kafka_queue_poll(answers.get(), timeout));
    if (event == nullptr) {
        return;
    }
    auto written = std::exchange(writing, {});
    const auto error = rd_kafka_event_error(event.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        failed(error);
        wanted.merge(written); // newer ones are stronger
    }
}

/// Nothing is consumed. This serves the callbacks, and what they say is in `state`; and whoever may
/// not look for the group's coordinator is told so here, and nowhere else.
void OffsetStore::Impl::hear()
{
    using Message = std::unique_ptr<rd_kafka_message_t, Ender<rd_kafka_message_destroy>>;
    while (const auto message = Message(rd_kafka_consumer_poll(client.get(), 0))) {
        forbidden = forbidden || message->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    }
}

OffsetStore::OffsetStore(const Properties& properties, const std::string& name, std::string topic)
    : m_impl(std::make_unique<Impl>(name, std::move(topic)))
{
    m_impl->client = make_client(RD_KAFKA_CONSUMER, store_properties(properties, name),
                                 m_impl->state, [](rd_kafka_conf_t*) {});
    rd_kafka_poll_set_consumer(m_impl->client.get());
    m_impl->answers.reset(rd_kafka_queue_new(m_impl->client.get()));
}

OffsetStore::~OffsetStore()
{
    // rd_kafka_destroy() would wait for an answer that may never come; the process is about to end.
    if (!m_impl->writing.empty()) {
        static_cast<void>(m_impl->answers.release());
        static_cast<void>(m_impl->client.release());
        static_cast<void>(m_impl.release());
    }
}

OffsetStore::Offsets OffsetStore::load(milliseconds deadline)
{
    auto* const client = m_impl->client.get();
    const int count = count_partitions(client, m_impl->topic, deadline);
    if (count <= 0) {
        throw transient_error("Kafka does not tell the partitions of '" + m_impl->topic + "'");
    }
    Offsets asked;
    for (int partition = 0; partition < count; ++partition) {
        asked[partition] = RD_KAFKA_OFFSET_INVALID;
    }
    const auto list = make_list(m_impl->topic, asked);
    const auto error = rd_kafka_committed(client, list.get(), poll_timeout(deadline));
    m_impl->hear();
    if (m_impl->forbidden || error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
        throw usage_error("Kafka does not let this user keep offsets as group '" + m_impl->group +
                          "'");
    }
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw transient_error("Kafka does not tell the offsets kept: " + describe(error));
    }
    Offsets kept;
    for (int i = 0; i < list->cnt; ++i) {
        const auto& answer = list->elems[i];
        if (answer.err == RD_KAFKA_RESP_ERR_NO_ERROR && answer.offset >= 0) {
            kept[answer.partition] = answer.offset;
        }
    }
    return kept;
}

void OffsetStore::store(const Offsets& offsets)
{
    for (const auto& [partition, offset] : offsets) {
        m_impl->wanted.insert_or_assign(partition, offset);
    }
    m_impl->take_answer(0);
    m_impl->start();
}

bool OffsetStore::close(milliseconds deadline)
{
    const auto end = std::chrono::steady_clock::now() + deadline;
    const auto settled = [this] { return m_impl->writing.empty() && m_impl->wanted.empty(); };
    // Twice: what is on its way first, then what came meanwhile.
    for (int round = 0; round < 2 && !settled(); ++round) {
        m_impl->start();
        const auto left = end - std::chrono::steady_clock::now();
        m_impl->take_answer(poll_timeout(std::chrono::ceil<milliseconds>(left)));
    }
    return settled();
}

} // namespace tlm::kafka
