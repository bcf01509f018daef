// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/check/trial_reader.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/ops/signals.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace tlm::mqtt2kafka::check {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kAnswer = seconds{10};

[[noreturn]] void no_answer()
{
    throw transient_error("the broker does not answer");
}

} // namespace

TrialReader::TrialReader(mqtt::SubscriberOptions options, std::size_t messages,
                         ops::Shutdown& shutdown)
    : m_subscriber(std::move(options), *this), m_shutdown(shutdown), m_seen(messages)
{}

bool TrialReader::on_message(const mqtt::Message& message)
{
    m_longest = std::max(m_longest, message.payload.size());
    const auto number = parse_unsigned(message.payload);
    if (number && *number < m_seen.size() && !m_seen[*number]) {
        m_seen[*number] = true;
        m_numbers.push_back(*number);
    }
    return true;
}

bool TrialReader::wait(Monotonic until)
{
    const auto now = steady_clock::now();
    const short wanted =
        m_subscriber.wants_write() && !m_subscriber.session_present() ? POLLIN | POLLOUT : POLLIN;
    std::array<pollfd, 2> waiting{pollfd{m_subscriber.fd(), wanted, 0},
                                  pollfd{m_shutdown.fd(), POLLIN, 0}};
    const int ready = ::poll(waiting.data(), waiting.size(), poll_timeout(until, now));
    if (waiting[1].revents != 0) {
        throw transient_error("stopped on request");
    }
    return ready > 0;
}

void TrialReader::write_all()
{
    const auto end = steady_clock::now() + kAnswer;
    while (m_subscriber.wants_write()) {
        m_subscriber.write();
        pollfd writable{m_subscriber.fd(), POLLOUT, 0};
        if (steady_clock::now() >= end) {
            no_answer();
        }
        if (m_subscriber.wants_write()) {
            static_cast<void>(::poll(&writable, 1, poll_timeout(end, steady_clock::now())));
        }
    }
}

bool TrialReader::connect()
{
    std::fill(m_seen.begin(), m_seen.end(), false);
    m_numbers.clear();
    m_longest = 0;
    m_subscriber.connect();
    const auto end = steady_clock::now() + kAnswer;
    while (!m_subscriber.session_present()) {
        if (steady_clock::now() >= end || !wait(end)) {
            no_answer();
        }
        m_subscriber.read();
        if (m_subscriber.wants_write() && !m_subscriber.session_present()) {
            m_subscriber.write();
        }
    }
    return *m_subscriber.session_present();
}

void TrialReader::subscribe()
{
    write_all();
    const auto end = steady_clock::now() + kAnswer;
    while (!m_subscriber.subscribed()) {
        if (!wait(end)) {
            no_answer();
        }
        m_subscriber.read();
    }
}

void TrialReader::read_without_acknowledging(const Done& done, milliseconds quiet)
{
    const auto end = steady_clock::now() + kAnswer;
    while (!done() && steady_clock::now() < end && wait(steady_clock::now() + quiet)) {
        m_subscriber.read();
    }
}

void TrialReader::read(const Done& done, milliseconds quiet)
{
    const auto end = steady_clock::now() + kAnswer;
    write_all();
    while (!done() && steady_clock::now() < end && wait(steady_clock::now() + quiet)) {
        m_subscriber.read();
        write_all();
    }
}

void TrialReader::close()
{
    static_cast<void>(m_subscriber.close(kAnswer));
}

} // namespace tlm::mqtt2kafka::check
