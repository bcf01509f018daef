// SPDX-License-Identifier: Apache-2.0
#include "common/ops/dead_man_switch.hpp"

#include "common/base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace tlm::ops {
namespace {

void set(timer_t timer, milliseconds left) noexcept
{
    using std::chrono::nanoseconds;
    using std::chrono::seconds;
    const auto whole = std::chrono::duration_cast<seconds>(left);
    itimerspec spec{};
    spec.it_value.tv_sec = whole.count();
    spec.it_value.tv_nsec = nanoseconds{left - whole}.count();
    ::timer_settime(timer, 0, &spec, nullptr); // fails on nothing but a wrong timer
}

} // namespace

DeadManSwitch::DeadManSwitch()
{
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGKILL;
    timer_t timer{};
    if (::timer_create(CLOCK_BOOTTIME, &event, &timer) != 0) {
        throw fatal_error("no timer: " + errno_text(errno));
    }
    m_timer = timer;
}

DeadManSwitch::~DeadManSwitch()
{
    ::timer_delete(m_timer);
}

void DeadManSwitch::arm(milliseconds left) noexcept
{
    set(m_timer, std::max(left, milliseconds{1})); // 0 would disarm it
}

void DeadManSwitch::disarm() noexcept
{
    set(m_timer, milliseconds{0});
}

} // namespace tlm::ops
