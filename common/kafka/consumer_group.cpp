// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/consumer_group.hpp"

#include "common/base/error.hpp"
#include "common/kafka/ask.hpp"
#include "common/kafka/client.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace tlm::kafka {

namespace {

using OffsetsQuestion = std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t,
                                        Ender<rd_kafka_ListConsumerGroupOffsets_destroy>>;
using OffsetsOrder = std::unique_ptr<rd_kafka_AlterConsumerGroupOffsets_t,
                                     Ender<rd_kafka_AlterConsumerGroupOffsets_destroy>>;

std::string text(const char* value)
{
    return value == nullptr ? std::string{} : std::string(value);
}

/// What the coordinator says about the group when it does not let us, or is not a coordinator.
bool is_answer(rd_kafka_resp_err_t error, const std::string& group)
{
    if (error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
        throw usage_error("Kafka does not let this user look at group '" + group + "'");
    }
    return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

GroupMember member_of(const rd_kafka_MemberDescription_t* description)
{
    GroupMember member{text(rd_kafka_MemberDescription_client_id(description)),
                       text(rd_kafka_MemberDescription_host(description)),
                       {}};
    const auto* const list =
        rd_kafka_MemberAssignment_partitions(rd_kafka_MemberDescription_assignment(description));
    for (int i = 0; list != nullptr && i < list->cnt; ++i) {
        member.partitions.emplace_back(list->elems[i].topic, list->elems[i].partition);
    }
    return member;
}

/// The first partition that was not written, in words; empty when all were.
std::string failure_of(const rd_kafka_group_result_t* result)
{
    if (const auto* const error = rd_kafka_group_result_error(result)) {
        return describe(rd_kafka_error_code(error));
    }
    const auto* const list = rd_kafka_group_result_partitions(result);
    for (int i = 0; list != nullptr && i < list->cnt; ++i) {
        const auto& answer = list->elems[i];
        if (answer.err == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID) {
            return "it has members: stop them first";
        }
        if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return fmt::format("{} of '{}': {}", answer.partition, answer.topic,
                               describe(answer.err));
        }
    }
    return {};
}

} // namespace

struct ConsumerGroup::Impl {
    std::string group;
    ClientState state;
    ClientHandle client;

    [[nodiscard]] std::optional<GroupDescription> ask_description(milliseconds wait) const
    {
        const Queue queue(rd_kafka_queue_new(client.get()));
        std::array<const char*, 1> names{group.c_str()};
        rd_kafka_DescribeConsumerGroups(client.get(), names.data(), names.size(), nullptr,
                                        queue.get());
        const Event event(rd_kafka_queue_poll(queue.get(), poll_timeout(wait)));
        if (event == nullptr || !is_answer(rd_kafka_event_error(event.get()), group)) {
            return std::nullopt;
        }
        std::size_t count = 0;
        const auto* const* const groups = rd_kafka_DescribeConsumerGroups_result_groups(
            rd_kafka_event_DescribeConsumerGroups_result(event.get()), &count);
        if (count != 1) {
            return std::nullopt;
        }
        const auto* const error = rd_kafka_ConsumerGroupDescription_error(groups[0]);
        if (error != nullptr && !is_answer(rd_kafka_error_code(error), group)) {
            return std::nullopt;
        }
        GroupDescription description;
        const auto described = rd_kafka_ConsumerGroupDescription_state(groups[0]);
        if (described == RD_KAFKA_CONSUMER_GROUP_STATE_DEAD) {
            return ask_listing(wait);
        }
        description.state = rd_kafka_consumer_group_state_name(described);
        const auto members = rd_kafka_ConsumerGroupDescription_member_count(groups[0]);
        for (std::size_t i = 0; i < members; ++i) {
            description.members.push_back(
                member_of(rd_kafka_ConsumerGroupDescription_member(groups[0], i)));
        }
        return description;
    }

    /// The group as it stands among all groups; Dead when it does not. Those of new protocols are
    /// listed, though the coordinator that is asked for one in the old way knows nothing of it.
    [[nodiscard]] std::optional<GroupDescription> ask_listing(milliseconds wait) const
    {
        const Queue queue(rd_kafka_queue_new(client.get()));
        rd_kafka_ListConsumerGroups(client.get(), nullptr, queue.get());
        const Event event(rd_kafka_queue_poll(queue.get(), poll_timeout(wait)));
        if (event == nullptr || !is_answer(rd_kafka_event_error(event.get()), group)) {
            return std::nullopt;
        }
        const auto* const result = rd_kafka_event_ListConsumerGroups_result(event.get());
        std::size_t count = 0;
        const auto* const* const groups = rd_kafka_ListConsumerGroups_result_valid(result, &count);
        for (std::size_t i = 0; i < count; ++i) {
            if (group == rd_kafka_ConsumerGroupListing_group_id(groups[i])) {
                const auto listed = rd_kafka_ConsumerGroupListing_state(groups[i]);
                return GroupDescription{rd_kafka_consumer_group_state_name(listed), {}, true};
            }
        }
        // A broker that did not answer may be the one that has it.
        static_cast<void>(rd_kafka_ListConsumerGroups_result_errors(result, &count));
        return count == 0 ? std::optional{GroupDescription{"Dead", {}, false}} : std::nullopt;
    }

    [[nodiscard]] std::optional<GroupOffsets> ask_committed(milliseconds wait) const
    {
        const Queue queue(rd_kafka_queue_new(client.get()));
        const OffsetsQuestion question(
            rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr));
        std::array<rd_kafka_ListConsumerGroupOffsets_t*, 1> questions{question.get()};
        rd_kafka_ListConsumerGroupOffsets(client.get(), questions.data(), questions.size(), nullptr,
                                          queue.get());
        const Event event(rd_kafka_queue_poll(queue.get(), poll_timeout(wait)));
        if (event == nullptr || !is_answer(rd_kafka_event_error(event.get()), group)) {
            return std::nullopt;
        }
        std::size_t count = 0;
        const auto* const* const groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
            rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
        if (count != 1) {
            return std::nullopt;
        }
        const auto* const error = rd_kafka_group_result_error(groups[0]);
        if (error != nullptr && !is_answer(rd_kafka_error_code(error), group)) {
            return std::nullopt;
        }
        GroupOffsets offsets;
        const auto* const list = rd_kafka_group_result_partitions(groups[0]);
        for (int i = 0; list != nullptr && i < list->cnt; ++i) {
            const auto& answer = list->elems[i];
            if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
                return std::nullopt;
            }
            if (answer.offset >= 0) {
                offsets[{answer.topic, answer.partition}] = answer.offset;
            }
        }
        return offsets;
    }
};

ConsumerGroup::ConsumerGroup(const Properties& properties, std::string group)
    : m_impl(std::make_unique<Impl>())
{
    m_impl->group = std::move(group);
    // A producer: a consumer would want to be a member.
    m_impl->client =
        make_client(RD_KAFKA_PRODUCER, properties, m_impl->state, [](rd_kafka_conf_t*) {});
}

ConsumerGroup::~ConsumerGroup() = default;

std::optional<GroupDescription> ConsumerGroup::describe(milliseconds deadline, int stop_fd)
{
    return ask_until_answered([this](milliseconds wait) { return m_impl->ask_description(wait); },
                              "Kafka does not say who reads as group '" + m_impl->group + "'",
                              m_impl->state, deadline, stop_fd);
}

std::optional<GroupOffsets> ConsumerGroup::committed(milliseconds deadline, int stop_fd)
{
    return ask_until_answered([this](milliseconds wait) { return m_impl->ask_committed(wait); },
                              "Kafka does not say what group '" + m_impl->group + "' has committed",
                              m_impl->state, deadline, stop_fd);
}

void ConsumerGroup::set_offsets(const GroupOffsets& offsets, milliseconds deadline)
{
    const Queue queue(rd_kafka_queue_new(m_impl->client.get()));
    const Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
    for (const auto& [place, offset] : offsets) {
        rd_kafka_topic_partition_list_add(list.get(), place.first.c_str(), place.second)->offset =
            offset;
    }
    const OffsetsOrder order(
        rd_kafka_AlterConsumerGroupOffsets_new(m_impl->group.c_str(), list.get()));
    std::array<rd_kafka_AlterConsumerGroupOffsets_t*, 1> orders{order.get()};
    rd_kafka_AlterConsumerGroupOffsets(m_impl->client.get(), orders.data(), orders.size(), nullptr,
                                       queue.get());
    const Event event(rd_kafka_queue_poll(queue.get(), poll_timeout(deadline)));
    const std::string subject = "the offsets of group '" + m_impl->group + "'";
    if (event == nullptr) {
        throw in_doubt_error("Kafka has not said whether it has written " + subject);
    }
    if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw in_doubt_error("Kafka has not written " + subject +
                             ", or not said so: " + text(rd_kafka_event_error_string(event.get())));
    }
    std::size_t count = 0;
    const auto* const* const groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
        rd_kafka_event_AlterConsumerGroupOffsets_result(event.get()), &count);
    const auto failure = count == 1 ? failure_of(groups[0]) : std::string("an empty answer");
    if (!failure.empty()) {
        throw fatal_error("Kafka has not written " + subject + ": " + failure);
    }
}

} // namespace tlm::kafka
