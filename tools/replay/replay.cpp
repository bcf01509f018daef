// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/replay.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

namespace tlm::replay {

namespace {

constexpr milliseconds kTurn{500}; // how long to wait for anything before looking around

} // namespace

Replay::Replay(MessageSource& source, MessageFilter& filter, Outlet& outlet, const Pace& pace,
               std::optional<std::uint64_t> count)
    : m_source(source), m_filter(filter), m_outlet(outlet), m_count(count)
{
    if (pace.any()) {
        m_pacer.emplace(pace);
    }
}

void Replay::run(const ops::Shutdown& shutdown)
{
    constexpr std::uint64_t kTurnEvery = 1024; // looking at a clock costs as much as a record
    if (m_count == 0) {                        // earlier runs have done it all
        m_ended = true;
        return;
    }
    while (!shutdown.requested() && !m_outlet.reader_gone() && step(shutdown)) {
        if (++m_steps % kTurnEvery == 0) {
            turn();
        }
    }
}

/// False when there is nothing more to do.
bool Replay::step(const ops::Shutdown& shutdown)
{
    if (!m_pending) {
        switch (m_source.next(m_message)) {
        case MessageSource::Next::finished:
            m_ended = true;
            return false;
        case MessageSource::Next::waiting:
            m_outlet.serve(milliseconds{0});
            m_source.check(std::chrono::steady_clock::now());
            wait(kTurn, m_source.wake_fd(), shutdown);
            return true;
        case MessageSource::Next::message:
            break;
        }
        if (!m_filter.takes(m_message)) {
            return true;
        }
        m_pending = true;
        m_due.reset();
    }
    if (m_pacer) {
        const auto now = std::chrono::steady_clock::now();
        if (!is_due(now)) {
            m_outlet.serve(milliseconds{0});
            wait(std::min(kTurn, milliseconds{poll_timeout(*m_due, now)}), -1, shutdown);
            return true;
        }
    }
    if (!m_outlet.write(m_message, m_source.place())) {
        m_outlet.serve(kTurn);
        turn();
        return true;
    }
    m_pending = false;
    ++m_written;
    m_time = m_message.timestamp;
    m_ended = m_written == m_count;
    return !m_ended;
}

bool Replay::is_due(Monotonic now)
{
    // A timer is that late anyway.
    constexpr std::chrono::microseconds kNearEnough{200};
    if (!m_due) {
        m_due = m_pacer->due(m_message.timestamp, now);
    }
    return *m_due <= now + kNearEnough;
}

void Replay::turn()
{
    const auto now = std::chrono::steady_clock::now();
    m_source.turn(now);
    if (on_turn) {
        on_turn(now);
    }
}

void Replay::wait(milliseconds most, int fd, const ops::Shutdown& shutdown)
{
    turn();
    std::array fds{pollfd{shutdown.fd(), POLLIN, 0}, pollfd{fd, POLLIN, 0}};
    static_cast<void>(::poll(fds.data(), fds.size(), poll_timeout(most)));
}

} // namespace tlm::replay
