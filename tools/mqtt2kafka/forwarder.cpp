// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/forwarder.hpp"

#include <utility>

namespace tlm::mqtt2kafka {
namespace {

/// Between two attempts to send a record that Kafka's rules refuse.
constexpr milliseconds kAttemptInterval{1000};

std::size_t size_of(const Message& message)
{
    std::size_t bytes = message.topic.size() + message.payload.size();
    for (const Header& property : message.properties) {
        bytes += sizeof property + property.name.size() + property.value.size();
    }
    return bytes;
}

} // namespace

Forwarder::Forwarder(TranslateOptions options, AckWindow::Bound bound, Sink& records,
                     DeadLetters& dead_letters, bool flush_records, Resolve resolve)
    : m_translator(std::move(options)),
      m_records(records),
      m_gate(resolve.flood, resolve.flood_key, dead_letters),
      m_dead_letters(dead_letters, resolve.spill, m_gate),
      m_flush_records(flush_records),
      m_resolve(resolve),
      m_window(bound)
{}

void Forwarder::take(const Message& message, Monotonic now)
{
    const Ticket ticket = m_window.open(size_of(message), now);
    if (m_batch.size() == 0) {
        m_first_ticket = ticket;
    }
    m_batch.add(message);
    m_fates.emplace_back();
    m_redeliveries.message_came();
    count(message);
}

void Forwarder::count(const Message& message)
{
    ++m_counts.received;
    m_counts.properties_cut += message.properties_cut;
    if (message.qos == 0) {
        ++m_counts.without_guarantee;
    } else {
        ++m_acknowledgeable;
        m_fresh_seen = m_fresh_seen || (!message.dup && !message.retain);
    }
    if (message.dup) {
        ++m_counts.redelivered;
    }
    if (message.retain) {
        ++m_counts.retained;
    }
}

void Forwarder::advance(EpochMs wall, Monotonic now)
{
    m_now = now;
    m_wall = wall;
    send_unsent(wall);
    settle_records();
    settle_dead_letters();
    m_gate.summarise(wall);
}

void Forwarder::send_unsent(EpochMs wall)
{
    const bool anything = m_sent < m_batch.size();
    while (m_sent < m_batch.size() && send_first(m_sent, wall)) {
        ++m_sent;
    }
    if (anything && m_flush_records) {
        static_cast<void>(m_records.flush(milliseconds{0}));
    }
    send_refused(wall);
    m_counts.replaced_timestamps = m_translator.replaced_timestamps();
}

bool Forwarder::send_first(std::size_t index, EpochMs wall)
{
    if (m_fates[index].judged) { // a sink was full
        return send(index, again(index, wall));
    }
    if (decodes()) {
        return send_decoded(index, wall);
    }
    if ((m_batch[index].dup || m_redeliveries.late()) && recognise(index, wall)) {
        ++m_counts.recognised;
        return confirm(index);
    }
    return send_judged(index, judge(index, wall), wall);
}

/// What is one of a flood is counted, and that is all.
bool Forwarder::send_judged(std::size_t index, const Translation& translation, EpochMs wall)
{
    const auto* const letter = std::get_if<DeadLetter>(&translation);
    if (letter != nullptr && !m_gate.admit(*letter, wall)) {
        return confirm(index);
    }
    return send(index, translation);
}

/// A message that Kafka has already is not judged: its device was counted when it came first.
bool Forwarder::recognise(std::size_t index, EpochMs wall)
{
    for (const auto& [digest, identified] : m_translator.known_by(m_batch[index], wall)) {
        const bool may_be = m_batch[index].dup || identified;
        if (may_be && m_redeliveries.recognise(digest)) {
            m_fates[index].digest = digest;
            m_fates[index].identified = identified;
            return true;
        }
    }
    return false;
}

Translation Forwarder::judge(std::size_t index, EpochMs wall)
{
    Translation translation = m_translator.translate(message(index), wall);
    Fate& fate = m_fates[index];
    fate.judged = true;
    const Reject* fault = nullptr;
    if (const auto* translated = std::get_if<Translated>(&translation)) {
        fate.digest = translated->digest;
        fate.identified = translated->identified;
        fault = translated->fault ? &*translated->fault : nullptr;
    } else {
        const auto* letter = std::get_if<DeadLetter>(&translation);
        fate.is_letter = letter != nullptr;
        fault = letter != nullptr ? &letter->reject : nullptr;
        const auto identity =
            fate.is_letter ? m_translator.identity(m_batch[index], wall) : std::nullopt;
        fate.identified = identity.has_value();
        fate.digest = identity ? *identity : m_translator.digest(m_batch[index]);
    }
    if (fault != nullptr) {
        fate.fault = std::make_unique<Reject>(*fault);
    }
    return translation;
}

/// What judge() gave, for another attempt to send it.
Translation Forwarder::again(std::size_t index, EpochMs wall)
{
    const Fate& fate = m_fates[index];
    if (fate.is_letter) {
        return m_translator.dead_letter(m_batch[index], *fate.fault, wall);
    }
    return m_translator.translate_again(message(index), wall, fate.fault.get());
}

/// With what it was decoded to, where it is.
Message Forwarder::message(std::size_t index) const
{
    Message message = m_batch[index];
    message.plain = m_fates[index].plain.get();
    return message;
}

bool Forwarder::confirm(std::size_t index)
{
    m_fates[index].plain.reset();
    return m_window.confirm(m_first_ticket + index);
}

bool Forwarder::send(std::size_t index, const Translation& translation)
{
    if (const auto* translated = std::get_if<Translated>(&translation)) {
        const bool taken = (!m_probing || m_at_records == 0) &&
                           m_records.send(translated->output, m_first_ticket + index);
        m_at_records += taken ? 1U : 0U;
        return taken;
    }
    if (std::holds_alternative<Dropped>(translation)) {
        ++m_counts.dropped;
        return confirm(index);
    }
    return send_dead_letter(index, std::get<DeadLetter>(translation));
}

void Forwarder::send_refused(EpochMs wall)
{
    while (!m_refused.empty() && resolve(m_refused.begin()->first, wall)) {
        m_refused.erase(m_refused.begin());
    }
    m_dead_letters.send_again([this, wall](Ticket ticket, const Reject& reject) {
        return m_translator.dead_letter(m_batch[m_window.index_of(ticket)], reject, wall);
    });
}

/// False: not now.
bool Forwarder::resolve(std::size_t index, EpochMs wall)
{
    const Refused& refused = m_refused.at(index);
    const bool too_large = refused.refusal == Refusal::too_large;
    const bool stuck = m_alone_refused_at && m_now - *m_alone_refused_at >= m_resolve.stuck_after;
    if (refused.alone && (too_large || stuck)) {
        const Reject reject{too_large ? Reason::too_long : Reason::refused_by_kafka, "",
                            "Kafka refused the record: " + refused.error};
        m_held_up.clear();
        return send_dead_letter(index, m_translator.dead_letter(m_batch[index], reject, wall));
    }
    if (m_at_records > 0 || (refused.alone && m_now < m_next_attempt) ||
        !send(index, again(index, wall))) {
        return false;
    }
    if (m_alone != index) {
        m_alone = index;
        m_alone_refused_at.reset();
    }
    m_next_attempt = m_now + kAttemptInterval;
    return true;
}

void Forwarder::refused(std::size_t index, std::string error, Refusal refusal)
{
    const bool alone = m_alone == index;
    if (alone && refusal == Refusal::of_the_record) {
        m_alone_refused_at = m_alone_refused_at.value_or(m_now);
        m_held_up = "Kafka refuses a record on its own: " + error;
    }
    m_refused[index] = {std::move(error), refusal, alone};
}

bool Forwarder::send_dead_letter(std::size_t index, const DeadLetter& letter)
{
    return m_dead_letters.send(letter, m_first_ticket + index);
}

void Forwarder::settle_records()
{
    m_deliveries.clear();
    m_records.collect(m_deliveries);
    for (Delivery& delivery : m_deliveries) {
        if (!m_window.contains(delivery.ticket)) {
            continue;
        }
        --m_at_records;
        const std::size_t index = m_window.index_of(delivery.ticket);
        if (delivery.delivered) {
            m_counts.forwarded += confirm(index) ? 1U : 0U;
            if (delivery.partition >= 0) {
                m_fates[index].place = {delivery.partition, delivery.offset};
            }
            if (m_alone == index) {
                m_held_up.clear();
            }
        } else if (const Refusal refusal = judge_refusal(delivery.error);
                   refusal != Refusal::no_fault_of_the_record) {
            refused(index, std::move(delivery.error), refusal);
        } else if (m_window.fail(delivery.ticket)) {
            m_failure = "a record was not written: " + delivery.error;
        }
        m_probing = failed();
    }
}

void Forwarder::settle_dead_letters()
{
    if (m_dead_letters.empty() && !m_gate.awaits()) {
        return;
    }
    m_dead_letters.collect(m_settled);
    for (const DeadLetterLane::Settled& settled : m_settled) {
        const std::size_t index = m_window.index_of(settled.ticket);
        if (settled.error.empty() && confirm(index)) {
            m_fates[index].place = settled.place;
            ++m_counts.dead_letters[settled.reason];
            m_counts.spilled += settled.spilled ? 1U : 0U;
        } else if (!settled.error.empty() && m_window.fail(settled.ticket)) {
            m_failure = "a dead letter was not written: " + settled.error;
        }
    }
}

void Forwarder::release()
{
    if (!m_window.releasable() || !m_window.clear()) {
        return;
    }
    m_counts.acknowledged += m_acknowledgeable;
    for (std::size_t i = 0; i < m_batch.size(); ++i) {
        if (m_batch[i].qos > 0) {
            const Fate& fate = m_fates[i];
            m_redeliveries.acknowledged(fate.identified ? std::optional{fate.digest} : std::nullopt,
                                        fate.place);
        }
    }
    if (m_fresh_seen && m_redeliveries.nothing_expected()) {
        m_unresolved.clear();
        m_unseen.clear();
        m_unidentified.clear();
    }
    forget_batch();
}

void Forwarder::forget_batch()
{
    m_batch.clear();
    m_fates.clear();
    m_dead_letters.clear();
    m_refused.clear();
    m_alone.reset();
    m_alone_refused_at.reset();
    m_held_up.clear();
    m_waits_for_schema = false;
    m_sent = 0;
    m_at_records = 0;
    m_acknowledgeable = 0;
    m_fresh_seen = false;
    m_acknowledgements_began = false;
}

void Forwarder::link_lost(bool acknowledgements_began)
{
    m_acknowledgements_began = m_acknowledgements_began || acknowledgements_began;
    for (; m_sent < m_batch.size(); ++m_sent) {
        static_cast<void>(m_window.fail(m_first_ticket + m_sent));
    }
}

void Forwarder::link_opened()
{
    m_translator.decoding().interrupted();
    m_redeliveries.connection_lost();
    for (std::size_t i = 0; i < m_batch.size(); ++i) {
        const bool certainly_comes_again = !m_acknowledgements_began;
        if (!m_window.confirmed(i) && m_fates[i].judged) {
            m_translator.undelivered(message(i), m_wall, m_fates[i].fault.get());
        }
        if (m_window.confirmed(i) && m_batch[i].qos > 0 &&
            (certainly_comes_again || m_fates[i].identified)) {
            m_redeliveries.expect(m_fates[i].digest);
            if (decodes() && !m_fates[i].identified) {
                m_unidentified.insert(m_fates[i].digest);
            }
        } else if (m_fates[i].plain) {
            m_unresolved[m_fates[i].digest] = std::move(m_fates[i].plain);
        }
    }
    if (m_batch.size() > 0) {
        m_gate.written_again();
    }
    static_cast<void>(m_window.clear());
    forget_batch();
    m_failure.clear();
}

void Forwarder::session_known(bool present)
{
    if (!present) {
        m_redeliveries.session_lost();
    }
}

} // namespace tlm::mqtt2kafka
