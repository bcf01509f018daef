// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/group_commands.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "common/kafka/consumer_group.hpp"
#include "common/kafka/topic_inquiry.hpp"
#include "common/kafka/topic_query.hpp"
#include "common/kafka/topic_reader.hpp"
#include "common/ops/log.hpp"
#include "tools/replay/group_lag.hpp"
#include "tools/replay/group_offsets.hpp"
#include "tools/replay/kafka_plan.hpp"
#include "tools/replay/print.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace tlm::replay {

namespace {

/// Both look from outside, as kafka-consumer-groups does: the end is that of all records.
Settings outside_view(Settings settings)
{
    settings.kafka.set_default("isolation.level", "read_uncommitted");
    return settings;
}

std::set<std::string> topics_of(const Settings& settings, const kafka::GroupOffsets& committed,
                                const kafka::GroupDescription& description)
{
    if (!settings.topic.empty()) {
        return {settings.topic};
    }
    std::set<std::string> topics;
    for (const auto& [place, offset] : committed) {
        topics.insert(place.first);
    }
    for (const auto& member : description.members) {
        for (const auto& place : member.partitions) {
            topics.insert(place.first);
        }
    }
    return topics;
}

/// What the brokers hold of a topic. Empty when `stop_fd` became readable.
std::optional<std::vector<kafka::Watermarks>> watermarks(const Settings& settings,
                                                         const std::string& topic, int stop_fd)
{
    kafka::TopicQuery query(settings.kafka, topic);
    if (query.wait_until_known(settings.connect_timeout, stop_fd) == kafka::Wait::stopped) {
        return std::nullopt;
    }
    return query.watermarks(settings.connect_timeout, stop_fd);
}

/// Reads the first record not read of each partition of one topic, for its timestamp.
void find_oldest(const Settings& settings, const std::vector<GroupLag*>& lags, int stop_fd)
{
    std::vector<GroupLag*> behind;
    std::vector<kafka::ReadRange> ranges;
    for (auto* const lag : lags) {
        if (const auto next = lag->next()) {
            behind.push_back(lag);
            ranges.push_back({lag->partition, *next, lag->high});
        }
    }
    if (behind.empty()) {
        return;
    }
    kafka::TopicReader reader(settings.kafka, behind.front()->topic, ranges);
    const auto ends = std::chrono::steady_clock::now() + settings.connect_timeout;
    for (std::vector<bool> found(behind.size());
         std::count(found.begin(), found.end(), false) > 0;) {
        reader.serve();
        for (std::size_t lane = 0; lane < behind.size(); ++lane) {
            if (found[lane]) {
                continue;
            }
            const auto look = reader.look(lane);
            found[lane] = look != kafka::TopicReader::Look::waiting;
            if (look == kafka::TopicReader::Look::message) {
                behind[lane]->oldest = reader.front(lane, false).timestamp;
            }
        }
        constexpr milliseconds kLook{100};
        pollfd waiting[] = {{reader.wake_fd(), POLLIN, 0}, {stop_fd, POLLIN, 0}};
        ::poll(waiting, std::size(waiting), poll_timeout(kLook));
        if (waiting[1].revents != 0 || std::chrono::steady_clock::now() > ends) {
            return; // its age stays unknown
        }
    }
}

/// The lag of all partitions of one topic; false when `stop_fd` became readable.
bool add_lag(const Settings& settings, const std::string& topic,
             const kafka::GroupOffsets& committed, const kafka::GroupDescription& description,
             int stop_fd, std::vector<GroupLag>& lags)
{
    std::map<std::int32_t, const kafka::GroupMember*> readers;
    for (const auto& member : description.members) {
        for (const auto& [name, partition] : member.partitions) {
            if (name == topic) {
                readers[partition] = &member;
            }
        }
    }
    const auto extents = watermarks(settings, topic, stop_fd);
    if (!extents) {
        return false;
    }
    for (const auto& [partition, low, high] : *extents) {
        GroupLag lag;
        lag.topic = topic;
        lag.partition = partition;
        lag.low = low;
        lag.high = high;
        if (const auto found = committed.find({topic, partition}); found != committed.end()) {
            lag.committed = found->second;
        }
        if (const auto reader = readers.find(partition); reader != readers.end()) {
            lag.client_id = reader->second->client_id;
            lag.host = reader->second->host;
        }
        lags.push_back(std::move(lag));
    }
    return true;
}

/// Where the settings' ranges begin. Empty when `stop_fd` became readable.
std::optional<std::vector<NewOffset>> plan_by_ranges(const Settings& settings, int stop_fd)
{
    kafka::TopicQuery query(settings.kafka, settings.topic);
    const auto plans = make_plan(query, settings, stop_fd);
    if (!plans) {
        return std::nullopt;
    }
    std::vector<NewOffset> offsets;
    for (const auto& plan : *plans) {
        offsets.push_back(
            {.topic = settings.topic, .partition = plan.partition, .offset = plan.begin});
        if (plan.missing > 0) {
            log::warn("partition {} has no such offset: it holds {} to {}, so the group goes on at "
                      "{}",
                      plan.partition, plan.low, plan.high, plan.begin);
        }
    }
    return offsets;
}

std::vector<NewOffset> read_plan(const std::filesystem::path& file, const std::string& group)
{
    constexpr std::size_t kMostBytes = 64UL * 1024 * 1024;
    auto offsets =
        parse_reset_csv(read_text_file(file, kMostBytes, "--plan"), file.string(), group);
    if (offsets.empty()) {
        throw usage_error(file.string() + ": no line names an offset of group '" + group + "'");
    }
    return offsets;
}

/// Where the group is, or so many offsets from there.
std::vector<NewOffset> plan_by_committed(const Settings& settings,
                                         const kafka::GroupOffsets& committed)
{
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    const auto shift = settings.groups.shift_by.value_or(0);
    const auto& only = settings.ranges.only;
    std::vector<NewOffset> offsets;
    for (const auto& [place, offset] : committed) {
        const auto& [topic, partition] = place;
        if ((settings.topic.empty() || settings.topic == topic) &&
            (only.empty() || only.contains(partition))) {
            const auto shifted =
                offset > kMost - std::max(shift, std::int64_t{0}) ? kMost : offset + shift;
            offsets.push_back({.topic = topic, .partition = partition, .offset = shifted});
        }
    }
    return offsets;
}

/// Moves the offsets to what the topics hold; false when `stop_fd` became readable.
bool fit_plan(const Settings& settings, std::vector<NewOffset>& offsets, int stop_fd)
{
    std::map<std::string, std::vector<kafka::Watermarks>> topics;
    for (auto& row : offsets) {
        if (!topics.contains(row.topic)) {
            auto extents = watermarks(settings, row.topic, stop_fd);
            if (!extents) {
                return false;
            }
            topics[row.topic] = *std::move(extents);
        }
        const auto& extents = topics[row.topic];
        const auto index = static_cast<std::size_t>(row.partition);
        if (index >= extents.size()) {
            throw usage_error(fmt::format("'{}' has no partition {}", row.topic, row.partition));
        }
        const auto held = std::clamp(row.offset, extents[index].low, extents[index].high);
        if (held != row.offset) {
            log::warn("partition {} of '{}' does not hold {}: the group goes on at {}",
                      row.partition, row.topic, row.offset, held);
            row.offset = held;
        }
    }
    return true;
}

void require_inactive(const std::string& group, const kafka::GroupDescription& description)
{
    if (description.inactive()) {
        return;
    }
    const auto reader =
        description.members.empty()
            ? std::string(description.hidden ? " by the protocol 'consumer'" : "")
            : fmt::format(" by {} member(s), one of them '{}' at {}", description.members.size(),
                          description.members.front().client_id, description.members.front().host);
    throw fatal_error(fmt::format("group '{}' is in use ({}){}: stop its members first", group,
                                  description.state, reader));
}

} // namespace

ExitStatus show_lag(const Settings& given, int stop_fd)
{
    const auto settings = outside_view(given);
    const auto& group = settings.groups.group;
    kafka::ConsumerGroup coordinator(settings.kafka, group);
    const auto description = coordinator.describe(settings.connect_timeout, stop_fd);
    const auto committed =
        description ? coordinator.committed(settings.connect_timeout, stop_fd) : std::nullopt;
    if (!committed) {
        return ExitStatus::ok;
    }
    if (description->hidden && !description->inactive()) {
        log::warn("group '{}' is in use ({}) by the protocol 'consumer', and librdkafka {} cannot "
                  "ask who its members are",
                  group, description->state, kafka::library_version_text());
    } else if (committed->empty() && description->members.empty()) {
        log::info("nobody reads as group '{}', and it has committed nothing", group);
        return ExitStatus::ok;
    }
    std::vector<GroupLag> lags;
    for (const auto& topic : topics_of(settings, *committed, *description)) {
        if (!add_lag(settings, topic, *committed, *description, stop_fd, lags)) {
            return ExitStatus::ok;
        }
    }
    std::map<std::string, std::vector<GroupLag*>> by_topic;
    for (auto& lag : lags) {
        by_topic[lag.topic].push_back(&lag);
    }
    for (const auto& [topic, of_topic] : by_topic) {
        find_oldest(settings, of_topic, stop_fd);
    }
    for (const auto& lag : lags) {
        if (lag.beyond_end()) {
            log::warn("group '{}' stands at {} of '{}', partition {}, which ends at {}: it was "
                      "truncated, or the topic was made anew",
                      group, *lag.committed, lag.topic, lag.partition, lag.high);
        }
    }
    const auto now = SystemClock().wall();
    print(settings.format == Format::record ? lag_lines(group, lags, now)
                                            : lag_table(group, lags, now));
    return ExitStatus::ok;
}

ExitStatus reset_group(const Settings& given, int stop_fd)
{
    const auto settings = outside_view(given);
    const auto& groups = settings.groups;
    std::optional<std::vector<NewOffset>> offsets;
    if (groups.plan_file) {
        offsets = read_plan(*groups.plan_file, groups.group);
    }
    kafka::ConsumerGroup coordinator(settings.kafka, groups.group);
    const auto description = coordinator.describe(settings.connect_timeout, stop_fd);
    if (!description) {
        return ExitStatus::ok;
    }
    require_inactive(groups.group, *description);
    const auto committed = coordinator.committed(settings.connect_timeout, stop_fd);
    if (!committed) {
        return ExitStatus::ok;
    }
    if (committed->empty()) {
        log::info("group '{}' has committed nothing yet", groups.group);
    }
    if (groups.from_committed()) {
        offsets = plan_by_committed(settings, *committed);
    } else if (!offsets) {
        offsets = plan_by_ranges(settings, stop_fd);
    }
    const bool fitted = !groups.plan_file && !groups.shift_by;
    if (!offsets || (!fitted && !fit_plan(settings, *offsets, stop_fd))) {
        return ExitStatus::ok;
    }
    kafka::GroupOffsets wanted;
    for (auto& row : *offsets) {
        const auto old = committed->find({row.topic, row.partition});
        row.old = old == committed->end() ? std::nullopt : std::optional{old->second};
        wanted[{row.topic, row.partition}] = row.offset;
    }
    if (settings.execute && !wanted.empty()) {
        coordinator.set_offsets(wanted, settings.connect_timeout);
    }
    print(groups.export_plan ? reset_csv(*offsets) : reset_table(groups.group, *offsets));
    if (!settings.execute) {
        log::info("nothing was changed: --execute moves the group");
    }
    return ExitStatus::ok;
}

} // namespace tlm::replay
