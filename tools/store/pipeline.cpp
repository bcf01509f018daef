// SPDX-License-Identifier: Apache-2.0
#include "tools/store/pipeline.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"
#include "tools/store/row_encoder.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tlm::store {

namespace {

constexpr std::size_t kInputsAtOnce = 1000; // a few milliseconds of work between two looks around
constexpr milliseconds kTick{1'000};
constexpr milliseconds kLetterTick{10};
constexpr milliseconds kFinishBeforeRevoke{5'000};
constexpr milliseconds kPauseAfter{2'000};
constexpr milliseconds kFencedForGood{60'000};
constexpr milliseconds kWaitSlice{10'000}; // how often others hear that we still wait
constexpr milliseconds kExtension{60'000}; // beyond the longest of our attempts
constexpr milliseconds kLetterPatience{100};
// Where a partition begins of which PostgreSQL has nothing (librdkafka's name for its beginning):
// not at what the group committed, for that says nothing about this database.
constexpr std::int64_t kBeginning = -2;

Monotonic now_monotonic()
{
    return std::chrono::steady_clock::now();
}

/// Waits for the request to stop, at most until then.
void wait_for_stop(const ops::Shutdown& shutdown, Monotonic until)
{
    pollfd wait{shutdown.fd(), POLLIN, 0};
    static_cast<void>(::poll(&wait, 1, poll_timeout(until, now_monotonic())));
}

} // namespace

Pipeline::Pipeline(PipelineSettings settings, Surroundings surroundings)
    : m_settings(std::move(settings)),
      m_around(std::move(surroundings)),
      m_writer(m_settings.writer, *this)
{}

ExitStatus Pipeline::run(Source& source)
{
    m_source = &source;
    if (!wait_for_servers({}, now_monotonic() + m_settings.connect_timeout)) {
        return ExitStatus::ok;
    }
    start();
    const auto status = loop();
    source.close();
    return status;
}

ExitStatus Pipeline::run(const OpenTopic& open_topic)
{
    m_open_topic = open_topic;
    const auto source_topic = [this](milliseconds deadline, int stop_fd) {
        if (!m_kafka) {
            m_kafka = m_open_topic(this);
            m_source = m_kafka.get();
        }
        return m_kafka->wait_until_known(deadline, stop_fd);
    };
    if (!wait_for_servers(source_topic, std::nullopt)) {
        return ExitStatus::ok;
    }
    start();
    const auto status = loop();
    close_topic();
    return status;
}

/// PostgreSQL, then the topics. False when a stop was requested first; throws at the deadline.
bool Pipeline::wait_for_servers(const WaitForTopic& source_topic, std::optional<Monotonic> deadline)
{
    if (!attempt([&] { return connect(deadline); }, deadline)) {
        return false;
    }
    for (const auto& wait_for : {m_around.letters_topic, source_topic}) {
        const auto once = [&] {
            auto slice = kWaitSlice;
            if (deadline) {
                const auto left = std::chrono::ceil<milliseconds>(*deadline - now_monotonic());
                slice = std::clamp(left, milliseconds{0}, slice);
            }
            return wait_for(slice, m_around.shutdown.fd()) == kafka::Wait::ready;
        };
        if (wait_for && !attempt(once, deadline)) {
            return false;
        }
    }
    return true;
}

/// Again and again, telling the world that we wait, until `once` gives true. False when a stop was
/// requested first. Throws what waiting cannot mend, and everything at the deadline.
bool Pipeline::attempt(const std::function<bool()>& once, std::optional<Monotonic> deadline)
{
    while (!m_around.shutdown.requested()) {
        try {
            if (once()) {
                return true;
            }
        } catch (const Error& error) {
            if (!error.retriable() || (deadline && now_monotonic() >= *deadline)) {
                throw;
            }
            m_around.health.set_detail(error.what());
            m_around.notify.status(error.what());
        }
        m_around.health.progress(now_monotonic());
        m_around.notify.extend_timeout(kExtension);
    }
    return false;
}

/// One attempt, after the back-off's delay.
bool Pipeline::connect(std::optional<Monotonic> deadline)
{
    wait_for_stop(m_around.shutdown,
                  deadline ? std::min(*deadline, m_writer.wake_at()) : m_writer.wake_at());
    if (m_around.shutdown.requested()) {
        return false;
    }
    try {
        m_writer.connect();
        return true;
    } catch (const Error& error) {
        static log::RateLimit limit(milliseconds{10'000});
        if (error.retriable()) {
            limit.warn("{}; waiting for it", error.what());
        }
        throw;
    }
}

void Pipeline::start()
{
    m_around.health.set_ready(true);
    m_around.notify.ready();
}

/// The group's offsets are for lag tools: where they cannot be written nothing is lost, for the
/// ones that count are in PostgreSQL.
void Pipeline::close_topic()
{
    m_lost_before += m_kafka->lost_records();
    try {
        m_kafka->close();
    } catch (const Error& error) {
        log::warn("{}", error.what());
    }
}

void Pipeline::heed_stop(Monotonic now)
{
    if (!m_deadline && m_around.shutdown.requested()) {
        log::info("stopping: {} rows to store", m_filling.size() + m_writer.rows());
        m_around.health.set_ready(false);
        m_around.notify.stopping();
        m_deadline = now + m_settings.drain_timeout;
    }
}

ExitStatus Pipeline::loop()
{
    for (;;) {
        const auto now = now_monotonic();
        heed_stop(now);
        read(now);
        hand_over(now);
        m_writer.step(now);
        hand_over(now);
        if (m_reopen) {
            reopen();
        }
        const bool letters_safe = letters_confirmed();
        if (!reading() && m_filling.empty() && m_writer.idle() && letters_safe) {
            return finish();
        }
        if (m_deadline && now >= *m_deadline) {
            log::error("rows are not confirmed after {} s: they will be read again",
                       m_settings.drain_timeout.count() / 1000);
            return ExitStatus::unconfirmed;
        }
        report(now);
        wait(now);
    }
}

ExitStatus Pipeline::finish()
{
    m_around.letters.close();
    log::info("stored {:.0f} rows, rejected {}", m_around.metrics.rows.value(), m_rejected);
    if (m_settings.strict && m_rejected != 0 && m_finished) {
        return ExitStatus::rejected;
    }
    return ExitStatus::ok;
}

bool Pipeline::full() const noexcept
{
    return m_filling.items() >= m_settings.max_rows || m_filling.bytes() >= m_settings.max_bytes;
}

bool Pipeline::due(Monotonic now) const noexcept
{
    return !m_filling.empty() &&
           (full() || !reading() || now - m_filling_since >= m_settings.max_delay);
}

void Pipeline::read(Monotonic now)
{
    if (!reading()) {
        return;
    }
    pause_or_resume();
    if (full() && !(m_kafka && m_kafka->paused())) {
        return;
    }
    const bool was_empty = m_filling.empty();
    const auto state = m_source->poll(m_inputs, kInputsAtOnce, milliseconds{0});
    for (const auto& input : m_inputs) {
        judge(input);
    }
    if (was_empty) {
        m_filling_since = now;
    }
    m_more_waiting = m_inputs.size() == kInputsAtOnce;
    m_finished = state == SourceState::finished;
}

void Pipeline::judge(const Input& input)
{
    if (m_kafka && !m_writer.owns(input.position.partition)) {
        return; // read again from where the next claim says
    }
    if (input.too_long) {
        reject(input, {Reason::too_long, "",
                       "the line is longer than a record may be; this is its start"});
        return;
    }
    const auto verdict = m_reader.read(input.value);
    if (const auto* rejected = std::get_if<Reject>(&verdict)) {
        reject(input, *rejected);
        return;
    }
    const auto& record = std::get<Record>(verdict);
    if (const auto refused = refuse(record)) {
        reject(input, *refused);
        return;
    }
    m_filling.add(record, input);
}

void Pipeline::hand_over(Monotonic now)
{
    if (m_writer.idle() && due(now)) {
        m_writer.put(m_filling);
    }
}

void Pipeline::pause_or_resume()
{
    if (!m_kafka) {
        return;
    }
    if (!full() && m_kafka->paused()) {
        m_kafka->resume();
    } else if (full() && !m_kafka->paused() &&
               now_monotonic() - m_filling_since > m_settings.max_delay + kPauseAfter) {
        log::info("PostgreSQL is behind: reading pauses");
        m_kafka->pause();
    }
}

void Pipeline::wait(Monotonic now)
{
    const bool paused = m_kafka && m_kafka->paused();
    if (reading() && m_more_waiting && !full()) {
        return;
    }
    auto until = now + kTick;
    if (!m_filling.empty() && m_writer.idle()) {
        until = std::min(until, m_filling_since + m_settings.max_delay);
    }
    if (!m_writer.connected()) {
        until = std::min(until, std::max(now, m_writer.wake_at()));
    }
    if (m_deadline) {
        until = std::min(until, *m_deadline);
    }
    if (m_letters_open != 0) {
        until = std::min(until, now + kLetterTick);
    }
    std::array fds{
        pollfd{m_writer.socket(), m_writer.events(), 0},
        pollfd{reading() && !full() && !paused ? m_source->wake_fd() : -1, POLLIN, 0},
        pollfd{m_deadline ? -1 : m_around.shutdown.fd(), POLLIN, 0},
    };
    static_cast<void>(::poll(fds.data(), fds.size(), poll_timeout(until, now_monotonic())));
}

void Pipeline::report(Monotonic now)
{
    m_moved_at = nothing_to_do() ? now : std::max(m_moved_at, m_writer.moved_at());
    m_around.health.progress(m_moved_at);
    if (now < m_next_report) {
        return;
    }
    m_next_report = now + kTick;
    const bool connected = m_writer.connected();
    m_around.health.set_ready(connected && !m_deadline);
    m_around.health.set_detail(connected ? "storing" : "PostgreSQL is away");
    m_around.notify.status(connected ? "storing" : "waiting for PostgreSQL");
    if (m_around.health.alive(now)) {
        m_around.notify.watchdog();
    }
    count();
    if (m_fenced_at && now - *m_fenced_at > kFencedForGood) {
        throw fatal_error("another tlm-store owns our partitions, and Kafka does not know of it: "
                          "is one of the same --group reading from another Kafka?");
    }
}

/// A server that is away is waited for: that is right, and a restart would not bring it back.
bool Pipeline::nothing_to_do() const noexcept
{
    return !m_writer.connected() || (m_kafka && !m_kafka->connected()) ||
           (m_writer.idle() && m_letters_open == 0);
}

void Pipeline::count()
{
    auto& metrics = m_around.metrics;
    metrics.connected.set(m_writer.connected() ? 1 : 0);
    metrics.held_rows.set(static_cast<double>(m_filling.size() + m_writer.rows()));
    metrics.reconnects.follow(m_writer.reconnects());
    if (m_kafka) {
        metrics.lag_records.set(static_cast<double>(m_kafka->lag()));
        metrics.lost_records.follow(m_lost_before + m_kafka->lost_records());
    }
}

void Pipeline::describe_source(DeadLetter& letter, std::int32_t partition,
                               std::int64_t offset) const
{
    if (m_kafka) {
        letter.source = {{"topic", m_settings.writer.target.topic},
                         {"partition", std::to_string(partition)},
                         {"offset", std::to_string(offset)}};
    } else {
        letter.source = {{"file", m_settings.files.at(static_cast<std::size_t>(partition))},
                         {"line", std::to_string(offset)}};
    }
    letter.received_at = SystemClock{}.wall();
}

void Pipeline::reject(const Input& input, const Reject& reject)
{
    DeadLetter letter{reject, input.value, input.key, {}, 0, 1};
    describe_source(letter, input.position.partition, input.position.offset);
    send(letter);
    m_filling.skip(input.position.partition, input.position.offset);
}

void Pipeline::send(DeadLetter& letter)
{
    const auto ticket = m_next_ticket++;
    while (!m_around.letters.send(letter, ticket)) {
        const auto now = now_monotonic();
        heed_stop(now);
        if (m_deadline && now >= *m_deadline) {
            throw in_doubt_error("dead letters cannot be delivered: nothing after them was stored");
        }
        static_cast<void>(m_around.letters.flush(kLetterPatience));
        static_cast<void>(letters_confirmed());
        report(now);
    }
    ++m_letters_open;
    ++m_rejected;
    m_around.metrics.reject(letter.reject.reason).add();
}

bool Pipeline::letters_confirmed()
{
    if (m_letters_open == 0) {
        return true;
    }
    static_cast<void>(m_around.letters.flush(milliseconds{0}));
    m_deliveries.clear();
    m_around.letters.collect(m_deliveries);
    for (const auto& delivery : m_deliveries) {
        if (!delivery.delivered) {
            throw fatal_error("a dead letter cannot be delivered, so nothing after it is stored: " +
                              delivery.error);
        }
        --m_letters_open;
        m_moved_at = now_monotonic();
    }
    return m_letters_open == 0;
}

void Pipeline::on_stored(const Batch& batch, std::span<const std::uint32_t> rows,
                         std::span<const Advance> advances, milliseconds took)
{
    for (const auto& advance : advances) {
        m_source->commit(advance.partition, advance.next); // for lag tools only
    }
    auto& metrics = m_around.metrics;
    metrics.rows.add(static_cast<double>(rows.size()));
    metrics.batches.add();
    metrics.commit_seconds.observe(static_cast<double>(took.count()) / 1000);
    EpochMs newest = 0;
    for (const auto row : rows) {
        newest = std::max(newest, batch.row(row).received_at);
    }
    if (newest != 0) {
        metrics.freshness_seconds.set(static_cast<double>(SystemClock{}.wall() - newest) / 1000);
    }
}

void Pipeline::on_refused(const Batch& batch, const Batch::Row& row, const Reject& reject)
{
    DeadLetter letter{reject, batch.value(row), batch.key(row), {}, 0, 1};
    describe_source(letter, row.partition, row.offset);
    send(letter);
}

void Pipeline::on_position_lost(bool fenced)
{
    m_filling.clear();
    if (fenced) {
        m_around.metrics.fenced.add();
        m_fenced_at = now_monotonic();
    } else {
        m_reopen = true; // not here: this may be inside a call of the source
    }
}

void Pipeline::reopen()
{
    m_reopen = false;
    close_topic();
    m_kafka = m_open_topic(this);
    m_source = m_kafka.get();
}

/// Until the back-off's delay is over or a stop is requested.
void Pipeline::wait_for_next_attempt()
{
    for (auto now = now_monotonic(); now < m_writer.wake_at() && !m_around.shutdown.requested();
         now = now_monotonic()) {
        report(now);
        wait_for_stop(m_around.shutdown, std::min(m_writer.wake_at(), now + kTick));
    }
}

std::vector<std::optional<std::int64_t>>
Pipeline::on_assigned(std::span<const std::int32_t> partitions)
{
    while (!m_around.shutdown.requested()) {
        try {
            std::map<std::int32_t, std::optional<std::int64_t>> next;
            for (const auto& claim : m_writer.claim(partitions)) {
                next[claim.partition] = claim.next;
            }
            std::vector<std::optional<std::int64_t>> starts;
            for (const auto partition : partitions) {
                const auto start = next[partition];
                starts.emplace_back(start.value_or(kBeginning));
                log::info("partition {} is ours from {}", partition,
                          start ? "offset " + std::to_string(*start) : "its beginning");
            }
            m_fenced_at.reset();
            return starts;
        } catch (const Error& error) {
            if (!error.retriable()) {
                throw;
            }
            static log::RateLimit limit(milliseconds{10'000});
            limit.warn("{}; partitions wait for it", error.what());
        }
        wait_for_next_attempt();
    }
    return std::vector<std::optional<std::int64_t>>(partitions.size());
}

void Pipeline::on_revoked(std::span<const std::int32_t> partitions, bool lost)
{
    const auto until = now_monotonic() + kFinishBeforeRevoke;
    if (!lost && !m_writer.finish(m_deadline ? std::min(*m_deadline, until) : until)) {
        log::warn("partitions are given up while rows are being stored: the next owner reads them");
    }
    m_writer.release(partitions);
    m_filling.forget(partitions);
}

} // namespace tlm::store
