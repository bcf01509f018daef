// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/device_partition.hpp"

#include "common/ops/log.hpp"
#include "tools/replay/kafka_input.hpp"
#include "tools/replay/partitioner.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

namespace tlm::replay {

namespace {

constexpr std::int64_t kSamples = 50;       // offsets at each end of a partition
constexpr std::int64_t kNotWorthIt = 1'000; // offsets that are read as fast as they are sampled

/// The same plans, but a few offsets at one end of each.
std::vector<PartitionPlan> clipped(const std::vector<PartitionPlan>& plans, bool at_end)
{
    std::vector<PartitionPlan> clipped;
    for (const auto& plan : plans) {
        PartitionPlan part{plan.partition, plan.low, plan.high, plan.begin, plan.end};
        if (at_end) {
            part.begin = std::max(plan.begin, plan.end - kSamples);
        } else {
            part.end = std::min(plan.end, plan.begin + kSamples);
        }
        clipped.push_back(part);
    }
    return clipped;
}

void take_samples(std::vector<KeySample>& samples, MessageSource& source,
                  const ops::Shutdown& shutdown)
{
    constexpr int kTurn = 500;
    Message message;
    for (auto next = source.next(message);
         next != MessageSource::Next::finished && !shutdown.requested();
         next = source.next(message)) {
        if (next == MessageSource::Next::message) {
            if (message.key && !message.key->empty()) {
                samples.push_back({std::string(*message.key), message.partition});
            }
            continue;
        }
        source.check(std::chrono::steady_clock::now());
        std::array fds{pollfd{shutdown.fd(), POLLIN, 0}, pollfd{source.wake_fd(), POLLIN, 0}};
        static_cast<void>(::poll(fds.data(), fds.size(), kTurn));
    }
}

std::vector<KeySample> sample_keys(const std::vector<PartitionPlan>& plans,
                                   const Settings& settings, const ops::Shutdown& shutdown)
{
    auto sampling = settings;
    sampling.follow = false;
    sampling.order = TimeMerge::Order::none;
    sampling.kafka.set_default("fetch.message.max.bytes", "65536"); // a few records are enough
    std::vector<KeySample> samples;
    for (const bool at_end : {false, true}) {
        KafkaInput input(sampling, clipped(plans, at_end), false);
        take_samples(samples, input, shutdown);
    }
    return samples;
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
        log::info("the keys of {} sampled records do not tell how partitions are chosen: all are "
                  "read",
                  samples.size());
        return;
    }
    const auto home = partition_of(*partitioner, key, partitions);
    log::info("'{}' is in partition {}: {} put the keys of {} sampled records where they are", key,
              home, partitioner_name(*partitioner), samples.size());
    std::erase_if(plans, [home](const PartitionPlan& plan) { return plan.partition != home; });
}

} // namespace tlm::replay
