// SPDX-License-Identifier: Apache-2.0
// A deadline that the kernel keeps, even for a process that is stopped.
#pragma once

#include "common/base/time.hpp"

namespace tlm::ops {

/// Ends the process with SIGKILL when it was not armed again in time. Whoever holds something that
/// others take after a while may be frozen past that moment (SIGSTOP, a debugger, a virtual machine
/// that was paused) and would go on where it was: no check in its own code comes before that. The
/// kernel's timer does, and SIGKILL reaches a stopped process too. It counts suspended time
/// (CLOCK_BOOTTIME). Any thread may arm(), one at a time.
class DeadManSwitch {
  public:
    /// Throws Error fatal when the kernel has no timer for us.
    DeadManSwitch();
    ~DeadManSwitch(); ///< as disarm()
    DeadManSwitch(const DeadManSwitch&) = delete;
    DeadManSwitch& operator=(const DeadManSwitch&) = delete;

    /// The process dies `left` from now, unless it is armed again; at once when nothing is left.
    void arm(milliseconds left) noexcept;

    void disarm() noexcept;

  private:
    void* m_timer = nullptr; ///< the kernel's timer_t; null is one too
};

} // namespace tlm::ops
