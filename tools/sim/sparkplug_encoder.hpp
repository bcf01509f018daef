// SPDX-License-Identifier: Apache-2.0
// Devices that speak Sparkplug B, each an edge node of its own.
#pragma once

#include "common/formats/sparkplug_writer.hpp"
#include "tools/sim/encoder.hpp"
#include "tools/sim/signal.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tlm::sim {

/// The first message of a device is its NBIRTH, with names and aliases, those after it NDATA; after
/// restart() it is born again, with the next bdSeq. The id of a device is GROUP::EDGE, as the
/// bridge makes it; the topic is `spBv1.0/GROUP/NDATA/EDGE`.
class SparkplugEncoder final : public Encoder {
  public:
    /// `group` is what ids begin with, before the `::`.
    SparkplugEncoder(std::string group, const std::vector<Signal>& signals);

    [[nodiscard]] Encoded encode(const Reading& reading, const Distortion& distortion,
                                 std::uint64_t pad_key) override;

    void restart(std::uint32_t device) override;

  private:
    /// The connection of a device.
    struct Session {
        std::uint64_t first_seq = 0; ///< of the device, at its birth
        std::uint64_t births = 0;    ///< bdSeq counts them from 0
        bool born = false;
    };

    struct Member {
        std::size_t signal;
        std::vector<std::string> labels;
    };

    [[nodiscard]] Session& session_of(std::uint32_t device);

    std::string m_group;
    std::vector<Member> m_members;
    formats::SparkplugWriter m_writer;
    std::vector<Session> m_sessions; ///< by device
    std::vector<formats::SparkplugMetricValue> m_values;
    std::string m_bytes;
    std::string m_topic;
};

} // namespace tlm::sim
