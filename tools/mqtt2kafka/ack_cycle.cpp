// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/ack_cycle.hpp"

#include <algorithm>

namespace tlm::mqtt2kafka {

Step AckCycle::next(const Observed& seen)
{
    switch (m_state) {
    case State::offline:
        return offline(seen);
    case State::reading:
        return reading(seen);
    case State::confirming:
        return confirming(seen);
    case State::releasing:
        return releasing(seen);
    }
    return {};
}

void AckCycle::read_done(Monotonic began, Monotonic now, std::size_t messages, bool full)
{
    m_next_read = full ? began : began + m_options.tick;
    if (messages > 0) {
        m_state = State::confirming;
        m_confirming_since = now;
        m_next_collect = now;
    }
}

void AckCycle::link_lost(Monotonic now, double unit)
{
    // A connection that held for long is no part of a series of failures.
    if (m_state != State::offline && now - m_connected_at >= m_options.reconnect_limit) {
        m_backoff.reset();
    }
    m_state = State::offline;
    m_retry_at = now + m_backoff.next(unit);
}

void AckCycle::left(Monotonic now) noexcept
{
    m_state = State::offline;
    m_retry_at = now;
}

/// What was sent before the connection went must be resolved first: it would be sent again, and
/// with Kafka away every new connection would add another window to the memory in use.
Step AckCycle::offline(const Observed& seen)
{
    if (seen.unconfirmed > 0) {
        if (seen.stopping && seen.now >= seen.deadline) {
            return {Action::give_up};
        }
        return collect(seen, m_options.away_interval);
    }
    if (seen.stopping) {
        return {Action::finish};
    }
    if (seen.now < m_retry_at) {
        return {Action::wait, m_retry_at};
    }
    m_state = State::reading;
    m_parked = false;
    m_connected_at = seen.now;
    m_next_read = seen.now;
    m_next_keep_alive = seen.now + m_options.keep_alive_interval;
    m_next_proof = seen.now + m_options.proof_interval;
    return {Action::connect};
}

Step AckCycle::reading(const Observed& seen)
{
    if (seen.stopping) {
        return {Action::close};
    }
    if (seen.now >= m_next_keep_alive) {
        m_next_keep_alive = seen.now + m_options.keep_alive_interval;
        return {Action::keep_alive};
    }
    if (seen.wants_write) {
        return write(seen, m_next_keep_alive);
    }
    if (seen.provable && seen.now >= m_next_proof) {
        m_next_proof = seen.now + m_options.proof_interval;
        return {Action::prove};
    }
    const Monotonic until =
        seen.provable ? std::min(m_next_keep_alive, m_next_proof) : m_next_keep_alive;
    if (seen.now < m_next_read) {
        return {Action::wait, std::min(m_next_read, until)};
    }
    if (!seen.readable) {
        return {Action::wait, until, true};
    }
    return {Action::read};
}

Step AckCycle::confirming(const Observed& seen)
{
    if (seen.failed) {
        m_state = State::offline;
        return {Action::abandon};
    }
    if (seen.unconfirmed == 0) {
        m_state = State::releasing;
        m_releasing_since = seen.now;
        return releasing(seen);
    }
    if (seen.stopping && seen.now >= seen.deadline) {
        return {Action::give_up};
    }
    // A stop has a deadline of its own, and what is confirmed before it can still be acknowledged.
    if (!seen.stopping && seen.now - m_confirming_since >= m_options.park_after) {
        m_state = State::offline;
        m_parked = true;
        return {Action::abandon};
    }
    return collect(seen, m_options.collect_interval);
}

Step AckCycle::releasing(const Observed& seen)
{
    if (seen.wants_write) {
        // A broker that reads nothing for so long is gone; what it did not read it sends again.
        if (seen.now - m_releasing_since >= m_options.park_after ||
            (seen.stopping && seen.now >= seen.deadline)) {
            m_state = State::offline;
            return {Action::abandon};
        }
        return write(seen, seen.now + m_options.keep_alive_interval);
    }
    m_state = State::reading;
    m_backoff.reset();
    return {Action::release};
}

Step AckCycle::collect(const Observed& seen, milliseconds interval)
{
    if (seen.now < m_next_collect) {
        return {Action::wait, m_next_collect};
    }
    m_next_collect = seen.now + interval;
    return {Action::collect};
}

Step AckCycle::write(const Observed& seen, Monotonic until)
{
    if (seen.writable) {
        return {Action::write};
    }
    return {Action::wait, until, false, true};
}

} // namespace tlm::mqtt2kafka
