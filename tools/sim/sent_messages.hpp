// SPDX-License-Identifier: Apache-2.0
// All messages of a ledger, by identity.
#pragma once

#include "tools/sim/ledger_line.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tlm::sim {

/// Where a message has to arrive.
enum class Expected : std::uint8_t {
    topic,       ///< it is good
    dead_letter, ///< whoever judges it must reject it: not JSON, another device's id
    either,      ///< it has a fault that rules may or may not catch
};

/// What the ledger says of a message. Absent members are 0 with their flag unset.
struct SentMessage {
    std::uint64_t seq = 0;
    std::uint64_t digest = 0;
    EpochMs ts = 0;
    EpochMicros intended = 0;
    std::uint32_t series = 0; ///< which device and boot
    std::uint8_t copies = 0;  ///< how often it was sent; 255: that often or more
    Expected expected = Expected::topic;
    bool has_ts = false;
};

/// Holds the messages in the order in which they were sent, a device's in particular: about 60
/// bytes each. Pure.
class SentMessages {
  public:
    /// The position of a message in the order of sending.
    using Id = std::uint32_t;

    /// A message whose identity was there before counts as another copy of the first.
    void add(const LedgerEntry& entry);

    /// Empty for a message that is not in the ledger.
    [[nodiscard]] std::optional<Id> find(std::string_view device_id, std::int64_t boot,
                                         std::uint64_t seq) const;

    [[nodiscard]] std::size_t size() const noexcept { return m_messages.size(); }

    [[nodiscard]] const SentMessage& operator[](Id id) const { return m_messages[id]; }

    /// Of a device while it runs, its messages are a series.
    [[nodiscard]] std::size_t series_count() const noexcept { return m_series.size(); }

    [[nodiscard]] std::size_t device_count() const noexcept { return m_names.size(); }

    [[nodiscard]] std::uint32_t device_of(Id id) const;
    [[nodiscard]] const std::string& device_name(std::uint32_t device) const;
    [[nodiscard]] std::int64_t boot_of(Id id) const;

    /// Empty for a device that the ledger does not know.
    [[nodiscard]] std::optional<std::uint32_t> find_device(std::string_view device_id) const;

  private:
    struct Series {
        std::uint32_t device = 0;
        std::int64_t boot = 0;
    };

    struct TextHash {
        using is_transparent = void;

        std::size_t operator()(std::string_view text) const noexcept
        {
            return std::hash<std::string_view>{}(text);
        }
    };

    [[nodiscard]] std::uint32_t device_for(std::string_view device_id);
    [[nodiscard]] std::uint32_t series_for(std::uint32_t device, std::int64_t boot);
    [[nodiscard]] std::size_t slot_of(std::uint32_t series, std::uint64_t seq) const;
    void grow();

    std::deque<SentMessage> m_messages; ///< a deque: it never holds itself twice to grow
    std::vector<Id> m_slots;            ///< open addressing; size is a power of two
    std::deque<std::string> m_names;    ///< of devices
    std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> m_devices;
    std::vector<Series> m_series;
    std::map<std::pair<std::uint32_t, std::int64_t>, std::uint32_t> m_series_of;
};

} // namespace tlm::sim
