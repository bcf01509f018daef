// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/device_partition.hpp"

#include "common/ops/log.hpp"
#include "tools/replay/kafka_input.hpp"
#include "tools/replay/partitioner.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace tlm::replay {

namespace {

constexpr std::int64_t kSamples = 30; // offsets at each place of a partition
constexpr std::int64_t kPlaces = 5;   // from its beginning to its end: producers may have changed
constexpr std::int64_t kNotWorthIt = 1'000; // offsets that are read as fast as they are sampled

/// The same plans, but a few offsets at one place of each; place 0 is the beginning.
std::vector<PartitionPlan> clipped(const std::vector<PartitionPlan>& plans, std::int64_t place)
{
    std::vector<PartitionPlan> clipped;
    for (const auto& plan : plans) {
        PartitionPlan part{plan.partition, plan.low, plan.high, plan.begin, plan.end};
        const auto room = std::max(std::int64_t{0}, plan.end - plan.begin - kSamples);
        part.begin += room / (kPlaces - 1) * place;
        if (place == kPlaces - 1) {
            part.begin = plan.begin + room;
        }
        part.end = std::min(plan.end, part.begin + kSamples);
        clipped.push_back(part);
    }
    return clipped;
}

/// Calls `take(message)` for what the plans have until it says false.
template <typename Take>
void read_on(const std::vector<PartitionPlan>& plans, const Settings& settings,
             const ops::Shutdown& shutdown, const Take& take)
{
    constexpr int kTurn = 500;
    KafkaInput input(settings, plans, false);
    Message message;
    for (auto next = input.next(message);
         next != MessageSource::Next::finished && !shutdown.requested();
         next = input.next(message)) {
        if (next == MessageSource::Next::message) {
            if (!take(message)) {
                return;
            }
            continue;
        }
        input.check(std::chrono::steady_clock::now());
        std::array fds{pollfd{shutdown.fd(), POLLIN, 0}, pollfd{input.wake_fd(), POLLIN, 0}};
        static_cast<void>(::poll(fds.data(), fds.size(), kTurn));
    }
}

Settings bounded(const Settings& settings)
{
    auto bounded = settings;
    bounded.follow = false;
    bounded.order = TimeMerge::Order::none;
    return bounded;
}

std::vector<KeySample> sample_keys(const std::vector<PartitionPlan>& plans,
                                   const Settings& settings, const ops::Shutdown& shutdown)
{
    auto sampling = bounded(settings);
    sampling.kafka.set_default("fetch.message.max.bytes", "65536"); // a few records are enough
    std::vector<KeySample> samples;
    for (std::int64_t place = 0; place < kPlaces; ++place) {
        read_on(clipped(plans, place), sampling, shutdown, [&samples](const Message& message) {
            if (message.key && !message.key->empty()) {
                samples.push_back({std::string(*message.key), message.partition});
            }
            return true;
        });
    }
    return samples;
}

/// Samples need not show the one producer that chooses otherwise. Reads up to the first record.
bool holds(const std::vector<PartitionPlan>& plans, const std::string& key,
           const Settings& settings, const ops::Shutdown& shutdown)
{
    bool found = false;
    read_on(plans, bounded(settings), shutdown, [&found, &key](const Message& message) {
        found = message.key == key;
        return !found;
    });
    return found;
}

} // namespace

void keep_partition_of(const std::string& key, std::vector<PartitionPlan>& plans,
                       std::int32_t partitions, const Settings& settings,
                       const ops::Shutdown& shutdown)
{
    if (partitions == 1 || key.empty() || offsets_in(plans) < kNotWorthIt) {
        return;
    }
    const auto samples = sample_keys(plans, settings, shutdown);
    const auto partitioner = explain(samples, partitions);
    if (!partitioner) {
        log::info(
            "the keys of {} records were sampled, and {}: all partitions are read", samples.size(),
            can_tell(samples, partitions) ? "no one way to choose a partition explains them"
                                          : "they are too few to tell how partitions are chosen");
        return;
    }
    const auto home = partition_of(*partitioner, key, partitions);
    std::vector<PartitionPlan> plans_there;
    std::copy_if(plans.begin(), plans.end(), std::back_inserter(plans_there),
                 [home](const PartitionPlan& plan) { return plan.partition == home; });
    if (plans_there.empty() || !holds(plans_there, key, settings, shutdown)) {
        log::info("'{}' should be in partition {}, by {} as the keys of {} sampled records, but is "
                  "not: all partitions are read",
                  key, home, partitioner_name(*partitioner), samples.size());
        return;
    }
    log::info("'{}' is in partition {}: {} put the keys of {} sampled records where they are", key,
              home, partitioner_name(*partitioner), samples.size());
    plans = std::move(plans_there);
}

} // namespace tlm::replay
