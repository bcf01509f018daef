// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/dead_letter_lane.hpp"

#include "tools/mqtt2kafka/refusal.hpp"

#include <utility>
#include <variant>

namespace tlm::mqtt2kafka {

bool DeadLetterLane::send(const DeadLetter& letter, Ticket ticket)
{
    if (!m_sink.send(letter, ticket)) {
        return false;
    }
    m_letters.emplace(ticket, Letter{letter.reject});
    ++m_at_sink;
    return true;
}

void DeadLetterLane::send_again(const Remake& remake)
{
    for (auto it = m_letters.begin(); it != m_letters.end();) {
        auto& [ticket, letter] = *it;
        if (letter.at_sink) {
            ++it;
            continue;
        }
        if (m_at_sink > 0) {
            return;
        }
        if (send_in_form(ticket, letter, remake)) {
            return;
        }
        if (letter.error.empty()) { // the sink is full
            return;
        }
        m_failed.push_back({ticket, letter.reject.reason, false, letter.error});
        it = m_letters.erase(it);
    }
}

/// False with an error in the letter when it cannot be kept, without one when the sink is full.
bool DeadLetterLane::send_in_form(Ticket ticket, Letter& letter, const Remake& remake)
{
    DeadLetter remade = remake(ticket, letter.reject);
    if (letter.form >= Form::beginning && !letter.spilled && !spill(letter, remade.payload)) {
        return false;
    }
    letter.error.clear();
    if (letter.spilled) {
        remade.spilled = letter.spilled;
        remade.payload = remade.payload.substr(0, letter.form == Form::beginning ? kBeginning : 0);
    }
    if (!m_sink.send(remade, ticket)) {
        return false;
    }
    letter.at_sink = true;
    ++m_at_sink;
    return true;
}

bool DeadLetterLane::spill(Letter& letter, std::string_view payload)
{
    if (m_spill == nullptr) {
        letter.error += "; --spill-dir would keep its payload in a file";
        return false;
    }
    auto stored = m_spill->store(payload);
    if (auto* const error = std::get_if<std::string>(&stored)) {
        letter.error = std::move(*error);
        return false;
    }
    letter.spilled = std::move(std::get<Spilled>(stored));
    return true;
}

void DeadLetterLane::collect(std::vector<Settled>& settled)
{
    settled = std::exchange(m_failed, {});
    if (m_letters.empty() && !m_gate.awaits()) {
        return;
    }
    if (m_sink.form() == DeadLetters::Form::line) {
        static_cast<void>(m_sink.flush(milliseconds{0}));
    }
    m_deliveries.clear();
    m_sink.collect(m_deliveries);
    for (const Delivery& delivery : m_deliveries) {
        const auto at = m_letters.find(delivery.ticket);
        if (m_gate.take(delivery) || at == m_letters.end()) {
            continue; // a summary, or of a window before
        }
        --m_at_sink;
        if (delivery.delivered) {
            const Letter& letter = at->second;
            settled.push_back(
                {delivery.ticket, letter.reject.reason, letter.spilled.has_value(), {}});
            if (delivery.partition >= 0) {
                settled.back().place =
                    Place{delivery.partition, delivery.offset, Place::Topic::dead_letters};
            }
            m_letters.erase(at);
        } else {
            refused(at, delivery.error, settled);
        }
    }
}

void DeadLetterLane::refused(Letters::iterator at, const std::string& error,
                             std::vector<Settled>& settled)
{
    auto& [ticket, letter] = *at;
    if (judge_refusal(error) != Refusal::too_large || letter.form == Form::nothing) {
        settled.push_back({ticket, letter.reject.reason, false, error});
        m_letters.erase(at);
        return;
    }
    letter.at_sink = false;
    letter.error = error;
    letter.form = static_cast<Form>(static_cast<int>(letter.form) + 1);
}

void DeadLetterLane::clear()
{
    m_letters.clear();
    m_failed.clear();
    m_at_sink = 0;
}

} // namespace tlm::mqtt2kafka
