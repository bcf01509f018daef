// SPDX-License-Identifier: Apache-2.0
// After a crash: what Kafka has and the broker may send again.
#pragma once

#include "common/kafka/kafka_source.hpp"
#include "common/kafka/offset_store.hpp"
#include "common/record/record.hpp"
#include "tools/mqtt2kafka/bridge.hpp"
#include "tools/mqtt2kafka/settings.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

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

    /// Tells the forwarder what the topics of records and of dead letters hold beyond the marks.
    /// Bounded: without a mark only the last records of a partition are read, of a tail that never
    /// ends only the beginning, and of dead letters, which others write as well, only the last;
    /// what is not read may be forwarded twice, nothing is lost. Waits for Kafka; false when a stop
    /// was requested first. Throws Error usage when Kafka does not let us; dead letters are then
    /// left out.
    [[nodiscard]] bool run(Monitor& monitor, ops::Shutdown& shutdown);

    void keep(const Marks& marks) override;

    /// Waits for a moment until the last marks are kept.
    void close();

  private:
    /// What happens with each input of a batch.
    using Take = std::function<void(const kafka::KafkaSource&, std::size_t, const Input&)>;

    template <typename Answer>
    [[nodiscard]] static Answer ask(const std::function<Answer()>& question, Monitor& monitor,
                                    ops::Shutdown& shutdown);
    /// How far the topic was read; none when a stop was requested first.
    [[nodiscard]] std::optional<Offsets> read_tail(const std::string& topic, const Offsets& marks,
                                                   const Take& take, Monitor& monitor,
                                                   ops::Shutdown& shutdown);
    [[nodiscard]] std::optional<Offsets> read_records(Monitor& monitor, ops::Shutdown& shutdown);
    [[nodiscard]] std::optional<Offsets> read_dead_letters(Monitor& monitor,
                                                           ops::Shutdown& shutdown);
    [[nodiscard]] std::optional<Offsets> newest_dead_letters(ops::Shutdown& shutdown);

    const Settings& m_settings;
    Forwarder& m_forwarder;
    kafka::OffsetStore m_records;
    std::optional<kafka::OffsetStore> m_dead_letters; ///< none: they are not recognised
    RecordReader m_reader;
    std::vector<Header> m_headers;
};

} // namespace tlm::mqtt2kafka
