// SPDX-License-Identifier: Apache-2.0
// Whether this process is ready and still makes progress.
#pragma once

#include "common/base/time.hpp"

#include <atomic>
#include <mutex>
#include <string>

namespace tlm::ops {

/// What /healthz, /readyz and the systemd watchdog answer from. Any thread.
///
/// Alive means: progress() was called within the watchdog interval. Call it from the pipeline
/// when an acknowledgement arrives or when there is nothing to do, not from a timer: a timer proves
/// only that the timer runs.
class Health {
  public:
    /// `watchdog` zero: always alive. `start` counts as progress.
    explicit Health(milliseconds watchdog, Monotonic start = std::chrono::steady_clock::now());

    void set_ready(bool ready) noexcept { m_ready.store(ready, std::memory_order_release); }

    [[nodiscard]] bool ready() const noexcept { return m_ready.load(std::memory_order_acquire); }

    void progress(Monotonic now) noexcept;

    [[nodiscard]] bool alive(Monotonic now) const noexcept;

    [[nodiscard]] milliseconds watchdog() const noexcept { return m_watchdog; }

    /// One line for people, shown by both paths: `subscribed; lag 12`.
    void set_detail(std::string detail);

    [[nodiscard]] std::string detail() const;

  private:
    milliseconds m_watchdog;
    std::atomic<bool> m_ready{false};
    std::atomic<Monotonic::rep> m_progress;
    mutable std::mutex m_mutex; ///< of m_detail
    std::string m_detail;
};

} // namespace tlm::ops
