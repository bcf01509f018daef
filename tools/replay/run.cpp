// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/run.hpp"

#include "common/base/counted.hpp"
#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/ndjson/file_sink.hpp"
#include "common/ndjson/line_sink.hpp"
#include "common/ops/log.hpp"
#include "common/ops/random.hpp"
#include "tools/replay/capsule_file.hpp"
#include "tools/replay/device_partition.hpp"
#include "tools/replay/file_input.hpp"
#include "tools/replay/group_commands.hpp"
#include "tools/replay/kafka_input.hpp"
#include "tools/replay/kafka_plan.hpp"
#include "tools/replay/line_outlet.hpp"
#include "tools/replay/message_diff.hpp"
#include "tools/replay/original.hpp"
#include "tools/replay/print.hpp"
#include "tools/replay/progress_display.hpp"
#include "tools/replay/replay.hpp"
#include "tools/replay/run_words.hpp"
#include "tools/replay/topic_outlet.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace tlm::replay {

namespace {

void warn_of_missing(const std::vector<PartitionPlan>& plans)
{
    for (const auto& plan : plans) {
        if (plan.missing > 0) {
            log::warn("{} asked for not in partition {}, which holds {}",
                      counted(plan.missing, "offset"), plan.partition,
                      plan.low < plan.high ? fmt::format("{} to {}", plan.low, plan.high - 1)
                                           : "nothing");
        }
        if (plan.unstable > 0) {
            log::warn("{} of partition {} not read, from {} on: a transaction there is still open",
                      counted(plan.unstable, "offset"), plan.partition, plan.high);
        }
    }
}

std::string new_id()
{
    return fmt::format("{}-{:08x}", format_rfc3339(SystemClock().wall()),
                       static_cast<std::uint32_t>(ops::random_seed()));
}

/// One run: what is read, what is written, and what remembers it.
class Runner {
  public:
    Runner(const Settings& settings, const ops::Shutdown& shutdown)
        : m_settings(settings), m_shutdown(shutdown), m_filter(settings.conditions)
    {}

    [[nodiscard]] ExitStatus run()
    {
        if (!load_checkpoint()) {
            return status();
        }
        if (!m_settings.topic.empty() && !plan()) {
            return stopped();
        }
        if (m_settings.dry_run) {
            print(plan_table(m_plans));
            return ExitStatus::ok;
        }
        m_gone_before = m_checkpoint.gone;
        auto source = open_source();
        if (m_settings.command == Command::capsule) {
            return to_capsule(*source);
        }
        return m_settings.writes_topics() ? to_topics(*source) : to_stdout(*source);
    }

  private:
    /// False when it says that there is nothing left.
    [[nodiscard]] bool load_checkpoint()
    {
        m_checkpoint.id = new_id();
        m_checkpoint.what = run_words(m_settings);
        m_checkpoint.spans[0].next = 1;
        if (!m_settings.checkpoint) {
            return true;
        }
        auto found = CheckpointFile(*m_settings.checkpoint).load();
        if (!found) {
            return true;
        }
        if (const auto other = difference(found->what, m_checkpoint.what); !other.empty()) {
            throw usage_error(fmt::format("--checkpoint: '{}' is of another run ({}): name another "
                                          "file, or the same options",
                                          *m_settings.checkpoint, other));
        }
        m_checkpoint = *std::move(found);
        m_resumed = true;
        if (m_checkpoint.done) {
            log::info("nothing is left to do, says '{}'", *m_settings.checkpoint);
        }
        return !m_checkpoint.done;
    }

    /// False when a stop was requested.
    [[nodiscard]] bool plan()
    {
        kafka::TopicQuery query(m_settings.kafka, m_settings.topic);
        auto plans = make_plan(query, m_settings, m_shutdown.fd());
        if (!plans) {
            return false;
        }
        if (m_settings.checkpoint) {
            require_cluster(m_checkpoint, query.cluster(), *m_settings.checkpoint);
        }
        m_plans = *std::move(plans);
        m_partitions = m_plans.empty() ? 0 : m_plans.back().partition + 1;
        if (!m_resumed) {
            m_checkpoint.spans.clear();
        }
        for (auto& plan : m_plans) {
            if (m_resumed && !m_checkpoint.spans.contains(plan.partition)) {
                plan = since_the_first_run(plan);
            }
            keep_span(plan);
        }
        warn_of_missing(m_plans);
        if (m_settings.device) {
            const auto count = query.count_partitions(m_settings.connect_timeout, m_shutdown.fd());
            keep_partition_of(*m_settings.device, m_plans, count.value_or(1), m_settings,
                              m_shutdown);
        }
        for (auto& plan : m_plans) { // the range is the one that was captured when it began
            m_checkpoint.gone += go_on(plan, m_checkpoint.spans.at(plan.partition));
        }
        return true;
    }

    /// The topic has got the partition after the first run captured its range: that holds nothing
    /// of it, and --follow all.
    [[nodiscard]] PartitionPlan since_the_first_run(const PartitionPlan& plan) const
    {
        const auto high = m_settings.follow ? plan.high : plan.low;
        return plan_new_partition(m_settings.ranges, {plan.partition, plan.low, high, high})
            .value_or(plan);
    }

    void keep_span(const PartitionPlan& plan)
    {
        m_checkpoint.spans.try_emplace(plan.partition,
                                       Checkpoint::Span{plan.begin, plan.end, plan.from, plan.to});
    }

    [[nodiscard]] std::unique_ptr<MessageSource> open_source()
    {
        if (m_settings.topic.empty()) {
            const auto first = m_checkpoint.spans[0].next;
            if (ZstdReader::recognises(m_settings.file)) {
                return std::make_unique<CapsuleInput>(m_settings.file, first);
            }
            return std::make_unique<FileInput>(m_settings.file, first, m_refusals);
        }
        const bool whole = m_settings.writes_topics() || m_settings.format == Format::record ||
                           m_settings.command == Command::capsule;
        auto input = std::make_unique<KafkaInput>(m_settings, m_plans,
                                                  whole || m_filter.wants_headers(), m_partitions);
        input->on_new_partition = [this](const PartitionPlan& plan) { keep_span(plan); };
        return input;
    }

    [[nodiscard]] ExitStatus to_stdout(MessageSource& source)
    {
        LineOutlet outlet(m_settings.format);
        Replay replay(source, m_filter, outlet, m_settings.pace, m_settings.count);
        run(replay, source, ::isatty(STDOUT_FILENO) == 0);
        outlet.close();
        if (outlet.tombstones() > 0) {
            log::info("{} without a value not shown: --format record does",
                      counted(outlet.tombstones(), "record"));
        }
        return status();
    }

    [[nodiscard]] ExitStatus to_capsule(MessageSource& source)
    {
        CapsuleOutlet outlet(
            m_settings.to_file,
            capsule_head(SystemClock().wall(), m_settings.topic, m_plans, m_settings.schema));
        Replay replay(source, m_filter, outlet, m_settings.pace, m_settings.count);
        run(replay, source, true);
        if (!replay.ended()) {
            return stopped();
        }
        outlet.close();
        log::info("{} in '{}'", counted(outlet.contents().records, "record"),
                  m_settings.to_file.string());
        return status();
    }

    /// Stopped on request: half a replay is one, half a capsule is none.
    [[nodiscard]] ExitStatus stopped() const
    {
        if (m_settings.command != Command::capsule) {
            return ExitStatus::ok;
        }
        log::error("stopped: '{}' was not made", m_settings.to_file.string());
        return ExitStatus::failure;
    }

    [[nodiscard]] ExitStatus to_topics(MessageSource& source)
    {
        const bool keeps = m_settings.checkpoint && m_settings.execute;
        TopicOutlet outlet(m_settings, m_checkpoint.id, keeps ? &m_checkpoint : nullptr, m_refusals,
                           m_shutdown.fd());
        if (!m_settings.by_key && m_settings.command == Command::replay && !m_plans.empty() &&
            !outlet.require_partitions(m_settings.to_topic, partitions_read())) {
            return ExitStatus::ok;
        }
        if (keeps) { // a file that cannot be written is found out before anything is
            CheckpointFile(*m_settings.checkpoint).save(m_checkpoint);
        }
        const auto receipts = open_receipts(outlet);
        outlet.before_checkpoint = [this, &source, &receipts] {
            keep(receipts.get());
            m_checkpoint.gone = with_gone_of(source);
            m_checkpoint.refused = m_checkpoint.refused || m_refusals.total() > 0;
        };
        show_differences(outlet);
        Replay replay(source, m_filter, outlet, m_settings.pace, count_left());
        run(replay, source, true);
        outlet.close();
        if (receipts) {
            receipts->close();
        }
        if (keeps && replay.ended()) { // not before all is confirmed: a crash would skip the rest
            m_checkpoint.done = true;
            CheckpointFile(*m_settings.checkpoint).save(m_checkpoint);
        }
        report(outlet);
        return status();
    }

    void run(Replay& replay, const MessageSource& source, bool lines_elsewhere)
    {
        ProgressDisplay display(m_settings.progress, lines_elsewhere);
        const auto most = count_left().value_or(0);
        const auto state = [&] {
            return Progress{.passed = source.passed(),
                            .total = source.total(),
                            .written = replay.written(),
                            .refused = m_refusals.total(),
                            .time = replay.time(),
                            .done = replay.ended(),
                            .most = most};
        };
        if (display.shown()) {
            replay.on_turn = [&display, &state](Monotonic now) { display.turn(now, state); };
        }
        replay.run(m_shutdown);
        replay.on_turn = nullptr;
        display.finish(state);
        if (replay.ended() && replay.written() + m_refusals.total() == 0) {
            say_nothing_was_meant(source.passed());
        }
        m_checkpoint.gone = with_gone_of(source);
    }

    /// Of --count, what earlier runs have not written.
    [[nodiscard]] std::optional<std::uint64_t> count_left() const
    {
        if (!m_settings.count) {
            return std::nullopt;
        }
        return *m_settings.count - std::min(*m_settings.count, m_checkpoint.records);
    }

    /// No output may be just that, or a slip in a range or a filter.
    void say_nothing_was_meant(std::int64_t passed) const
    {
        const bool file = m_settings.topic.empty();
        const auto& name = file ? m_settings.file : m_settings.topic;
        if (passed == 0) {
            log::info("'{}' has nothing{}", name, file ? "" : " in that range");
        } else {
            log::info("no record of '{}' is meant, among {} looked at", name, passed);
        }
    }

    /// One more than the highest partition that has something to read.
    [[nodiscard]] std::int32_t partitions_read() const
    {
        std::int32_t count = 0;
        for (const auto& plan : m_plans) {
            count = plan.empty() ? count : std::max(count, plan.partition + 1);
        }
        return count;
    }

    /// A sink that the outlet's receipts go to; null: nobody wants them.
    [[nodiscard]] std::unique_ptr<Sink> open_receipts(TopicOutlet& outlet) const
    {
        if (!m_settings.receipts || !m_settings.execute) {
            return nullptr;
        }
        std::unique_ptr<Sink> sink;
        if (*m_settings.receipts == "-") {
            sink = std::make_unique<ndjson::LineSink>(STDOUT_FILENO, "standard output");
        } else {
            sink = std::make_unique<ndjson::FileSink>(*m_settings.receipts);
        }
        outlet.on_receipt = [&sink = *sink, deliveries = std::vector<Delivery>{},
                             count = 0U](std::string_view receipt) mutable {
            constexpr unsigned kCollect = 1000;
            static_cast<void>(sink.send({.value = receipt}, 0));
            if (++count % kCollect == 0) {
                sink.collect(deliveries);
                deliveries.clear();
            }
        };
        return sink;
    }

    /// What a checkpoint says is done is not done again: its receipts must be there before.
    static void keep(Sink* receipts)
    {
        constexpr milliseconds kPatience{60'000};
        if (receipts != nullptr && !receipts->flush(kPatience)) {
            throw fatal_error("the receipts could not be written in time");
        }
    }

    void show_differences(TopicOutlet& outlet) const
    {
        if (!m_settings.diff) {
            return;
        }
        const auto originals = std::make_shared<Originals>(m_settings, m_shutdown);
        outlet.on_rewrite = [this, originals](const Message& read, const Message& written) {
            const auto before =
                m_settings.file.empty() ? read : originals->find(read).value_or(read);
            print(message_diff(before, written));
        };
    }

    void report(const TopicOutlet& outlet) const
    {
        if (!m_settings.execute && m_refusals.of(Refusal::too_large) > 0) {
            log::info("records were measured as they are; Kafka measures them compressed, so with "
                      "--execute some of those too large may fit");
        }
        for (const auto& [topic, records] : outlet.counts()) {
            if (m_settings.execute) {
                log::info("{} written to '{}', {}", counted(records, "record"), topic,
                          m_settings.mark ? "marked " + m_checkpoint.id : "without a mark");
            } else {
                print(fmt::format("{} would be written to '{}': --execute does it",
                                  counted(records, "record"), topic));
            }
        }
    }

    /// What is gone of all runs so far, and of this one.
    [[nodiscard]] Gone with_gone_of(const MessageSource& source) const
    {
        return Gone{m_gone_before} += source.gone();
    }

    /// Names what was refused, and what is gone.
    [[nodiscard]] ExitStatus status() const
    {
        for (std::size_t i = 0; i < kRefusalCount; ++i) {
            const auto refusal = static_cast<Refusal>(i);
            if (m_refusals.of(refusal) > 0) {
                log::warn("{} refused: {}", counted(m_refusals.of(refusal), "record"),
                          refusal_text(refusal));
            }
        }
        const auto& gone = m_checkpoint.gone;
        if (gone.deleted > 0) {
            log::warn("{} skipped: deleted, as by the topic's retention, before they were read",
                      counted(gone.deleted, "offset"));
        }
        if (gone.truncated > 0) {
            log::warn(
                "{} skipped: the partitions end before them: they were truncated, or the topic "
                "was made anew",
                counted(gone.truncated, "offset"));
        }
        const bool refused = m_refusals.total() > 0 || m_checkpoint.refused;
        return refused || gone.any() ? ExitStatus::rejected : ExitStatus::ok;
    }

    const Settings& m_settings;
    const ops::Shutdown& m_shutdown;
    MessageFilter m_filter;
    Refusals m_refusals;
    Checkpoint m_checkpoint; ///< kept in memory alone without --checkpoint
    Gone m_gone_before;      ///< what it says of all runs before this one reads
    bool m_resumed = false;
    std::vector<PartitionPlan> m_plans;
    std::int32_t m_partitions = 0; ///< that the topic had when they were made
};

} // namespace

ExitStatus run(const Settings& settings, ops::Shutdown& shutdown)
{
    switch (settings.command) {
    case Command::lag:
        return show_lag(settings, shutdown.fd());
    case Command::reset:
        return reset_group(settings, shutdown.fd());
    case Command::replay:
    case Command::redrive:
    case Command::capsule:
        break;
    }
    return Runner(settings, shutdown).run();
}

} // namespace tlm::replay
