// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/kafka_plan.hpp"

#include <map>
#include <utility>

namespace tlm::replay {

namespace {

/// A request has one time for each partition, so there may be two rounds.
std::optional<TimeAnswers> ask(kafka::TopicQuery& query, std::vector<TimeQuestion> questions,
                               milliseconds deadline, int stop_fd)
{
    TimeAnswers answers;
    while (!questions.empty()) {
        std::map<std::int32_t, EpochMs> round;
        std::vector<TimeQuestion> later;
        for (const auto& [partition, time] : questions) {
            if (!round.try_emplace(partition, time).second) {
                later.emplace_back(partition, time);
            }
        }
        const auto offsets = query.offsets_for_times(round, deadline, stop_fd);
        if (!offsets) {
            return std::nullopt;
        }
        for (const auto& [partition, time] : round) {
            answers[{partition, time}] = offsets->at(partition);
        }
        questions = std::move(later);
    }
    return answers;
}

bool reads_committed(const kafka::Properties& properties)
{
    const auto* const isolation = properties.find("isolation.level");
    return isolation == nullptr || *isolation == "read_committed";
}

/// Where partitions end with what open transactions hold back. Empty when a stop was requested.
std::optional<std::map<std::int32_t, std::int64_t>> last_offsets(const Settings& settings,
                                                                 int stop_fd)
{
    auto properties = settings.kafka;
    properties.set("isolation.level", "read_uncommitted");
    kafka::TopicQuery query(properties, settings.topic);
    const auto watermarks = query.watermarks(settings.connect_timeout, stop_fd);
    if (!watermarks) {
        return std::nullopt;
    }
    std::map<std::int32_t, std::int64_t> last;
    for (const auto& [partition, low, high] : *watermarks) {
        last[partition] = high;
    }
    return last;
}

} // namespace

std::optional<std::vector<PartitionPlan>> make_plan(kafka::TopicQuery& query,
                                                    const Settings& settings, int stop_fd)
{
    const auto deadline = settings.connect_timeout;
    if (query.wait_until_known(deadline, stop_fd) == kafka::Wait::stopped) {
        return std::nullopt;
    }
    // Before the stable ends, or what is written meanwhile would look held back.
    std::optional<std::map<std::int32_t, std::int64_t>> last{std::in_place};
    if (!settings.follow && !settings.concerns_group() && reads_committed(settings.kafka)) {
        last = last_offsets(settings, stop_fd);
    }
    const auto watermarks = last ? query.watermarks(deadline, stop_fd) : std::nullopt;
    if (!watermarks) {
        return std::nullopt;
    }
    std::vector<Extent> extents;
    for (const auto& [partition, low, high] : *watermarks) {
        extents.push_back({partition, low, high, (*last)[partition]});
    }
    const auto answers =
        ask(query, time_questions(settings.ranges, extents, settings.slack), deadline, stop_fd);
    if (!answers) {
        return std::nullopt;
    }
    return plan_offsets(settings.ranges, extents, *answers, settings.slack);
}

} // namespace tlm::replay
