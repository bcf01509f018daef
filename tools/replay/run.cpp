// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/run.hpp"

#include "common/ndjson/line_sink.hpp"
#include "common/ops/log.hpp"
#include "tools/replay/kafka_input.hpp"
#include "tools/replay/kafka_plan.hpp"
#include "tools/replay/line_outlet.hpp"
#include "tools/replay/replay.hpp"

#include <unistd.h>

namespace tlm::replay {

namespace {

/// Writes to stdout and sees that it arrives.
void print(std::string_view text)
{
    ndjson::LineSink sink(STDOUT_FILENO, "standard output");
    text.remove_suffix(text.ends_with('\n') ? 1 : 0);
    static_cast<void>(sink.send({.value = text}, 0));
    sink.close();
}

void warn_of_missing(const std::vector<PartitionPlan>& plans)
{
    for (const auto& plan : plans) {
        if (plan.missing > 0) {
            log::warn("partition {} has no {} of the offsets asked for: it holds {} to {}",
                      plan.partition, plan.missing, plan.low, plan.high);
        }
    }
}

ExitStatus to_stdout(const Settings& settings, std::vector<PartitionPlan> plans,
                     const ops::Shutdown& shutdown)
{
    MessageFilter filter(settings.conditions);
    LineOutlet outlet(settings.format);
    KafkaInput input(settings, std::move(plans),
                     settings.format == Format::record || filter.wants_headers());
    Replay replay(input, filter, outlet, settings.pace, settings.count);
    replay.run(shutdown);
    outlet.close();
    if (outlet.tombstones() > 0) {
        log::info("{} records without a value were not shown: --format record shows them",
                  outlet.tombstones());
    }
    return ExitStatus::ok;
}

ExitStatus replay_topic(const Settings& settings, const ops::Shutdown& shutdown)
{
    std::optional<std::vector<PartitionPlan>> plans;
    {
        kafka::TopicQuery query(settings.kafka, settings.topic);
        plans = make_plan(query, settings, shutdown.fd());
    }
    if (!plans) {
        return ExitStatus::ok;
    }
    warn_of_missing(*plans);
    if (settings.dry_run) {
        print(plan_table(*plans));
        return ExitStatus::ok;
    }
    return to_stdout(settings, *std::move(plans), shutdown);
}

} // namespace

ExitStatus run(const Settings& settings, ops::Shutdown& shutdown)
{
    switch (settings.command) {
    case Command::replay:
        break;
    }
    return replay_topic(settings, shutdown);
}

} // namespace tlm::replay
