// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/topic_settings.hpp"

#include <array>
#include <cstddef>

namespace tlm::kafka {
namespace {

using ConfigResource =
    std::unique_ptr<rd_kafka_ConfigResource_t, Ender<rd_kafka_ConfigResource_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Ender<rd_kafka_AdminOptions_destroy>>;

TopicSettings read_answer(const rd_kafka_ConfigResource_t* resource)
{
    TopicSettings settings;
    settings.refusal = rd_kafka_ConfigResource_error(resource);
    std::size_t count = 0;
    const auto* const* const entries = rd_kafka_ConfigResource_configs(resource, &count);
    for (std::size_t i = 0; i < count; ++i) {
        const char* const value = rd_kafka_ConfigEntry_value(entries[i]);
        if (value != nullptr && rd_kafka_ConfigEntry_is_sensitive(entries[i]) == 0) {
            settings.values.emplace(rd_kafka_ConfigEntry_name(entries[i]), value);
        }
    }
    return settings;
}

} // namespace

std::optional<TopicSettings> ask_settings(rd_kafka_t* client, const std::string& topic,
                                          milliseconds wait)
{
    const ConfigResource wanted(
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    const AdminOptions options(
        rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
    rd_kafka_AdminOptions_set_request_timeout(options.get(), poll_timeout(wait), nullptr, 0);
    const Queue queue(rd_kafka_queue_new(client));
    std::array<rd_kafka_ConfigResource_t*, 1> topics{wanted.get()};
    rd_kafka_DescribeConfigs(client, topics.data(), topics.size(), options.get(), queue.get());
    const Event event(rd_kafka_queue_poll(queue.get(), poll_timeout(wait)));
    if (event == nullptr || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return std::nullopt;
    }
    std::size_t count = 0;
    const auto* const* const answers = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event.get()), &count);
    return count == 1 ? std::optional{read_answer(answers[0])} : std::nullopt;
}

} // namespace tlm::kafka
