// SPDX-License-Identifier: Apache-2.0
// Devices that speak Sparkplug B, each an edge node of its own, or the only one behind its node.
#pragma once

#include "common/formats/sparkplug_writer.hpp"
#include "tools/sim/encoder.hpp"
#include "tools/sim/signal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// The first message of a device is its NBIRTH, with names and aliases, those after it NDATA, whose
/// seq counts what was said; an introduction is an NBIRTH with the values of the last reading. The
/// id of a device is GROUP::EDGE, as the bridge makes it; the topic is `spBv1.0/GROUP/NDATA/EDGE`.
///
/// A device behind its node is GROUP::EDGE::DEVICE. Its node introduces itself by an NBIRTH without
/// metrics, with a DBIRTH behind it once there is a reading; then comes DDATA. When the device
/// falls silent its node says DDEATH.
class SparkplugEncoder final : public Encoder {
  public:
    enum class Level : std::uint8_t { node, device };

    /// `group` is what ids begin with, before the `::`.
    SparkplugEncoder(std::string group, Level level, const std::vector<Signal>& signals);

    [[nodiscard]] Encoded encode(const Reading& reading, const Distortion& distortion,
                                 std::uint64_t pad_key) override;

    [[nodiscard]] std::optional<Introduction>
    introduce(const Reading& device, std::uint8_t connection, unsigned part) override;

  private:
    /// What a device is in the midst of.
    struct Session {
        std::uint64_t reading = 0; ///< seq of the last one
        std::uint8_t bd_seq = 0;   ///< the connection
        std::uint8_t next_seq = 0; ///< of the payload
        bool measured = false;     ///< there is a reading
        bool silent = false;       ///< at its last reading
        bool born = false;
    };

    struct Member {
        std::size_t signal;
        std::vector<std::string> labels;
    };

    [[nodiscard]] Session& session_of(std::uint32_t device);
    void remember(const Reading& reading);
    void recall(std::uint32_t device);
    [[nodiscard]] Encoded be_born(const Reading& reading, EpochMs ts);
    [[nodiscard]] Encoded fall_silent(const Reading& reading, EpochMs ts);
    [[nodiscard]] Encoded addressed(Level level, std::string_view type, std::string_view device_id);

    std::string m_group;
    Level m_level;
    std::vector<Member> m_members;
    formats::SparkplugWriter m_writer;
    std::vector<Session> m_sessions; ///< by device
    std::vector<double> m_last;      ///< values of the last reading, of each member, by device
    std::vector<formats::SparkplugMetricValue> m_values;
    std::string m_bytes;
    std::string m_topic;
};

} // namespace tlm::sim
