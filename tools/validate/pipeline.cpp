// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/pipeline.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"
#include "common/record/headers.hpp"
#include "common/rulebook/stage_report.hpp"
#include "tools/validate/encoded_input.hpp"
#include "tools/validate/kafka_time.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace tlm::validate {

namespace {

constexpr std::size_t kInputsAtOnce = 1000; // a fraction of a millisecond between two looks around
constexpr milliseconds kTick{1'000};
constexpr milliseconds kDeliveryTick{5}; // a wake per delivery report would cost more
constexpr milliseconds kFinishBeforeRevoke{5'000};
constexpr milliseconds kPauseAfter{2'000};
constexpr std::string_view kTooLarge = "MSG_SIZE_TOO_LARGE";

Monotonic now_monotonic()
{
    return std::chrono::steady_clock::now();
}

} // namespace

Pipeline::Pipeline(PipelineSettings settings, Surroundings surroundings, Judge& judge, bool offsets)
    : m_settings(settings),
      m_around(surroundings),
      m_judge(judge),
      m_in_flight(settings.window, offsets),
      m_gate(settings.flood, settings.key, surroundings.letters)
{}

ExitStatus Pipeline::run(ndjson::LineSource& source)
{
    m_source = &source;
    m_lines = &source;
    return loop();
}

ExitStatus Pipeline::run(kafka::KafkaSource& source)
{
    m_source = &source;
    m_kafka = &source;
    return loop();
}

ExitStatus Pipeline::loop()
{
    for (;;) {
        const auto now = now_monotonic();
        notice_stop(now);
        if (on_reload && m_around.shutdown.take_reload()) {
            on_reload();
        }
        if (reading()) {
            read(now);
        }
        send_refused();
        settle();
        const bool drained = !reading() && m_in_flight.outstanding() == 0;
        if (drained || reader_gone()) {
            return finish();
        }
        if (m_gave_up || (m_deadline && now >= *m_deadline)) {
            log::error("{} records are not confirmed: they will be read again",
                       m_in_flight.outstanding());
            return ExitStatus::unconfirmed;
        }
        report(now);
        wait(now);
    }
}

void Pipeline::notice_stop(Monotonic now)
{
    if (!m_deadline && m_around.shutdown.requested()) {
        m_around.notify.stopping();
        m_deadline = now + m_settings.drain_timeout;
    }
}

ExitStatus Pipeline::finish()
{
    m_gate.finish(SystemClock{}.wall());
    m_around.letters.close();
    if (!reader_gone()) {
        m_around.records.close();
    }
    m_source->close();
    report(Monotonic::max());
    const auto invalid = m_counts.all_invalid();
    log::info("valid {}, not valid {}, blank lines {}", m_counts.valid, invalid, m_counts.blank);
    rulebook::log_summary(m_judge.stage());
    rulebook::log_summary(m_gate.cap());
    if (m_broken) {
        std::rethrow_exception(m_broken);
    }
    return m_settings.strict && m_finished && invalid != 0 ? ExitStatus::rejected : ExitStatus::ok;
}

void Pipeline::read(Monotonic now)
{
    m_inputs.clear();
    pause_or_resume(now);
    // A paused member of a group must go on polling, or it is thrown out.
    if (!m_in_flight.has_room() && (m_kafka == nullptr || !m_kafka->paused())) {
        return;
    }
    const auto state = poll_source();
    for (std::size_t i = 0; i < m_inputs.size() && !m_gave_up; ++i) {
        take(i, m_inputs[i]);
    }
    m_more_waiting = m_inputs.size() == kInputsAtOnce;
    m_finished = state == SourceState::finished;
    if (m_lines != nullptr) {
        m_counts.blank = m_lines->empty_lines();
    }
}

/// A file that cannot be read ends the input: what came before it is finished first.
SourceState Pipeline::poll_source()
{
    try {
        return m_source->poll(m_inputs, kInputsAtOnce, milliseconds{0});
    } catch (const Error&) {
        if (m_lines == nullptr) {
            throw;
        }
        m_broken = std::current_exception();
        return SourceState::finished;
    }
}

void Pipeline::pause_or_resume(Monotonic now)
{
    if (m_in_flight.has_room()) {
        m_full_since.reset();
        if (m_kafka != nullptr && m_kafka->paused()) {
            m_kafka->resume();
        }
        return;
    }
    m_full_since = m_full_since.value_or(now);
    if (m_kafka != nullptr && !m_kafka->paused() && now - *m_full_since > kPauseAfter) {
        log::info("the output is behind: reading pauses");
        m_kafka->pause();
    }
}

void Pipeline::take(std::size_t index, const Input& input)
{
    const auto ticket = m_in_flight.open(input.position.partition, input.position.offset,
                                         input.value.size() + input.key.size());
    if (input.too_long) {
        refuse(index, input,
               {Reason::too_long, "", "the line is longer than a record may be; this is its start"},
               ticket);
        return;
    }
    if (m_around.decoder != nullptr) {
        take_encoded(index, input, ticket);
        return;
    }
    act(index, input, m_judge.judge(input.value, topic_of(index, input)), ticket);
}

void Pipeline::act(std::size_t index, const Input& input, const Ruling& ruling, Ticket ticket)
{
    if (!ruling.reject) {
        ++m_counts.valid;
    } else if (ruling.fate != validation::Fate::dead_letter) {
        ++m_counts.invalid[ruling.reject->reason];
    }
    switch (ruling.fate) {
    case validation::Fate::go_on:
        forward(index, input, ruling.value, ticket);
        break;
    case validation::Fate::dead_letter:
        refuse(index, input, *ruling.reject, ticket);
        break;
    case validation::Fate::drop:
        done(ticket);
        break;
    }
}

/// Where a device published it, when a header says so; else Kafka's topic; none for lines.
std::string_view Pipeline::topic_of(std::size_t index, const Input& input)
{
    if (m_kafka == nullptr || !m_judge.needs_topic()) {
        return {};
    }
    m_kafka->headers(index, m_headers);
    return value_of(m_headers, "mqtt-topic").value_or(input.position.origin);
}

/// `value` is that of `input`, or what became of it.
void Pipeline::forward(std::size_t index, const Input& input, std::string_view value, Ticket ticket)
{
    if (m_around.lines != nullptr) {
        if (m_kafka != nullptr) { // a line of a file has no line breaks
            m_line.clear();
            append_on_one_line(m_line, value);
            value = m_line;
        }
        send({.value = value}, ticket);
        return;
    }
    auto held = std::make_unique<Held>();
    held->value = value;
    if (m_kafka != nullptr) {
        held->key = input.key;
        held->timestamp = input.timestamp;
        m_kafka->headers(index, held->headers);
        if (m_around.decoder != nullptr) {
            drop_encoding(held->headers);
        }
    } else if (m_settings.form == Form::records) {
        held->key = m_judge.record().device_id;
        held->timestamp = kafka_time(m_judge.record(), SystemClock{}.wall(), held->headers);
    }
    send({held->value, held->key, held->timestamp, held->headers}, ticket);
    m_in_flight.hold(ticket, std::move(held));
}

void Pipeline::refuse(std::size_t index, const Input& input, const Reject& reject, Ticket ticket)
{
    ++m_counts.invalid[reject.reason];
    DeadLetter letter{reject, input.value, input.key, {}, SystemClock{}.wall(), 1, {}};
    if (m_kafka != nullptr) {
        letter.source = {{"topic", std::string{input.position.origin}},
                         {"partition", std::to_string(input.position.partition)},
                         {"offset", std::to_string(input.position.offset)}};
        m_kafka->headers(index, letter.headers);
        letter.attempt = attempts_before(letter.headers) + 1;
    } else {
        letter.source = {{"line", std::to_string(input.position.offset)}};
        if (input.position.origin != "-") {
            letter.source.insert(letter.source.begin(),
                                 {"file", std::string{input.position.origin}});
        }
        if (m_settings.form == Form::records && m_judge.readable() && !input.too_long) {
            letter.key = m_judge.record().device_id;
        }
    }
    if (m_gate.admit(letter, letter.received_at)) {
        send(letter, ticket);
    } else {
        done(ticket);
    }
}

void Pipeline::send(const Output& output, Ticket ticket)
{
    while (!m_around.records.send(output, ticket)) {
        if (!wait_for_room()) {
            return;
        }
    }
    ++m_at_records;
}

void Pipeline::send(const DeadLetter& letter, Ticket ticket)
{
    while (!m_around.letters.send(letter, ticket)) {
        if (!wait_for_room()) {
            return;
        }
    }
    ++m_at_letters;
}

/// A sink is full. False when there is no time left to wait for it.
bool Pipeline::wait_for_room()
{
    constexpr milliseconds kWait{100};
    static_cast<void>(m_around.records.flush(kWait));
    static_cast<void>(m_around.letters.flush(kWait));
    settle();
    const auto now = now_monotonic();
    notice_stop(now);
    m_gave_up = m_deadline && now >= *m_deadline;
    report(now);
    return !m_gave_up;
}

/// Kafka refuses a whole batch for one record that is too large: each is tried again alone, and
/// the one that is refused even so is a dead letter.
void Pipeline::send_refused()
{
    while (!m_refused.empty()) {
        const auto& [ticket, error] = m_refused.front();
        const auto& held = *m_in_flight.held(ticket);
        if (m_alone == ticket) {
            const Reject reject{Reason::too_long, "", "Kafka refused the record: " + error};
            ++m_counts.invalid[reject.reason];
            DeadLetter letter{reject, held.value, held.key, {}, SystemClock{}.wall(), 1, {}};
            letter.headers = held.headers;
            letter.attempt = attempts_before(letter.headers) + 1;
            if (m_kafka != nullptr) {
                const auto [partition, offset] = m_in_flight.position(ticket);
                letter.source = {{"partition", std::to_string(partition)},
                                 {"offset", std::to_string(offset)}};
            }
            send(letter, ticket);
        } else if (m_at_records == 0) {
            m_alone = ticket;
            send({held.value, held.key, held.timestamp, held.headers}, ticket);
            static_cast<void>(
                m_around.records.flush(milliseconds{0})); // nothing comes to linger for
        } else {
            return;
        }
        m_refused.pop_front();
    }
}

void Pipeline::settle()
{
    if (m_at_records != 0) {
        settle_records();
    }
    if (m_at_letters != 0 || m_gate.awaits()) {
        settle_letters();
    }
    for (const auto partition : m_partitions) {
        if (const auto next = m_in_flight.take_committable(partition)) {
            m_source->commit(partition, *next);
        }
    }
}

void Pipeline::settle_records()
{
    m_deliveries.clear();
    m_around.records.collect(m_deliveries);
    m_at_records -= m_deliveries.size();
    for (auto& delivery : m_deliveries) {
        if (delivery.delivered) {
            done(delivery.ticket);
        } else if (delivery.error.starts_with(kTooLarge)) {
            m_refused.emplace_back(delivery.ticket, std::move(delivery.error));
        } else if (!reader_gone()) {
            throw fatal_error("a record was not written: " + delivery.error);
        }
    }
}

void Pipeline::settle_letters()
{
    m_deliveries.clear();
    m_around.letters.collect(m_deliveries);
    for (const auto& delivery : m_deliveries) {
        if (m_gate.take(delivery)) {
            continue;
        }
        --m_at_letters;
        if (!delivery.delivered) {
            throw fatal_error("a dead letter cannot be delivered, so nothing after it counts as "
                              "done: " +
                              delivery.error);
        }
        done(delivery.ticket);
    }
}

void Pipeline::done(Ticket ticket)
{
    static_cast<void>(m_in_flight.done(ticket));
}

void Pipeline::wait(Monotonic now)
{
    const bool wants = reading() && m_in_flight.has_room();
    if (wants && m_more_waiting) {
        return;
    }
    std::array fds{
        pollfd{wants ? m_source->wake_fd() : -1, POLLIN, 0},
        pollfd{m_deadline ? -1 : m_around.shutdown.fd(), POLLIN, 0},
        pollfd{m_around.shutdown.reload_fd(), POLLIN, 0},
    };
    if (::poll(fds.data(), fds.size(), 0) > 0) {
        return;
    }
    // The input has nothing waiting: what is buffered goes out now.
    if (m_around.lines != nullptr) {
        static_cast<void>(m_around.records.flush(milliseconds{0}));
    }
    if (m_around.letters.form() == DeadLetters::Form::line) {
        static_cast<void>(m_around.letters.flush(milliseconds{0}));
    }
    settle();
    if (!reading() && m_in_flight.outstanding() == 0) {
        return;
    }
    auto until = now + (m_in_flight.outstanding() != 0 ? kDeliveryTick : kTick);
    if (m_deadline) {
        until = std::min(until, *m_deadline);
    }
    const auto left = std::chrono::ceil<milliseconds>(until - now_monotonic());
    static_cast<void>(
        ::poll(fds.data(), fds.size(), static_cast<int>(std::max<std::int64_t>(0, left.count()))));
}

void Pipeline::report(Monotonic now)
{
    if (now != Monotonic::max()) {
        m_around.health.progress(now);
    }
    if (now < m_next_report) {
        return;
    }
    m_next_report = now == Monotonic::max() ? now : now + kTick;
    m_around.notify.watchdog();
    m_around.metrics.update(m_counts);
    m_gate.summarise(SystemClock{}.wall());
    m_around.metrics.stage.update(m_gate.cap());
    if (m_settings.form == Form::records) {
        m_around.metrics.stage.update(m_judge.stage());
    }
    m_around.metrics.in_flight.set(static_cast<double>(m_in_flight.outstanding()));
    if (m_kafka != nullptr) {
        m_around.metrics.lag_records.set(static_cast<double>(m_kafka->lag()));
    }
}

std::vector<std::optional<std::int64_t>>
Pipeline::on_assigned(std::span<const std::int32_t> partitions)
{
    m_partitions.insert(m_partitions.end(), partitions.begin(), partitions.end());
    return std::vector<std::optional<std::int64_t>>(partitions.size());
}

void Pipeline::on_revoked(std::span<const std::int32_t> partitions, bool lost)
{
    const auto until = now_monotonic() + kFinishBeforeRevoke;
    while (!lost && m_in_flight.outstanding() != 0 && now_monotonic() < until) {
        static_cast<void>(m_around.records.flush(kDeliveryTick));
        static_cast<void>(m_around.letters.flush(kDeliveryTick));
        send_refused();
        settle();
    }
    if (lost || m_in_flight.outstanding() != 0) {
        // Should the partition come back, its last records come again, and their letters may not
        // have arrived.
        m_judge.read_again();
        m_gate.written_again();
    }
    for (const auto partition : partitions) {
        m_in_flight.forget(partition);
        std::erase(m_partitions, partition);
    }
}

} // namespace tlm::validate
