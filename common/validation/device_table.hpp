// SPDX-License-Identifier: Apache-2.0
// Which devices are remembered, and in which row each one's state stands.
#pragma once

#include "common/validation/column.hpp"
#include "common/validation/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tlm::validation {

/// How much is known of a device when a message of it comes in.
enum class Standing {
    listed,     ///< a registry has it
    unlisted,   ///< there is a registry, and it does not have it
    unverified, ///< there is no registry to ask
};

/// Gives each device a row number; what is known of it stands in Columns at that row. A device is
/// identified by a keyed 64-bit digest of its id: 16 bytes a device, and an index of 4 to 11.
///
/// At most `max_devices` are remembered. When there is no room, the longest idle stranger leaves,
/// as long as strangers hold an eighth of the room; else the longest idle of the known devices
/// does. Known is a device that is listed or, without a registry, one that came a second time
/// while it was remembered. So a flood of invented ids pushes out its own kind, and known devices
/// stay as they are as long as they fill no more than seven eighths. Pure; used by one thread.
class DeviceTable {
  public:
    using Row = std::uint32_t;

    /// `max_devices` from 8 to 2^30.
    DeviceTable(std::size_t max_devices, DigestKey key);

    struct Place {
        Row row;
        bool fresh; ///< not remembered so far: whatever stands in the row is of another device
    };

    /// Finds the device or makes room for it, and makes it the most recent.
    Place visit(std::string_view id, Standing standing);

    /// Finds the device without counting it as a visit; false when it is not remembered.
    [[nodiscard]] bool find(std::string_view id, Row& row) const;

    [[nodiscard]] std::size_t size() const noexcept { return m_strangers.size + m_known.size; }

    /// How many left to make room, since the start.
    [[nodiscard]] std::uint64_t evicted() const noexcept { return m_evicted; }

    [[nodiscard]] std::size_t max_devices() const noexcept { return m_max_devices; }

  private:
    static constexpr Row kNone = (Row{1} << 30U) - 1;

    struct Device {
        std::uint64_t digest = 0;
        std::uint32_t older = 0;
        std::uint32_t newer : 31 = 0;
        std::uint32_t known : 1 = 0;
    };

    /// The rows of one kind by their last visit.
    struct Queue {
        Row oldest = kNone;
        Row newest = kNone;
        std::size_t size = 0;
    };

    [[nodiscard]] Queue& queue_of(const Device& device) noexcept
    {
        return device.known != 0 ? m_known : m_strangers;
    }

    [[nodiscard]] std::size_t slot_of(std::uint64_t digest) const;
    void append(Row row);
    void unlink(Row row);
    void grow_index();
    void erase_slot(std::size_t slot);
    [[nodiscard]] Row evict();

    std::size_t m_max_devices;
    DigestKey m_key;
    Column<Device> m_devices;
    std::vector<std::uint32_t> m_index; ///< row + 1, or 0; open addressing by the digest
    Queue m_strangers;
    Queue m_known;
    std::uint64_t m_evicted = 0;
};

} // namespace tlm::validation
