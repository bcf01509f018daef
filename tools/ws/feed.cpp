// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/feed.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/ndjson/line_source.hpp"
#include "common/ops/log.hpp"

#include <utility>

namespace tlm::ws {

namespace {

constexpr std::size_t kBatch = 2'048;
constexpr milliseconds kSourceWithoutDescriptor{20};

kafka::Start start_of(const std::string& from, EpochMs now)
{
    if (from == "beginning") {
        return {kafka::Start::At::beginning, 0};
    }
    if (from == "end") {
        return {kafka::Start::At::end, 0};
    }
    return {kafka::Start::At::time, parse_time(from, now).value_or(now)};
}

std::unique_ptr<kafka::KafkaSource> open_topic(const InputSettings& settings, EpochMs now)
{
    kafka::SourceOptions source;
    source.properties = kafka::Properties(settings.kafka);
    source.properties.set_default("fetch.wait.max.ms", "50"); // how old an update is at most
    source.topic = settings.topic;
    source.start = start_of(settings.from, now);
    source.stop_at_end = settings.exit_at_end;
    source.skip_gaps = true; // the newest value is what counts
    return std::make_unique<kafka::KafkaSource>(source);
}

} // namespace

Feed::Feed(EventLoop& loop, const InputSettings& settings, LastValues& values, const Clock& clock,
           int stop_fd, std::function<void(Progress)> on_batch)
    : m_loop(loop),
      m_values(values),
      m_on_batch(std::move(on_batch)),
      m_again(loop, [this] { read(); })
{
    if (settings.topic.empty()) {
        m_source = std::make_unique<ndjson::LineSource>(settings.files);
        return;
    }
    auto topic = open_topic(settings, clock.wall());
    if (settings.exit_at_end) {
        // Stopped or ready: the loop, which comes next, finds out by itself.
        (void)topic->wait_until_known(settings.connect_timeout, stop_fd);
    }
    m_kafka = topic.get();
    m_source = std::move(topic);
    m_state = State::waiting;
}

Feed::~Feed() = default;

void Feed::start()
{
    m_again.start(milliseconds{0});
}

void Feed::stop() noexcept
{
    m_stopped = true;
    m_again.stop();
    if (m_watcher) {
        m_watcher->stop();
    }
}

void Feed::close()
{
    m_watcher.reset(); // before its descriptor
    m_source->close();
}

void Feed::housekeeping()
{
    if (m_kafka == nullptr || m_stopped || m_state == State::ended) {
        return;
    }
    read(); // also when nothing woke us: librdkafka has chores of its own
}

void Feed::read()
{
    if (m_stopped || m_state == State::ended) {
        return;
    }
    const auto source_state = m_source->poll(m_batch, kBatch, milliseconds{0});
    Progress progress;
    for (const auto& input : m_batch) {
        put(input, progress);
    }
    if (source_state == SourceState::finished) {
        m_state = State::ended;
        m_again.stop();
        if (m_watcher) {
            m_watcher->stop(); // not away with it: it may be what calls us
        }
    } else {
        m_state = m_kafka == nullptr || m_kafka->connected() ? State::live : State::waiting;
        watch();
    }
    m_on_batch(progress);
}

void Feed::watch()
{
    const int fd = m_source->wake_fd();
    if (m_watcher == nullptr && fd >= 0) {
        m_watcher = std::make_unique<ReadWatcher>(m_loop, fd, [this] { read(); });
        m_watcher->start();
    } else if (m_kafka == nullptr && fd >= 0) {
        m_watcher->watch(fd); // the next file often has the number of the one before
    }
    // A full batch: there may be more that the descriptor does not know of.
    if (m_batch.size() >= kBatch) {
        m_again.start(milliseconds{0});
    } else if (fd < 0) {
        m_again.start(kSourceWithoutDescriptor);
    }
}

void Feed::put(const Input& input, Progress& progress)
{
    if (input.too_long) {
        reject(input, reason_name(Reason::too_long), "beyond the limit of a line", progress);
        return;
    }
    const auto verdict = m_reader.read(input.value);
    if (const auto* why = std::get_if<Reject>(&verdict); why != nullptr) {
        reject(input, reason_name(why->reason), why->detail, progress);
        return;
    }
    switch (m_values.put(std::get<Record>(verdict),
                         {input.position.partition, input.position.offset})) {
    case Put::stored:
        ++progress.stored;
        break;
    case Put::shortened:
        ++progress.shortened;
        break;
    case Put::stale:
        ++progress.stale;
        break;
    case Put::refused:
        ++progress.refused;
        static log::RateLimit limit{milliseconds{60'000}};
        limit.warn("there are more than --max-devices {} devices: further ones are not shown",
                   m_values.size());
        break;
    }
}

void Feed::reject(const Input& input, std::string_view reason, std::string_view detail,
                  Progress& progress)
{
    ++progress.rejected;
    static log::RateLimit limit{milliseconds{10'000}};
    const auto& at = input.position;
    if (m_kafka == nullptr) {
        limit.warn("{}:{}: not a record: {}: {}", at.origin == "-" ? "standard input" : at.origin,
                   at.offset, reason, detail);
    } else {
        limit.warn("{}[{}] {}: not a record: {}: {}", at.origin, at.partition, at.offset, reason,
                   detail);
    }
}

std::string_view Feed::name(State state) noexcept
{
    switch (state) {
    case State::waiting:
        return "waiting";
    case State::live:
        return "live";
    case State::ended:
        return "ended";
    }
    return {};
}

std::int64_t Feed::lag() const
{
    return m_kafka == nullptr ? 0 : m_kafka->lag();
}

std::uint64_t Feed::lost_records() const noexcept
{
    return m_kafka == nullptr ? 0 : m_kafka->lost_records();
}

} // namespace tlm::ws
