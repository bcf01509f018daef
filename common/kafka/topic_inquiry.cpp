// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/topic_inquiry.hpp"

#include "common/base/error.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/handles.hpp"

#include <algorithm>

namespace tlm::kafka {
namespace {

using ConfigResource =
    std::unique_ptr<rd_kafka_ConfigResource_t, Ender<rd_kafka_ConfigResource_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Ender<rd_kafka_AdminOptions_destroy>>;

void describe_copies(rd_kafka_t* client, TopicDescription& topic, milliseconds deadline)
{
    const TopicHandle handle(rd_kafka_topic_new(client, topic.name.c_str(), nullptr));
    if (handle == nullptr) {
        throw usage_error("'" + topic.name + "' cannot be a Kafka topic");
    }
    const rd_kafka_metadata_t* answer = nullptr;
    const auto error = rd_kafka_metadata(client, 0, handle.get(), &answer, poll_timeout(deadline));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw transient_error("Kafka's brokers do not answer");
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

void take_settings(const rd_kafka_ConfigResource_t* resource, TopicDescription& topic)
{
    if (const auto error = rd_kafka_ConfigResource_error(resource);
        error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        topic.problem = describe(error);
        return;
    }
    std::size_t count = 0;
    const auto* const* const entries = rd_kafka_ConfigResource_configs(resource, &count);
    for (std::size_t i = 0; i < count; ++i) {
        const char* const value = rd_kafka_ConfigEntry_value(entries[i]);
        if (value != nullptr && rd_kafka_ConfigEntry_is_sensitive(entries[i]) == 0) {
            topic.settings.emplace(rd_kafka_ConfigEntry_name(entries[i]), value);
        }
    }
}

void describe_settings(rd_kafka_t* client, TopicDescription& topic, milliseconds deadline)
{
    const ConfigResource wanted(
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.name.c_str()));
    const AdminOptions options(
        rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
    rd_kafka_AdminOptions_set_request_timeout(options.get(), poll_timeout(deadline), nullptr, 0);
    const Queue queue(rd_kafka_queue_new(client));
    auto* pointer = wanted.get();
    rd_kafka_DescribeConfigs(client, &pointer, 1, options.get(), queue.get());
    const Event event(rd_kafka_queue_poll(queue.get(), poll_timeout(deadline)));
    const auto* const result =
        event == nullptr ? nullptr : rd_kafka_event_DescribeConfigs_result(event.get());
    if (result == nullptr) {
        topic.problem = "Kafka does not tell its settings";
        return;
    }
    if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        topic.problem = describe(error);
        return;
    }
    std::size_t count = 0;
    const auto* const* const resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
    if (count != 1) {
        topic.problem = "Kafka does not tell its settings";
        return;
    }
    take_settings(resources[0], topic);
}

} // namespace

std::vector<TopicDescription> describe_topics(const Properties& properties,
                                              std::span<const std::string> topics,
                                              milliseconds deadline)
{
    ClientState state; // before the client, which uses it
    const ClientHandle client =
        make_client(RD_KAFKA_PRODUCER, properties, state, [](rd_kafka_conf_t*) {});
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

} // namespace tlm::kafka
