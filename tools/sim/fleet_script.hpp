// SPDX-License-Identifier: Apache-2.0
// The messages of a simulated fleet, one after another.
#pragma once

#include "tools/sim/due_heap.hpp"
#include "tools/sim/fleet.hpp"
#include "tools/sim/schedule.hpp"
#include "tools/sim/script.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// A run's choice out of what the fleet would say.
struct Casting {
    Shard shard{};
    Extent extent{};
    EpochMs origin = 0; ///< the time at position 0, which calendars ask for
};

/// One group on the stage.
class GroupPlay {
  public:
    GroupPlay(Group group, const Scope& scope, const Identity& identity);

    [[nodiscard]] const Schedule& schedule() const noexcept { return *m_schedule; }

    [[nodiscard]] Script::Speaker next_speaker() const;
    [[nodiscard]] Message take(EpochMs ts, const Distortion& distortion);
    [[nodiscard]] Message take_again(EpochMs ts);

    /// The device is counted within the group here.
    [[nodiscard]] std::optional<Message> introduce(const Newcomer& newcomer, EpochMs ts);

    [[nodiscard]] std::string_view device_name(std::uint32_t device) const
    {
        return m_names[slot(device)];
    }

    [[nodiscard]] const Scope& scope() const noexcept { return m_scope; }

  private:
    /// Where a device stands among those that this process plays.
    [[nodiscard]] std::size_t slot(std::uint32_t device) const noexcept
    {
        return m_scope.shard.of == 1 ? device : device / m_scope.shard.of;
    }

    [[nodiscard]] std::uint64_t seq_of(const Schedule::Turn& turn) const noexcept
    {
        return turn.seq + (m_extra.empty() ? 0 : m_extra[slot(turn.device)]);
    }

    void measure(std::uint64_t key, std::uint64_t seq, EpochMs ts, std::size_t slot);
    void change(const Distortion& distortion);
    [[nodiscard]] Message speak(std::uint32_t device, std::uint64_t seq, EpochMs ts,
                                const Distortion& distortion);
    [[nodiscard]] Message address(const Reading& reading, EpochMs said_ts,
                                  const Encoder::Encoded& encoded);

    Group m_group;
    Scope m_scope;
    Identity m_identity;
    std::vector<std::uint64_t> m_streams; ///< of each part: what it draws from
    std::unique_ptr<Encoder> m_encoder;
    std::unique_ptr<Schedule> m_schedule;
    std::vector<std::string> m_names;   ///< by slot
    std::vector<double> m_state;        ///< of each part, by slot
    std::vector<std::uint32_t> m_extra; ///< messages out of turn, by slot; empty: none
    std::vector<double> m_values;       ///< of each signal, of the device that speaks
    std::string m_topic;
    Schedule::Turn m_last;
};

/// A fleet. A device says the same whatever the shard; groups of the same moment speak in their
/// order.
class FleetScript final : public Script {
  public:
    /// `groups` are not empty.
    FleetScript(std::vector<Group> groups, const Identity& identity, const Casting& casting);

    [[nodiscard]] std::optional<nanoseconds> next_position() const override;
    [[nodiscard]] std::optional<nanoseconds> last_position() const override;

    [[nodiscard]] Speaker next_speaker() const override
    {
        return m_plays[m_due.top().device].next_speaker();
    }

    using Script::take;
    [[nodiscard]] Message take(EpochMs ts, const Distortion& distortion) override;
    [[nodiscard]] Message take_again(EpochMs ts) override;

    [[nodiscard]] std::optional<Message> introduce(const Newcomer& newcomer, EpochMs ts) override;
    [[nodiscard]] std::string_view device_name(std::uint32_t device) const override;

  private:
    [[nodiscard]] std::size_t play_of(std::uint32_t device) const;

    std::vector<GroupPlay> m_plays;
    DueHeap m_due; ///< the groups, by when they speak next
    std::size_t m_last = 0;
};

} // namespace tlm::sim
