// SPDX-License-Identifier: Apache-2.0
// How long messages took to one place, seen while they arrive.
#pragma once

#include "tools/sim/histogram.hpp"
#include "tools/sim/sent_messages.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// Takes the time of each message's first arrival. The ledger may grow meanwhile; a message must be
/// in it before its arrival is given here. Pure.
class HopWatch {
  public:
    /// Messages that are in the ledger already may have arrived before and are not waited for.
    /// `all`: every other must arrive. Else only the last of each device, as with a place that
    /// keeps last values.
    HopWatch(const SentMessages& sent, bool all) : m_sent(sent), m_all(all), m_begin(sent.size()) {}

    void arrived(std::string_view device_id, std::int64_t boot, std::uint64_t seq, EpochMicros at);

    /// The message is there, nobody saw when it came: it is not measured.
    void found(std::string_view device_id, std::int64_t boot, std::uint64_t seq);

    /// True when all that must arrive of what came into the ledger since is there.
    [[nodiscard]] bool complete() const;

    [[nodiscard]] const Histogram& histogram() const noexcept { return m_histogram; }

  private:
    [[nodiscard]] bool take(SentMessages::Id id);

    const SentMessages& m_sent;
    bool m_all;
    std::size_t m_begin; ///< id of the first message that is waited for
    std::vector<bool> m_seen;
    Histogram m_histogram;
};

} // namespace tlm::sim
