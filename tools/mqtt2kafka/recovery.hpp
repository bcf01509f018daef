// SPDX-License-Identifier: Apache-2.0
// After a crash: what Kafka has and the broker may send again.
#pragma once

#include "common/kafka/offset_store.hpp"
#include "common/record/record.hpp"
#include "tools/mqtt2kafka/bridge.hpp"
#include "tools/mqtt2kafka/settings.hpp"

#include <cstddef>

namespace tlm::ops {
class Shutdown;
}

namespace tlm::mqtt2kafka {

/// Keeps the marks of Redeliveries at Kafka, under a name made of the bridge's id, and reads the
/// topic from them on at the start. A second crash meanwhile changes nothing: the marks stand until
/// the broker has proved more. Used by one thread.
class Recovery final : public MarkKeeper {
  public:
    /// Both must outlive this object. Throws Error usage on wrong properties of Kafka.
    Recovery(const Settings& settings, Forwarder& forwarder);

    /// Tells the forwarder what the topic holds beyond the marks. Bounded: without a mark only the
    /// last records of a partition are read, and of a tail that never ends only the beginning; what
    /// is not read may be forwarded twice, nothing is lost. Waits for Kafka; false when a stop was
    /// requested first. Throws Error usage when Kafka does not let us.
    [[nodiscard]] bool run(Monitor& monitor, ops::Shutdown& shutdown);

    void keep(const Marks& marks) override { m_store.store(marks); }

    /// Waits for a moment until the last marks are kept.
    void close();

  private:
    [[nodiscard]] Marks load(Monitor& monitor, ops::Shutdown& shutdown);
    [[nodiscard]] bool read_tail(const Marks& marks, Monitor& monitor, ops::Shutdown& shutdown);

    const Settings& m_settings;
    Forwarder& m_forwarder;
    kafka::OffsetStore m_store;
    RecordReader m_reader;
};

} // namespace tlm::mqtt2kafka
