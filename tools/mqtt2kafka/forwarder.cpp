// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/forwarder.hpp"

#include <utility>

namespace tlm::mqtt2kafka {
namespace {

/// The sink's error when Kafka will not take a record of this size, ever.
constexpr std::string_view kTooLarge = "MSG_SIZE_TOO_LARGE";

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
                     DeadLetters& dead_letters, bool flush_records)
    : m_translator(std::move(options)),
      m_records(records),
      m_dead_letters(dead_letters),
      m_flush_records(flush_records),
      m_window(bound)
{}

void Forwarder::take(const Message& message, Monotonic now)
{
    const Ticket ticket = m_window.open(size_of(message), now);
    if (m_batch.size() == 0) {
        m_first_ticket = ticket;
    }
    m_batch.add(message);
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
        m_fresh_seen = m_fresh_seen || !message.dup;
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
    while (m_sent < m_batch.size() && send(m_sent, wall)) {
        ++m_sent;
    }
    if (anything && m_flush_records) {
        static_cast<void>(m_records.flush(milliseconds{0}));
    }
    send_refused(wall);
    m_counts.replaced_timestamps = m_translator.replaced_timestamps();
}

bool Forwarder::send(std::size_t index, EpochMs wall)
{
    const Message message = m_batch[index];
    const Ticket ticket = m_first_ticket + index;
    if (m_known_safe.take(message)) {
        ++m_counts.recognised;
        return m_window.confirm(ticket);
    }
    const Translation translation = m_translator.translate(message, wall);
    if (const auto* output = std::get_if<Output>(&translation)) {
        const bool taken = m_records.send(*output, ticket);
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
            if (m_at_records > 0 || !send(index, wall)) {
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
    // Redeliveries come before anything new: what was not sent again by now never will be.
    if (m_fresh_seen) {
        m_known_safe.clear();
    }
    forget_batch();
}

void Forwarder::forget_batch()
{
    m_batch.clear();
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
    for (std::size_t i = 0; i < m_batch.size() && !m_acknowledgements_began; ++i) {
        if (m_window.confirmed(i) && m_batch[i].qos > 0) {
            m_known_safe.remember(m_batch[i]);
        }
    }
    static_cast<void>(m_window.clear());
    forget_batch();
    m_failure.clear();
}

void Forwarder::session_known(bool present)
{
    if (!present) {
        m_known_safe.clear();
    }
}

} // namespace tlm::mqtt2kafka
