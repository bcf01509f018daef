// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/recovery.hpp"

#include "common/base/error.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace tlm::mqtt2kafka {
namespace {

using std::chrono::seconds;

constexpr milliseconds kPatience = seconds{10};
constexpr milliseconds kSlice{200};
constexpr milliseconds kClose = seconds{2};
constexpr std::size_t kAtOnce = 1000;
/// Seconds of a drain at full speed; 40 bytes of memory each.
constexpr std::size_t kMostRead = 500'000;
/// Where a partition begins that has no mark: librdkafka's name for the last 20,000 records.
constexpr std::int64_t kLastRecords = -2000 - 20'000;

/// Begins each partition at its mark.
class FromMarks final : public kafka::PartitionListener {
  public:
    explicit FromMarks(const Marks& marks) : m_marks(marks) {}

    std::vector<std::optional<std::int64_t>>
    on_assigned(std::span<const std::int32_t> partitions) override
    {
        std::vector<std::optional<std::int64_t>> starts;
        for (const auto partition : partitions) {
            const auto mark = m_marks.find(partition);
            starts.emplace_back(mark == m_marks.end() ? kLastRecords : mark->second);
        }
        return starts;
    }

    void on_revoked(std::span<const std::int32_t>, bool) override {}

  private:
    const Marks& m_marks;
};

kafka::SourceOptions tail_of(const Settings& settings)
{
    kafka::SourceOptions options;
    options.properties = kafka::Properties{settings.kafka};
    options.topic = settings.topic;
    options.stop_at_end = true;
    options.skip_gaps = true; // a mark older than the oldest record: what is left is read
    return options;
}

} // namespace

Recovery::Recovery(const Settings& settings, Forwarder& forwarder)
    : m_settings(settings),
      m_forwarder(forwarder),
      m_store(kafka::Properties{settings.kafka}, "mqtt2kafka." + settings.subscriber.client_id,
              settings.topic)
{}

bool Recovery::run(Monitor& monitor, ops::Shutdown& shutdown)
{
    const Marks marks = load(monitor, shutdown);
    return !shutdown.requested() && read_tail(marks, monitor, shutdown);
}

Marks Recovery::load(Monitor& monitor, ops::Shutdown& shutdown)
{
    while (!shutdown.requested()) {
        try {
            return m_store.load(kPatience);
        } catch (const Error& error) {
            if (!error.retriable()) {
                throw;
            }
            log::warn("{}; waiting", error.what());
            monitor.waiting(error.what());
            monitor.progress(std::chrono::steady_clock::now());
        }
    }
    return {};
}

bool Recovery::read_tail(const Marks& marks, Monitor& monitor, ops::Shutdown& shutdown)
{
    FromMarks begin{marks};
    kafka::KafkaSource source{tail_of(m_settings), &begin};
    std::vector<Input> batch;
    std::vector<Header> headers;
    std::size_t read = 0;
    auto state = SourceState::open;
    while (state == SourceState::open && read < kMostRead) {
        if (shutdown.requested()) {
            return false;
        }
        state = source.poll(batch, kAtOnce, kSlice);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto verdict = m_reader.read(batch[i].value);
            if (const auto* record = std::get_if<Record>(&verdict)) {
                if (m_forwarder.decodes()) {
                    source.headers(i, headers);
                }
                const Position& at = batch[i].position;
                m_forwarder.expect(*record, headers, {at.partition, at.offset});
            }
        }
        read += batch.size();
        monitor.waiting("reading what Kafka has since the last proof");
        monitor.progress(std::chrono::steady_clock::now());
    }
    if (state == SourceState::open) {
        log::warn("'{}' has more than {} records since the last mark: what the broker sends again "
                  "of the rest is forwarded twice",
                  m_settings.topic, kMostRead);
    }
    Marks ends = marks;
    for (const auto& partition : source.partitions()) {
        if (const auto end = std::max(partition.position, partition.high); end >= 0) {
            ends[partition.partition] = end;
        }
    }
    m_forwarder.redeliveries().begin_at(ends);
    log::info("{} records of '{}' since the last proof: recognised when the broker sends their "
              "messages again",
              read, m_settings.topic);
    return true;
}

void Recovery::close()
{
    if (!m_store.close(kClose)) {
        log::warn("Kafka has not kept the last marks: the next start reads a little more");
    }
}

} // namespace tlm::mqtt2kafka
