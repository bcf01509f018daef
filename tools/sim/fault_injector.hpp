// SPDX-License-Identifier: Apache-2.0
// A script that goes wrong on purpose, and tells where.
#pragma once

#include "tools/sim/fault_dice.hpp"
#include "tools/sim/fault_rule.hpp"
#include "tools/sim/fleet.hpp"
#include "tools/sim/script.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// A metric whose values a fault may change.
struct Victim {
    std::size_t signal = 0;
    std::string name;
    double spread = 1;
};

[[nodiscard]] bool has_victim(const std::vector<Victim>& victims, std::string_view name);

/// The faults of devices that follow each other in the fleet.
struct FaultScope {
    std::uint32_t first = 0;
    std::uint32_t devices = 1;
    std::vector<FaultRule> faults{};
    std::vector<Victim> victims{}; ///< not empty where a fault changes values
};

/// What the devices of a group may go wrong in.
[[nodiscard]] FaultScope fault_scope(const Group& group, std::uint32_t first);

/// Plays a script and does to it what the faults say. What befalls a device follows from the seed,
/// the device and its messages alone, so a shard goes wrong as the whole does.
///
/// A message has at most one fault of its bytes or its order, the first of FaultKind that hits.
/// What rules may see of its faults is named in the message. A reconnect storm by schedule cuts all
/// connections at its time, or each at a moment of its length, whether the devices speak or not.
/// At most kMostHeld messages a device are held back. What is late goes out when it is due, also
/// behind the last message of the series; without a plan, at its end. What is out of order goes out
/// behind the next message of its device; where none comes, at the end, and then it has no fault.
/// The truth about a message is told when that goes out.
class FaultInjector {
  public:
    static constexpr std::size_t kMostHeld = 64;

    /// `scopes` are in the order of their devices; `start` is the first time of the run, which
    /// schedules count from.
    FaultInjector(std::unique_ptr<Script> script, std::vector<FaultScope> scopes,
                  const Identity& identity, const Shard& shard, EpochMs start);

    /// As Script has them.
    [[nodiscard]] std::optional<nanoseconds> next_position() const;

    [[nodiscard]] std::optional<nanoseconds> last_position() const
    {
        return m_script->last_position();
    }

    /// The next message; nothing when the device keeps silent, or the message is held back.
    [[nodiscard]] std::optional<Message> take(EpochMs ts);

    /// The message that take() gave last does not go out: takes back what was told of it.
    void not_sent() { m_truth.resize(std::min(m_told, m_truth.size())); }

    /// As Script has it; nothing goes wrong there.
    [[nodiscard]] std::optional<Message> introduce(const Newcomer& newcomer, EpochMs ts)
    {
        return m_script->introduce(newcomer, ts);
    }

    /// Truth lines of what happened since they were cleared, for the caller to write and clear.
    [[nodiscard]] std::string& truth() noexcept { return m_truth; }

    /// Devices whose connections are to be cut now, for the caller to do and clear.
    [[nodiscard]] std::vector<std::uint32_t>& hang_ups() noexcept { return m_hang_ups; }

  private:
    /// A message with bytes of its own.
    struct Stored {
        explicit Stored(const Message& original);

        Message message;
        std::string payload;
        std::string topic;
        std::string truth; ///< told when it goes out
    };

    /// What was rolled for one message.
    struct Outcome {
        std::optional<FaultKind> of_message; ///< of its bytes or order
        milliseconds time_off{0};
        std::uint64_t draw = 0;
        bool silent = false;
        bool hang_up = false;
        std::uint32_t flood = 0;
        Distortion distortion;
    };

    /// A connection that is cut by schedule.
    struct Cut {
        EpochMs ts = 0;
        std::uint32_t device = 0;
    };

    struct Change {
        FaultKind kind;
        const std::string* metric;
    };

    /// False when the value is what was measured: it began to be stuck, or to drift.
    [[nodiscard]] bool made_a_difference(std::size_t change) const
    {
        return m_changes[change].said != m_changes[change].measured;
    }

    struct Group {
        FaultScope scope;
        std::vector<FaultDice> dice;
    };

    void plan_cuts(const Group& group);
    [[nodiscard]] bool cut_due(EpochMs ts);
    [[nodiscard]] Group* group_of(std::uint32_t device);
    [[nodiscard]] Outcome roll(Group& group, const Script::Speaker& speaker, EpochMs ts);
    void apply(const FaultRule& fault, const FaultDice::Hit& hit, std::uint64_t key, EpochMs ts,
               const Group& group, Outcome& outcome);
    void change_value(const FaultRule& fault, const FaultDice::Hit& hit, std::uint64_t key,
                      EpochMs ts, const Group& group);
    [[nodiscard]] std::string_view claimed_id(const Script::Speaker& speaker);
    [[nodiscard]] std::string_view label(const Outcome& outcome) const;
    [[nodiscard]] std::optional<Message> deliver(Message message, const Outcome& outcome,
                                                 EpochMs ts);
    void hold(Stored stored, const Outcome& outcome, EpochMs ts);
    void tell_values(std::string& out, const Message& message);
    void tell(const Message& message, const Outcome& outcome);
    void flood(const Outcome& outcome, EpochMs ts);
    [[nodiscard]] bool may_hold(std::uint32_t device) const;

    [[nodiscard]] nanoseconds position_of(EpochMs ts) const { return milliseconds{ts - m_start}; }

    [[nodiscard]] bool late_due(EpochMs ts) const;
    void release_late(EpochMs ts);
    void release_behind(std::uint32_t device, EpochMs ts);
    void release_the_rest();
    [[nodiscard]] Message pop_queue();

    std::unique_ptr<Script> m_script;
    std::vector<Group> m_groups;
    Identity m_identity;
    Shard m_shard;
    EpochMs m_start;
    std::vector<Cut> m_cuts; ///< by time
    std::size_t m_next_cut = 0;
    std::vector<std::uint32_t> m_hang_ups;
    std::multimap<EpochMs, Stored> m_late;                  ///< by when they are due
    std::map<std::uint32_t, std::size_t> m_late_of;         ///< how many, by device
    std::map<std::uint32_t, std::vector<Stored>> m_waiting; ///< for the next one of their device
    std::deque<Stored> m_queue;                             ///< goes out next
    std::optional<Stored> m_current; ///< what the views of the last message show
    nanoseconds m_position{0};       ///< of the last message
    // Scratch.
    std::vector<ValueChange> m_changes;
    std::vector<double*> m_stuck; ///< by change: where a value that begins to be stuck is kept
    std::vector<Change> m_changed;
    std::string m_claimed;
    std::string m_truth;
    std::size_t m_told = 0; ///< of the truth, before the last message
};

} // namespace tlm::sim
