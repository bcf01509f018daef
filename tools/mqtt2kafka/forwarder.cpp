// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/forwarder.hpp"

#include <utility>

namespace tlm::mqtt2kafka {
namespace {

/// The sink's error when Kafka will not take a record of this size, ever.
constexpr std::string_view kTooLarge = "MSG_SIZE_TOO_LARGE";

} // namespace

Forwarder::Forwarder(TranslateOptions options, AckWindow::Bound bound, Sink& records,
                     DeadLetters& dead_letters, bool flush_records)
    : m_translator(std::move(options)),
      m_records(records),
      m_dead_letters(dead_letters),
      m_flush_records(flush_records),
      m_window(bound)
{}

void Forwarder::take(const Message& message, Monotonic now)
{
    const Ticket ticket = m_window.open(message.topic.size() + message.payload.size(), now);
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

void Forwarder::advance(EpochMs wall)
{
    send_unsent(wall);
    settle_records();
    if (!m_dead.empty()) {
        settle_dead_letters();
    }
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
    const Message message = m_batch[index];
    const Translation translation = m_translator.translate(message, wall);
    Fate& fate = m_fates[index];
    if (const auto* translated = std::get_if<Translated>(&translation)) {
        fate.digest = translated->digest;
        fate.identified = translated->identified;
    } else {
        fate.digest = m_translator.digest(message);
    }
    if (message.dup && m_redeliveries.recognise(fate.digest)) {
        ++m_counts.recognised;
        return m_window.confirm(m_first_ticket + index);
    }
    return send(index, translation);
}

bool Forwarder::send(std::size_t index, const Translation& translation)
{
    if (const auto* translated = std::get_if<Translated>(&translation)) {
        const bool taken = m_records.send(translated->output, m_first_ticket + index);
        m_at_records += taken ? 1U : 0U;
        return taken;
    }
    return send_dead_letter(index, std::get<DeadLetter>(translation));
}

void Forwarder::send_refused(EpochMs wall)
{
    for (auto it = m_refused.begin(); it != m_refused.end();) {
        const auto& [index, refused] = *it;
        if (refused.alone) {
            const Reject reject{Reason::too_long, "", "Kafka refused the record: " + refused.error};
            if (!send_dead_letter(index, m_translator.dead_letter(m_batch[index], reject, wall))) {
                return;
            }
        } else {
            if (m_at_records > 0 || !send(index, m_translator.translate(m_batch[index], wall))) {
                return;
            }
            m_alone = index;
        }
        it = m_refused.erase(it);
    }
}

bool Forwarder::send_dead_letter(std::size_t index, const DeadLetter& letter)
{
    if (!m_dead_letters.send(letter, m_first_ticket + index)) {
        return false;
    }
    m_dead.emplace(index, letter.reject.reason);
    return true;
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
            m_counts.forwarded += m_window.confirm(delivery.ticket) ? 1U : 0U;
            if (delivery.partition >= 0) {
                m_fates[index].place = {delivery.partition, delivery.offset};
            }
        } else if (delivery.error.starts_with(kTooLarge)) {
            m_refused[index] = {std::move(delivery.error), m_alone == index};
        } else if (m_window.fail(delivery.ticket)) {
            m_failure = "a record was not written: " + delivery.error;
        }
    }
}

void Forwarder::settle_dead_letters()
{
    if (m_dead_letters.form() == DeadLetters::Form::line) {
        static_cast<void>(m_dead_letters.flush(milliseconds{0}));
    }
    m_deliveries.clear();
    m_dead_letters.collect(m_deliveries);
    for (const Delivery& delivery : m_deliveries) {
        if (delivery.delivered && m_window.confirm(delivery.ticket)) {
            const auto dead = m_dead.find(m_window.index_of(delivery.ticket));
            ++m_counts.dead_letters[dead->second];
            m_dead.erase(dead);
        } else if (!delivery.delivered && m_window.fail(delivery.ticket)) {
            m_failure = "a dead letter was not written: " + delivery.error;
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
    if (m_fresh_seen) {
        m_redeliveries.nothing_expected();
    }
    forget_batch();
}

void Forwarder::forget_batch()
{
    m_batch.clear();
    m_fates.clear();
    m_dead.clear();
    m_refused.clear();
    m_alone.reset();
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
    m_redeliveries.connection_lost();
    for (std::size_t i = 0; i < m_batch.size(); ++i) {
        const bool certainly_comes_again = !m_acknowledgements_began;
        if (m_window.confirmed(i) && m_batch[i].qos > 0 &&
            (certainly_comes_again || m_fates[i].identified)) {
            m_redeliveries.expect(m_fates[i].digest);
        }
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

void Forwarder::expect(const Record& record)
{
    if (const auto digest = m_translator.digest(record)) {
        m_redeliveries.expect(*digest);
    }
}

} // namespace tlm::mqtt2kafka
