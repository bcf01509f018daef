// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/topic_inquiry.hpp"

#include "common/base/error.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/handles.hpp"
#include "common/kafka/topic_settings.hpp"

#include <algorithm>
#include <utility>

namespace tlm::kafka {
namespace {

void describe_copies(rd_kafka_t* client, TopicDescription& topic, milliseconds deadline)
{
    const TopicHandle handle(rd_kafka_topic_new(client, topic.name.c_str(), nullptr));
    if (handle == nullptr) {
        throw refused_topic(client, topic.name);
    }
    const rd_kafka_metadata_t* answer = nullptr;
    const auto error = rd_kafka_metadata(client, 0, handle.get(), &answer, poll_timeout(deadline));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const auto& state = *static_cast<const ClientState*>(rd_kafka_opaque(client));
        throw transient_error("Kafka's brokers do not answer" + state.problem());
    }
    const Metadata metadata(answer);
    if (metadata->topic_cnt != 1 ||
        metadata->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        return;
    }
    const auto& found = metadata->topics[0];
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        topic.problem = describe(found.err);
        return;
    }
    topic.partitions = found.partition_cnt;
    for (int i = 0; i < found.partition_cnt; ++i) {
        const auto& partition = found.partitions[i];
        topic.replicas =
            i == 0 ? partition.replica_cnt : std::min(topic.replicas, partition.replica_cnt);
        topic.in_sync = i == 0 ? partition.isr_cnt : std::min(topic.in_sync, partition.isr_cnt);
    }
}

void describe_settings(rd_kafka_t* client, TopicDescription& topic, milliseconds deadline)
{
    auto answer = ask_settings(client, topic.name, deadline);
    if (!answer) {
        topic.problem = "Kafka does not tell its settings";
    } else if (answer->refusal != RD_KAFKA_RESP_ERR_NO_ERROR) {
        topic.problem = describe(answer->refusal);
    } else {
        topic.settings = std::move(answer->values);
    }
}

} // namespace

std::vector<TopicDescription> describe_topics(const Properties& properties,
                                              std::span<const std::string> topics,
                                              milliseconds deadline)
{
    ClientState state; // before the client, which uses it
    Properties asking = properties;
    asking.set("message.timeout.ms", "0"); // nothing is sent: no linger.ms is too long
    const ClientHandle client =
        make_client(RD_KAFKA_PRODUCER, asking, state, [](rd_kafka_conf_t*) {});
    std::vector<TopicDescription> described;
    for (const std::string& name : topics) {
        TopicDescription& topic = described.emplace_back();
        topic.name = name;
        describe_copies(client.get(), topic, deadline);
        if (topic.problem.empty() && topic.partitions > 0) {
            describe_settings(client.get(), topic, deadline);
        }
    }
    return described;
}

std::uint32_t library_version() noexcept
{
    return static_cast<std::uint32_t>(rd_kafka_version());
}

std::string library_version_text()
{
    return rd_kafka_version_str();
}

} // namespace tlm::kafka
