// SPDX-License-Identifier: Apache-2.0
// Dead letters that say the same again and again.
#pragma once

#include "common/record/dead_letter.hpp"
#include "common/validation/digest.hpp"
#include "common/validation/rate_limiter.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tlm::validation {

struct FloodCapSettings {
    /// Suppress a dead letter whose bytes and reason are those of the device's last one of that
    /// reason. The bytes are in the queue already, so nothing is lost but the number of copies,
    /// and that is counted.
    bool repeats = false;
    /// Suppress what is beyond this many for a device and reason, whatever it holds. Its bytes are
    /// lost; only whoever accepts that sets it.
    std::optional<Rate> limit{};
    milliseconds summary_after = std::chrono::minutes{1}; ///< the first suppressed one waits
    std::size_t max_tracked = 10'000;                     ///< pairs of device and reason
};

/// What was suppressed for one device and reason.
struct Suppressed {
    std::string device_id;
    Reason reason = Reason::not_json;
    std::uint64_t repeats = 0; ///< copies of a letter that was written
    std::uint64_t lost = 0;    ///< beyond the limit
    EpochMs first = 0;
    EpochMs last = 0;
};

/// Decides which dead letters are written. Without settings all of them are. What is suppressed is
/// counted for its device and reason, and a summary letter carries the count; a program that
/// crashes loses counts of up to `summary_after`, never more. Bounded: what is beyond
/// `max_tracked` is written. Pure; used by one thread.
///
/// A suppressed letter counts as confirmed, so its source may be acknowledged: acknowledge in
/// order, so that the letter of which it is a copy is confirmed first.
class FloodCap {
  public:
    FloodCap(FloodCapSettings settings, DigestKey key);

    /// True: write it. `device_id` may be empty: what has no device counts together.
    [[nodiscard]] bool admit(std::string_view device_id, Reason reason, std::string_view payload,
                             EpochMs now);

    /// The next letter of each device and reason is no copy, whatever it holds.
    void forget_written();

    /// What is to be summed up now; its counts begin anew.
    [[nodiscard]] std::vector<Suppressed> take_due(EpochMs now);

    /// All that was suppressed and not summed up, for the end of a program.
    [[nodiscard]] std::vector<Suppressed> take_all();

    /// How many letters were suppressed since the start.
    [[nodiscard]] std::uint64_t repeats() const noexcept { return m_repeats; }

    [[nodiscard]] std::uint64_t lost() const noexcept { return m_lost; }

  private:
    struct Entry {
        std::uint64_t key = 0;
        Bucket bucket;
        std::uint64_t payload = 0; ///< digest of the last one written
        Suppressed suppressed;

        [[nodiscard]] bool pending() const noexcept
        {
            return suppressed.repeats + suppressed.lost > 0;
        }
    };

    [[nodiscard]] Entry* track(std::string_view device_id, Reason reason);
    [[nodiscard]] std::vector<Suppressed> take(EpochMs now, bool all);
    void suppress(Entry& entry, std::uint64_t Suppressed::*count, EpochMs now);

    FloodCapSettings m_settings;
    DigestKey m_key;
    std::optional<RateLimiter> m_limiter;
    std::list<Entry> m_entries; ///< the longest idle first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> m_index;
    std::size_t m_pending = 0;
    std::uint64_t m_repeats = 0;
    std::uint64_t m_lost = 0;
};

/// The letter that stands for what was suppressed: its reason, no payload, the counts in `detail`
/// and their sum in DeadLetter::suppressed. Views `suppressed`.
[[nodiscard]] DeadLetter summary_letter(const Suppressed& suppressed, EpochMs now);

} // namespace tlm::validation
