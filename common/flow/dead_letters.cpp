// SPDX-License-Identifier: Apache-2.0
#include "common/flow/dead_letters.hpp"

namespace tlm {

bool DeadLetters::send(const DeadLetter& letter, Ticket ticket)
{
    if (m_form == Form::line) {
        m_line.clear();
        append_dead_letter(m_line, letter);
        return m_sink->send({.value = m_line, .key = letter.key}, ticket);
    }
    const auto headers = dead_letter_headers(letter);
    return m_sink->send({.value = letter.payload, .key = letter.key, .headers = headers}, ticket);
}

} // namespace tlm
