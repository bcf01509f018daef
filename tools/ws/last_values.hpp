// SPDX-License-Identifier: Apache-2.0
// The newest record of every device, with versions that say who has seen what.
#pragma once

#include "common/record/record.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tlm::ws {

/// Counts the changes of a LastValues from 1; 0 is before all of them.
using Version = std::uint64_t;

/// Index of a device in the order in which devices were first seen.
using Slot = std::uint32_t;
constexpr Slot kNoSlot = std::numeric_limits<Slot>::max();

/// Where a record stood in its topic; (number of the file, line number) for files and stdin.
struct Origin {
    std::int32_t partition = 0;
    std::int64_t offset = 0;
};

struct StoreLimits {
    std::size_t max_devices = 1'000'000;
    std::size_t max_value_bytes = 16 * 1024; ///< of tags and data together
};

/// What became of a record.
enum class Put {
    stored,    ///< it is now the device's last value
    shortened, ///< likewise, but too big to keep: its time and sequence number without its data
    stale,     ///< older than what is held: nothing changed
    refused,   ///< a new device beyond max_devices: nothing changed
};

/// Keeps one record a device, as text that is ready to be sent.
///
/// Which record is the last: within a partition the one with the higher offset, but one received
/// later is never too old (the topic may have been made anew, with offsets from 0); between
/// partitions (a topic whose partition count grew) the one received later. The device's own clock
/// does not decide: a clock that was set back must not freeze what is shown.
///
/// Devices are chained by the time of their last change, so "what changed since version v" costs as
/// much as there is to tell. Memory: max_devices values of at most max_value_bytes (and about 200
/// bytes each). Pure; one thread.
class LastValues {
  public:
    explicit LastValues(StoreLimits limits);

    Put put(const Record& record, Origin origin);

    [[nodiscard]] std::size_t size() const noexcept { return m_entries.size(); }

    /// Version of the latest change.
    [[nodiscard]] Version version() const noexcept { return m_version; }

    /// Bytes of all texts held.
    [[nodiscard]] std::size_t bytes() const noexcept { return m_bytes; }

    /// The record of tlm-record(5) as JSON text; a shortened one has an empty `data` and the size
    /// of what is missing in `dataBytes`.
    [[nodiscard]] const std::string& text(Slot slot) const { return m_entries[slot].text; }

    [[nodiscard]] Version changed(Slot slot) const { return m_changed[slot]; }

    /// The device changed last, and from one to the one changed before it; kNoSlot at the end.
    [[nodiscard]] Slot newest() const noexcept { return m_newest; }

    [[nodiscard]] Slot older(Slot slot) const { return m_entries[slot].older; }

    /// The first slot at or after `from` that changed after `since`; kNoSlot when there is none.
    [[nodiscard]] Slot next_changed(Slot from, Version since) const;

    [[nodiscard]] std::optional<Slot> find(std::string_view device_id) const;

  private:
    struct Entry {
        std::string text;
        EpochMs received_at = 0;
        Origin origin;
        Slot older = kNoSlot;
        Slot newer = kNoSlot;
    };

    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    void unchain(Slot slot);
    void chain_as_newest(Slot slot);

    StoreLimits m_limits;
    std::unordered_map<std::string, Slot, Hash, std::equal_to<>> m_slots;
    std::vector<Entry> m_entries;
    std::vector<Version> m_changed; ///< beside m_entries, so that a scan touches little memory
    Slot m_newest = kNoSlot;
    Version m_version = 0;
    std::size_t m_bytes = 0;
};

} // namespace tlm::ws
