// SPDX-License-Identifier: Apache-2.0
// What arrived at one place, joined with what was sent.
#pragma once

#include "tools/sim/sent_messages.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// What can be wrong with a message at a hop.
enum class Flaw {
    lost,
    duplicated, ///< arrived more often than it was sent
    reordered,  ///< arrived first behind a later one of its series
    corrupted,  ///< arrived with other bytes, or another time, than it was sent with
    misrouted,  ///< a good one among the dead letters only, a bad one among the good ones
};

inline constexpr std::size_t kFlawCount = 5;

[[nodiscard]] std::string_view flaw_name(Flaw flaw) noexcept;

/// How often each Flaw occurred.
using FlawCounts = std::array<std::uint64_t, kFlawCount>;

struct FlawCase {
    Flaw flaw{};
    std::string device_id;
    std::int64_t boot = 0;
    std::uint64_t seq = 0;
};

/// The verdict on a hop.
struct HopReport {
    std::string name;
    std::string unit = "messages";
    std::uint64_t expected = 0; ///< how many belong here: had to arrive, or might and did
    std::uint64_t arrived = 0;  ///< of these, each counted once; the others are lost
    std::uint64_t foreign = 0;  ///< not of this ledger: of other runs, or no records
    FlawCounts flaws{};
    std::vector<FlawCase> cases{};               ///< the first kShown of each flaw
    std::map<std::string, FlawCounts> devices{}; ///< those with a flaw, up to kMostDevices
    bool devices_cut = false;                    ///< there are more

    static constexpr std::size_t kShown = 5;
    static constexpr std::size_t kMostDevices = 1'000;

    void blame(Flaw flaw, std::string_view device_id, std::int64_t boot, std::uint64_t seq,
               std::uint64_t times = 1);

    [[nodiscard]] std::uint64_t count(Flaw flaw) const noexcept
    {
        return flaws.at(static_cast<std::size_t>(flaw));
    }

    /// True when something was lost, reordered, corrupted or misrouted, or is there twice although
    /// that was not allowed.
    [[nodiscard]] bool breach(bool duplicates_allowed) const noexcept;
};

/// What a hop shows of a message besides its identity.
struct Shown {
    std::optional<std::uint64_t> digest{}; ///< fnv1a() of the payload's bytes
    std::optional<EpochMs> ts{};
};

/// Whether somebody looks among the dead letters as well.
enum class Rejects { unseen, seen };

/// Joins arrivals, in the order in which the place has them, with the ledger, which must be
/// complete by then. Memory: a byte a message and four a series. Pure.
class Hop {
  public:
    /// `ordered`: the place keeps an order, so reordering is a flaw (a table keeps none).
    Hop(std::string name, const SentMessages& sent, bool ordered);

    void arrived(std::string_view device_id, std::int64_t boot, std::uint64_t seq,
                 const Shown& shown = {});

    void arrived_foreign() noexcept { ++m_report.foreign; }

    [[nodiscard]] bool has(SentMessages::Id id) const { return m_counts[id] > 0; }

    /// What rules may reject is expected here unless somebody looks for it among the dead letters:
    /// else its loss would go unseen.
    [[nodiscard]] HopReport report(Rejects rejects = Rejects::unseen) const;

    /// `upstream`: the place that this one is filled from. What rules may reject is expected here
    /// if it is there.
    [[nodiscard]] HopReport report_behind(const Hop& upstream) const;

  private:
    void judge(SentMessages::Id id, const Shown& shown);

    template <typename Excused>
    [[nodiscard]] HopReport report_unless(Excused excused) const;

    const SentMessages& m_sent;
    bool m_ordered;
    std::vector<std::uint8_t> m_counts;     ///< arrivals of each message, up to 255
    std::vector<SentMessages::Id> m_newest; ///< of each series, plus one; 0: none yet
    HopReport m_report;
};

/// The dead letters: they hold payloads as they were sent, which need not even be JSON, so they are
/// told apart by their digest. Pure.
class DeadLetterHop {
  public:
    DeadLetterHop(std::string name, const SentMessages& sent);

    void arrived(std::uint64_t digest);

    /// `topic`: where the others arrived, or null when nobody looked. What must be rejected belongs
    /// here; what has a fault, when it is here, or nowhere else that was looked at; and a message
    /// that was sent twice, when it is here: its second copy may be rejected.
    [[nodiscard]] HopReport report(const Hop* topic) const;

  private:
    struct Entry {
        std::uint64_t digest = 0;
        SentMessages::Id id = 0;
        std::uint32_t count = 0;
    };

    const SentMessages& m_sent;
    std::vector<Entry> m_entries; ///< by digest, then by id
    std::string m_name;
    std::uint64_t m_foreign = 0;
};

/// A place that keeps the last message of each device: what it must show in the end. Pure.
class LastValueHop {
  public:
    LastValueHop(std::string name, const SentMessages& sent);

    void shows(std::string_view device_id, std::int64_t boot, std::uint64_t seq,
               const Shown& shown = {});

    void shows_foreign() noexcept { ++m_report.foreign; }

    [[nodiscard]] HopReport report() const;

  private:
    const SentMessages& m_sent;
    std::vector<std::optional<SentMessages::Id>> m_last;  ///< of each device, that must arrive
    std::vector<std::optional<SentMessages::Id>> m_shown; ///< of each device
    HopReport m_report;
};

} // namespace tlm::sim
