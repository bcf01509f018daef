// SPDX-License-Identifier: Apache-2.0
// All that is remembered of each device.
#pragma once

#include "common/validation/clock_census.hpp"
#include "common/validation/column.hpp"
#include "common/validation/device_table.hpp"
#include "common/validation/plausibility.hpp"
#include "common/validation/rate_limiter.hpp"
#include "common/validation/repeat_window.hpp"
#include "common/validation/sequence_window.hpp"
#include "common/validation/skew.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tlm::validation {

/// A DeviceTable and its columns. A column costs memory from its first use: 8 bytes a device for
/// the bucket, 24 for the sequence, 32 for messages without a seq, 8 for the skew, 32 for each
/// reading, beside the table's own.
/// Used by one thread.
class DeviceMemory {
  public:
    DeviceMemory(std::size_t max_devices, DigestKey key) : m_key(key), m_devices(max_devices, key)
    {}

    /// The row of the device, blank when it was not remembered so far.
    [[nodiscard]] DeviceTable::Row visit(std::string_view id, Standing standing);

    [[nodiscard]] Bucket& bucket(DeviceTable::Row row) { return m_buckets[row]; }

    [[nodiscard]] SequenceWindow& sequence(DeviceTable::Row row) { return m_sequences[row]; }

    [[nodiscard]] RepeatWindow& repeats(DeviceTable::Row row) { return m_repeats[row]; }

    /// What a message without a seq is known by, see RepeatWindow.
    [[nodiscard]] std::uint64_t digest_of(const Record& record) const noexcept;

    /// The skew of the device's clock, this message included; none while it has told no time.
    [[nodiscard]] std::optional<milliseconds> observe_skew(DeviceTable::Row row,
                                                           const Record& record);

    [[nodiscard]] const ClockCensus& clocks() const noexcept { return m_clocks; }

    /// The first of readings().
    [[nodiscard]] Reading* first_reading(DeviceTable::Row row) { return m_readings.at(row); }

    /// How many readings a device has.
    [[nodiscard]] std::size_t readings() const noexcept { return m_readings.width(); }

    /// Forgets all readings; from now on a device has `width`.
    void reset_readings(std::size_t width) { m_readings = Column<Reading>(width); }

    /// The message is not to be taken for a duplicate when it comes again.
    void forget_message(const Record& record);

    /// No message of any device is known any more.
    void forget_messages()
    {
        m_sequences = Column<SequenceWindow>();
        m_repeats = Column<RepeatWindow>();
    }

    [[nodiscard]] const DeviceTable& devices() const noexcept { return m_devices; }

  private:
    DigestKey m_key;
    DeviceTable m_devices;
    Column<Bucket> m_buckets;
    Column<SequenceWindow> m_sequences;
    Column<RepeatWindow> m_repeats;
    Column<Skew> m_skews;
    ClockCensus m_clocks; ///< of m_skews
    Column<Reading> m_readings{0};
};

} // namespace tlm::validation
