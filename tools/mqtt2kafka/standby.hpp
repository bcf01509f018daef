// SPDX-License-Identifier: Apache-2.0
// One of several bridges with one id at a time: the others wait for its lease.
#pragma once

#include "common/base/time.hpp"
#include "common/kafka/lease.hpp"
#include "tools/mqtt2kafka/lease_cycle.hpp"
#include "tools/mqtt2kafka/monitor.hpp"
#include "tools/mqtt2kafka/settings.hpp"

#include <string>

namespace tlm::ops {
class Shutdown;
}

namespace tlm::mqtt2kafka {

/// Waits for the lease of the bridge's id, and watches over it. Used by one thread.
class Standby {
  public:
    /// Throws Error usage on wrong properties of Kafka.
    explicit Standby(const Settings& settings);

    /// Until the lease is ours; false when a stop was requested first.
    [[nodiscard]] bool wait(Monitor& monitor, ops::Shutdown& shutdown);

    /// To be asked before anything is done with the lease. False: it is wanted back, finish and
    /// close(). Throws Error fatal when it is lost: only a new process can wait for it again, for
    /// this one may have records on their way to Kafka that the next holder writes as well.
    [[nodiscard]] bool hold(Monotonic now);

    /// Gives it back at once; the MQTT connection must be closed.
    void close();

  private:
    [[nodiscard]] LeaseAction step(const kafka::LeaseState& state, Monotonic now);

    [[noreturn]] void fail() const;

    std::string m_name; ///< whose lease
    kafka::Lease m_lease;
    LeaseCycle m_cycle;
    Monotonic m_next_serve;
};

} // namespace tlm::mqtt2kafka
