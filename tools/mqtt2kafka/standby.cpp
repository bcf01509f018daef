// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/standby.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/ops/log.hpp"
#include "common/ops/random.hpp"
#include "common/ops/signals.hpp"

#include <fmt/format.h>

#include <chrono>

namespace tlm::mqtt2kafka {
namespace {

using std::chrono::steady_clock;

constexpr milliseconds kSlice{50};
/// How often a holder hears what the group says; the heartbeats go on by themselves.
constexpr milliseconds kServeInterval{100};
constexpr milliseconds kClose = std::chrono::seconds{3};
/// Two that see the lease free at once disturb each other: they look at different times.
constexpr milliseconds kLookInterval{400};
constexpr double kLookSpread = 200;

kafka::LeaseOptions lease_of(const Settings& settings)
{
    kafka::LeaseOptions options;
    options.properties = kafka::Properties{settings.kafka};
    options.topic = settings.lease;
    options.group = "mqtt2kafka." + settings.subscriber.client_id + ".lease";
    return options;
}

LeaseCycleOptions cycle_of(const kafka::Lease& lease)
{
    LeaseCycleOptions options;
    options.time = lease.time();
    options.look_interval =
        kLookInterval + milliseconds{static_cast<int>(kLookSpread * ops::Jitter{}.next())};
    return options;
}

} // namespace

Standby::Standby(const Settings& settings)
    : m_name(settings.subscriber.client_id), m_lease(lease_of(settings)), m_cycle(cycle_of(m_lease))
{}

LeaseAction Standby::step(const kafka::LeaseState& state, Monotonic now)
{
    return m_cycle.next(
        {now, state.members, state.given, state.recalled, state.lapsed, state.renewed});
}

bool Standby::wait(Monitor& monitor, ops::Shutdown& shutdown)
{
    log::info("waiting for the lease of '{}'", m_name);
    while (!shutdown.requested()) {
        // An answer is acted on at once: meanwhile another may see the lease free as well.
        const kafka::LeaseState state = m_lease.serve(kSlice);
        const Monotonic now = steady_clock::now();
        monitor.standby(now);
        switch (step(state, now)) {
        case LeaseAction::look:
            m_lease.look();
            break;
        case LeaseAction::join:
            log::info("nobody holds the lease of '{}': asking for it", m_name);
            m_lease.join();
            break;
        case LeaseAction::hold:
            log::info("the lease of '{}' is ours", m_name);
            return true;
        case LeaseAction::wait:
            break;
        case LeaseAction::yield: // given and taken in one breath
            close();
            fail();
        case LeaseAction::lose:
            fail();
        }
    }
    close();
    return false;
}

bool Standby::hold(Monotonic now)
{
    const bool due = now >= m_next_serve;
    if (due) {
        m_next_serve = now + kServeInterval;
    }
    switch (step(due ? m_lease.serve(milliseconds{0}) : m_lease.state(), now)) {
    case LeaseAction::hold:
        return true;
    case LeaseAction::yield:
        return false;
    default:
        fail();
    }
}

void Standby::fail() const
{
    throw fatal_error(fmt::format(
        "the lease of '{}' is lost, or Kafka has not renewed it for too long ({}): nothing more is "
        "acknowledged, another may work",
        m_name, format_duration(m_lease.time())));
}

void Standby::close()
{
    if (!m_lease.close(kClose)) {
        log::warn("Kafka has not taken back the lease of '{}': the next one waits for up to {}",
                  m_name, format_duration(m_lease.time()));
    }
}

} // namespace tlm::mqtt2kafka
