// SPDX-License-Identifier: Apache-2.0
// Recorded series, played again.
#pragma once

#include "tools/sim/due_heap.hpp"
#include "tools/sim/fleet_script.hpp"
#include "tools/sim/payload.hpp"
#include "tools/sim/recording.hpp"
#include "tools/sim/script.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// How recordings become devices.
struct ReplaySettings {
    std::uint32_t devices = 0; ///< 0: each recording is a device; else so many play them all
    IdPattern ids{};           ///< of these
    bool loop = false;         ///< begin again at the end
};

/// Each row is a message. The devices are those of the recordings; or a fleet, in which device i
/// plays recording i mod their number, from a row of its own on and around to the one before.
class ReplayScript final : public Script {
  public:
    /// `recordings` are not empty, nor is any of them.
    ReplayScript(std::vector<Recording> recordings, const ReplaySettings& settings,
                 const Identity& identity, const Casting& casting);

    [[nodiscard]] std::optional<nanoseconds> next_position() const override;
    [[nodiscard]] std::optional<nanoseconds> last_position() const override;
    [[nodiscard]] Speaker next_speaker() const override;
    [[nodiscard]] bool next_has_number() const override;
    using Script::take;
    [[nodiscard]] Message take(EpochMs ts, const Distortion& distortion) override;
    [[nodiscard]] Message take_again(EpochMs ts) override;

    [[nodiscard]] std::string_view device_name(std::uint32_t device) const override
    {
        return m_names[device];
    }

    /// The earliest of all recorded times.
    [[nodiscard]] EpochMs first_ts() const noexcept { return m_first_ts; }

    [[nodiscard]] std::uint32_t devices() const noexcept
    {
        return static_cast<std::uint32_t>(m_players.size());
    }

  private:
    struct Player {
        std::uint32_t recording = 0;
        std::size_t begin = 0;    ///< the row that it begins with
        std::uint64_t played = 0; ///< rows
        std::uint64_t extra = 0;  ///< messages out of turn
    };

    [[nodiscard]] const Recording& recording_of(const Player& player) const
    {
        return m_recordings[player.recording];
    }

    [[nodiscard]] const Recording::Row& next_row(const Player& player) const
    {
        const auto& rows = recording_of(player).rows;
        return rows[(player.begin + player.played) % rows.size()];
    }

    [[nodiscard]] std::optional<nanoseconds> position_of(std::uint32_t device) const;
    [[nodiscard]] Message speak(std::uint32_t device, const Recording::Row& row, EpochMs ts,
                                const Distortion& distortion);

    std::vector<Recording> m_recordings;
    ReplaySettings m_settings;
    Identity m_identity;
    Casting m_casting;
    EpochMs m_first_ts = 0;
    std::vector<Player> m_players;
    std::vector<std::string> m_names;
    DueHeap m_heap;
    std::uint32_t m_last = 0;
    std::size_t m_last_row = 0;
    Payload m_payload;
};

} // namespace tlm::sim
