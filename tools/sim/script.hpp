// SPDX-License-Identifier: Apache-2.0
// The messages of a run, one after another: made by models or taken from recordings.
#pragma once

#include "tools/sim/pacer.hpp"
#include "tools/sim/payload.hpp"
#include "tools/sim/recording.hpp"
#include "tools/sim/signal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// One message; its views live until the next take().
struct Message {
    std::string_view device_id;
    EpochMs ts = 0;
    std::int64_t boot = 0;
    std::uint64_t seq = 0;
    std::string_view payload;
    std::uint32_t device = 0; ///< its index in the fleet
    nanoseconds intended{0};  ///< when it is due, since the start of the run; set by the pipeline
};

/// What all devices of a run have in common.
struct Identity {
    std::uint64_t seed = 0;
    std::int64_t boot = 0;
    std::size_t pad_to = 0; ///< smallest payload, in bytes
};

/// A series of messages. The bytes depend on what the script was made from and on the times given
/// to take(), on nothing else.
class Script {
  public:
    virtual ~Script() = default;
    Script() = default;
    Script(const Script&) = delete;
    Script& operator=(const Script&) = delete;

    /// Position of the next message after the first of the series; empty at the end.
    [[nodiscard]] virtual std::optional<nanoseconds> next_position() const = 0;

    /// Position of the last message; empty when the series has no end.
    [[nodiscard]] virtual std::optional<nanoseconds> last_position() const = 0;

    /// Makes the next message; call only while next_position() has a value.
    [[nodiscard]] virtual Message take(EpochMs ts) = 0;
};

/// `sim-00001` for index 0: at least five digits, more where the fleet needs them.
[[nodiscard]] std::string device_name(std::string_view prefix, std::uint32_t index,
                                      std::uint32_t devices);

/// A fleet of devices with the same signals: message i comes from device i mod devices.
class FleetScript final : public Script {
  public:
    struct Settings {
        std::uint32_t devices = 1; ///< > 0
        std::string prefix = "sim-";
        std::optional<double> rate =
            std::nullopt; ///< of the whole fleet, a second; none: no schedule
        std::optional<std::uint64_t> count =
            std::nullopt; ///< of the whole fleet; none: without end
    };

    FleetScript(const Settings& settings, const Identity& identity, std::vector<Signal> signals);

    [[nodiscard]] std::optional<nanoseconds> next_position() const override;
    [[nodiscard]] std::optional<nanoseconds> last_position() const override;
    [[nodiscard]] Message take(EpochMs ts) override;

  private:
    [[nodiscard]] nanoseconds position_of(std::uint64_t i) const;

    Settings m_settings;
    Identity m_identity;
    std::vector<Signal> m_signals;
    std::vector<std::string> m_names;
    std::vector<double> m_state; ///< of each part of each signal of each device
    std::size_t m_parts;
    std::uint64_t m_next = 0;
    Payload m_payload;
};

/// Recorded points, one device a recording, each point a message with the metric `value`.
class ReplayScript final : public Script {
  public:
    /// `points` are in time order and not empty; their devices index `names`.
    ReplayScript(std::vector<Point> points, std::vector<std::string> names,
                 const Identity& identity);

    [[nodiscard]] std::optional<nanoseconds> next_position() const override;
    [[nodiscard]] std::optional<nanoseconds> last_position() const override;
    [[nodiscard]] Message take(EpochMs ts) override;

    [[nodiscard]] EpochMs first_ts() const noexcept { return m_points.front().ts; }

  private:
    std::vector<Point> m_points;
    std::vector<std::string> m_names;
    Identity m_identity;
    std::vector<std::uint64_t> m_seqs; ///< next of each device
    std::size_t m_next = 0;
    Payload m_payload;
};

} // namespace tlm::sim
