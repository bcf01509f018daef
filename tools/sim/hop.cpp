// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/hop.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace tlm::sim {
namespace {

using Id = SentMessages::Id;

constexpr std::uint8_t kMostArrivals = std::numeric_limits<std::uint8_t>::max();

bool corrupted(const SentMessage& sent, const Shown& shown)
{
    return (shown.digest && *shown.digest != sent.digest) ||
           (sent.has_ts && shown.ts && *shown.ts != sent.ts);
}

void blame(HopReport& report, Flaw flaw, const SentMessages& sent, Id id, std::uint64_t times = 1)
{
    report.blame(flaw, sent.device_name(sent.device_of(id)), sent.boot_of(id), sent[id].seq, times);
}

} // namespace

std::string_view flaw_name(Flaw flaw) noexcept
{
    switch (flaw) {
    case Flaw::lost:
        return "lost";
    case Flaw::duplicated:
        return "duplicated";
    case Flaw::reordered:
        return "reordered";
    case Flaw::corrupted:
        return "corrupted";
    case Flaw::misrouted:
        return "misrouted";
    }
    return "";
}

void HopReport::blame(Flaw flaw, std::string_view device_id, std::int64_t boot, std::uint64_t seq,
                      std::uint64_t times)
{
    const auto index = static_cast<std::size_t>(flaw);
    if (flaws.at(index) < kShown) {
        cases.push_back({flaw, std::string{device_id}, boot, seq});
    }
    flaws.at(index) += times;
    std::string device{device_id};
    if (devices.size() < kMostDevices || devices.contains(device)) {
        devices[std::move(device)].at(index) += times;
    } else {
        devices_cut = true;
    }
}

bool HopReport::breach(bool duplicates_allowed) const noexcept
{
    return count(Flaw::lost) + count(Flaw::reordered) + count(Flaw::corrupted) +
                   count(Flaw::misrouted) >
               0 ||
           (!duplicates_allowed && count(Flaw::duplicated) > 0);
}

Hop::Hop(std::string name, const SentMessages& sent, bool ordered)
    : m_sent(sent), m_ordered(ordered), m_counts(sent.size()), m_newest(sent.series_count())
{
    m_report.name = std::move(name);
}

void Hop::arrived(std::string_view device_id, std::int64_t boot, std::uint64_t seq,
                  const Shown& shown)
{
    if (const auto id = m_sent.find(device_id, boot, seq)) {
        judge(*id, shown);
    } else {
        arrived_foreign();
    }
}

void Hop::judge(Id id, const Shown& shown)
{
    const auto& sent = m_sent[id];
    auto& count = m_counts[id];
    if (count >= sent.copies) {
        blame(m_report, Flaw::duplicated, m_sent, id);
    }
    if (corrupted(sent, shown)) {
        blame(m_report, Flaw::corrupted, m_sent, id);
    }
    const bool first = count == 0;
    count = count == kMostArrivals ? count : static_cast<std::uint8_t>(count + 1);
    if (!first) {
        return;
    }
    if (sent.expected == Expected::dead_letter) {
        blame(m_report, Flaw::misrouted, m_sent, id);
    } else {
        ++m_report.arrived;
    }
    auto& newest = m_newest[sent.series];
    if (m_ordered && id + 1 < newest) {
        blame(m_report, Flaw::reordered, m_sent, id);
    }
    newest = std::max(newest, id + 1);
}

/// `excused` says of a message that rules may reject whether it need not be here.
template <typename Excused>
HopReport Hop::report_unless(Excused excused) const
{
    auto report = m_report;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        const auto id = static_cast<Id>(i);
        const auto expected = m_sent[id].expected;
        const bool rejected = expected == Expected::either && m_counts[i] == 0 && excused(id);
        if (expected == Expected::dead_letter || rejected) {
            continue;
        }
        ++report.expected;
        if (m_counts[i] == 0) {
            blame(report, Flaw::lost, m_sent, id);
        }
    }
    return report;
}

HopReport Hop::report(Rejects rejects) const
{
    return report_unless([rejects](Id /*id*/) { return rejects == Rejects::seen; });
}

HopReport Hop::report_behind(const Hop& upstream) const
{
    return report_unless([&upstream](Id id) { return !upstream.has(id); });
}

DeadLetterHop::DeadLetterHop(std::string name, const SentMessages& sent)
    : m_sent(sent), m_name(std::move(name))
{
    m_entries.reserve(sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto id = static_cast<Id>(i);
        m_entries.push_back({sent[id].digest, id, 0});
    }
    std::sort(m_entries.begin(), m_entries.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.digest, a.id) < std::tie(b.digest, b.id);
    });
}

void DeadLetterHop::arrived(std::uint64_t digest)
{
    const auto by_digest = [](const Entry& entry, std::uint64_t wanted) {
        return entry.digest < wanted;
    };
    const auto first = std::lower_bound(m_entries.begin(), m_entries.end(), digest, by_digest);
    if (first == m_entries.end() || first->digest != digest) {
        ++m_foreign;
        return;
    }
    // Payloads may be equal, a broken one is soon: each letter is the next one's that has none.
    auto entry = first;
    while (entry != m_entries.end() && entry->digest == digest && entry->count > 0) {
        ++entry;
    }
    const bool all_here = entry == m_entries.end() || entry->digest != digest;
    ++(all_here ? first : entry)->count;
}

HopReport DeadLetterHop::report(const Hop* topic) const
{
    HopReport report;
    report.name = m_name;
    report.foreign = m_foreign;
    for (const auto& entry : m_entries) {
        const auto& sent = m_sent[entry.id];
        const bool here = entry.count > 0;
        const bool caught =
            sent.expected == Expected::either && topic != nullptr && !topic->has(entry.id);
        const bool may_be_here = sent.expected == Expected::either || sent.copies > 1;
        const bool expected =
            sent.expected == Expected::dead_letter || caught || (may_be_here && here);
        report.expected += expected ? 1 : 0;
        report.arrived += expected && here ? 1 : 0;
        if (expected && !here) {
            blame(report, Flaw::lost, m_sent, entry.id);
        }
        if (entry.count > sent.copies) {
            blame(report, Flaw::duplicated, m_sent, entry.id, entry.count - sent.copies);
        }
        if (!expected && here) {
            // What came again after a break is rejected as a duplicate.
            const bool again = topic != nullptr && topic->has(entry.id);
            blame(report, again ? Flaw::duplicated : Flaw::misrouted, m_sent, entry.id);
        }
    }
    return report;
}

LastValueHop::LastValueHop(std::string name, const SentMessages& sent)
    : m_sent(sent), m_last(sent.device_count()), m_shown(sent.device_count())
{
    m_report.name = std::move(name);
    m_report.unit = "devices";
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto id = static_cast<Id>(i);
        if (sent[id].expected == Expected::topic) {
            m_last[sent.device_of(id)] = id;
        }
    }
}

void LastValueHop::shows(std::string_view device_id, std::int64_t boot, std::uint64_t seq,
                         const Shown& shown)
{
    const auto id = m_sent.find(device_id, boot, seq);
    if (!id) {
        shows_foreign();
        return;
    }
    m_shown[m_sent.device_of(*id)] = id;
    if (m_sent[*id].expected == Expected::dead_letter) {
        blame(m_report, Flaw::misrouted, m_sent, *id);
    }
    if (corrupted(m_sent[*id], shown)) {
        blame(m_report, Flaw::corrupted, m_sent, *id);
    }
}

HopReport LastValueHop::report() const
{
    auto report = m_report;
    for (std::size_t device = 0; device < m_last.size(); ++device) {
        const auto last = m_last[device];
        if (!last) {
            continue;
        }
        ++report.expected;
        if (m_shown[device] && *m_shown[device] >= *last) { // later ones have a fault
            ++report.arrived;
        } else {
            blame(report, Flaw::lost, m_sent, *last);
        }
    }
    return report;
}

} // namespace tlm::sim
