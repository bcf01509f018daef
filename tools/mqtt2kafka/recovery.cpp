// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/recovery.hpp"

#include "common/base/error.hpp"
#include "common/kafka/topic_query.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"

#include <algorithm>
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
/// Of each partition, even where the mark lies further back: the newest are what comes again.
constexpr std::int64_t kLastDeadLetters = 100'000;

/// Begins each partition at its mark.
class FromMarks final : public kafka::PartitionListener {
  public:
    explicit FromMarks(const Offsets& marks) : m_marks(marks) {}

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
    const Offsets& m_marks;
};

kafka::SourceOptions tail_of(const Settings& settings, const std::string& topic)
{
    kafka::SourceOptions options;
    options.properties = kafka::Properties{settings.kafka};
    options.topic = topic;
    options.stop_at_end = true;
    options.skip_gaps = true; // a mark older than the oldest record: what is left is read
    return options;
}

std::string store_name(const Settings& settings)
{
    return "mqtt2kafka." + settings.subscriber.client_id;
}

} // namespace

Recovery::Recovery(const Settings& settings, Forwarder& forwarder)
    : m_settings(settings),
      m_forwarder(forwarder),
      m_records(kafka::Properties{settings.kafka}, store_name(settings), settings.topic)
{
    const std::string& topic = settings.dead_letters.topic;
    // What a payload is decoded to may depend on what came before: it cannot be read from a letter.
    if (!topic.empty() && topic != settings.topic && !forwarder.decodes()) {
        m_dead_letters.emplace(kafka::Properties{settings.kafka}, store_name(settings), topic);
    }
}

bool Recovery::run(Monitor& monitor, ops::Shutdown& shutdown)
{
    auto records = read_records(monitor, shutdown);
    auto dead_letters = records ? read_dead_letters(monitor, shutdown) : std::nullopt;
    if (!dead_letters) {
        return false;
    }
    m_forwarder.redeliveries().begin_at({std::move(*records), std::move(*dead_letters)});
    return true;
}

/// What Kafka answers, however long it is away; nothing when a stop was requested first.
template <typename Answer>
Answer Recovery::ask(const std::function<Answer()>& question, Monitor& monitor,
                     ops::Shutdown& shutdown)
{
    while (!shutdown.requested()) {
        try {
            return question();
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

std::optional<Offsets> Recovery::read_records(Monitor& monitor, ops::Shutdown& shutdown)
{
    const Offsets marks =
        ask<Offsets>([this] { return m_records.load(kPatience); }, monitor, shutdown);
    const auto take = [this](const kafka::KafkaSource& source, std::size_t i, const Input& input) {
        const auto verdict = m_reader.read(input.value);
        if (const auto* record = std::get_if<Record>(&verdict)) {
            if (m_forwarder.decodes()) {
                source.headers(i, m_headers);
            }
            const Position& at = input.position;
            m_forwarder.expect(*record, m_headers, {at.partition, at.offset});
        }
    };
    return read_tail(m_settings.topic, marks, take, monitor, shutdown);
}

/// Dead letters that are not recognised are written twice, and that is all: no reason not to start.
std::optional<Offsets> Recovery::read_dead_letters(Monitor& monitor, ops::Shutdown& shutdown)
{
    if (!m_dead_letters) {
        return Offsets{};
    }
    const auto take = [this](const kafka::KafkaSource& source, std::size_t i, const Input& input) {
        source.headers(i, m_headers);
        m_forwarder.expect_dead_letter(input.value, m_headers);
    };
    try {
        const auto marks = ask<std::optional<Offsets>>(
            [&] { return newest_dead_letters(shutdown); }, monitor, shutdown);
        return marks ? read_tail(m_settings.dead_letters.topic, *marks, take, monitor, shutdown)
                     : std::nullopt;
    } catch (const Error& error) {
        log::warn("{}: dead letters that the broker sends again are written twice", error.what());
        m_dead_letters.reset();
        return Offsets{};
    }
}

/// Others write dead letters as well, and our mark stands still while we write none.
std::optional<Offsets> Recovery::newest_dead_letters(ops::Shutdown& shutdown)
{
    Offsets marks = m_dead_letters->load(kPatience);
    kafka::TopicQuery query{kafka::Properties{m_settings.kafka}, m_settings.dead_letters.topic};
    const auto partitions = query.watermarks(kPatience, shutdown.fd());
    if (!partitions) {
        return std::nullopt;
    }
    for (const kafka::Watermarks& partition : *partitions) {
        auto& mark = marks[partition.partition];
        mark = std::max({mark, partition.low, partition.high - kLastDeadLetters});
    }
    return marks;
}

std::optional<Offsets> Recovery::read_tail(const std::string& topic, const Offsets& marks,
                                           const Take& take, Monitor& monitor,
                                           ops::Shutdown& shutdown)
{
    FromMarks begin{marks};
    kafka::KafkaSource source{tail_of(m_settings, topic), &begin};
    std::vector<Input> batch;
    std::size_t read = 0;
    auto state = SourceState::open;
    while (state == SourceState::open && read < kMostRead) {
        if (shutdown.requested()) {
            return std::nullopt;
        }
        state = source.poll(batch, kAtOnce, kSlice);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            take(source, i, batch[i]);
        }
        read += batch.size();
        monitor.waiting("reading what Kafka has since the last proof");
        monitor.progress(std::chrono::steady_clock::now());
    }
    if (state == SourceState::open) {
        log::warn("'{}' has more than {} records since the last mark: what the broker sends again "
                  "of the rest is written twice",
                  topic, kMostRead);
    }
    Offsets ends = marks;
    for (const auto& partition : source.partitions()) {
        if (const auto end = std::max(partition.position, partition.high); end >= 0) {
            ends[partition.partition] = end;
        }
    }
    log::info("looked at the last {} records of '{}': ours are recognised when the broker sends "
              "their messages again",
              read, topic);
    return ends;
}

void Recovery::keep(const Marks& marks)
{
    m_records.store(marks.records);
    if (m_dead_letters && !marks.dead_letters.empty()) {
        m_dead_letters->store(marks.dead_letters);
    }
}

void Recovery::close()
{
    const bool kept = m_records.close(kClose);
    if ((m_dead_letters && !m_dead_letters->close(kClose)) || !kept) {
        log::warn("Kafka has not kept the last marks: the next start reads a little more");
    }
}

} // namespace tlm::mqtt2kafka
