// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/sent_messages.hpp"

#include "common/base/error.hpp"
#include "tools/sim/noise.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace tlm::sim {
namespace {

constexpr SentMessages::Id kFree = std::numeric_limits<SentMessages::Id>::max();
constexpr std::size_t kFirstSlots = 1024;

/// Whatever judges messages must reject these: the guards of the record do, without any rules.
constexpr std::array<std::string_view, 2> kRejected{"bad_json", "spoofed_id"};

/// Rules decide about these.
constexpr std::array<std::string_view, 8> kJudged{"wrong_schema", "future_clock", "late",
                                                  "drift",        "stuck_value",  "spike",
                                                  "level_shift",  "flood"};

Expected expected_of(std::string_view fault)
{
    const auto among = [fault](const auto& kinds) {
        return std::find(kinds.begin(), kinds.end(), fault) != kinds.end();
    };
    return among(kRejected) ? Expected::dead_letter
           : among(kJudged) ? Expected::either
                            : Expected::topic;
}

} // namespace

void SentMessages::add(const LedgerEntry& entry)
{
    constexpr std::uint8_t kMostCopies = std::numeric_limits<std::uint8_t>::max();
    if (2 * (m_messages.size() + 1) > m_slots.size()) {
        grow();
    }
    const auto series = series_for(device_for(entry.device_id), entry.boot);
    auto& slot = m_slots[slot_of(series, entry.seq)];
    if (slot != kFree) {
        auto& copies = m_messages[slot].copies;
        copies = copies == kMostCopies ? copies : static_cast<std::uint8_t>(copies + 1);
        return;
    }
    slot = static_cast<Id>(m_messages.size());
    m_messages.push_back({.seq = entry.seq,
                          .digest = entry.digest,
                          .ts = entry.ts.value_or(0),
                          .intended = entry.intended.value_or(0),
                          .series = series,
                          .copies = 1,
                          .expected = expected_of(entry.fault),
                          .has_ts = entry.ts.has_value()});
}

std::optional<SentMessages::Id> SentMessages::find(std::string_view device_id, std::int64_t boot,
                                                   std::uint64_t seq) const
{
    const auto device = find_device(device_id);
    if (!device) {
        return std::nullopt;
    }
    const auto series = m_series_of.find({*device, boot});
    if (series == m_series_of.end()) {
        return std::nullopt;
    }
    const auto id = m_slots[slot_of(series->second, seq)];
    return id == kFree ? std::nullopt : std::optional{id};
}

std::uint32_t SentMessages::device_of(Id id) const
{
    return m_series[m_messages[id].series].device;
}

const std::string& SentMessages::device_name(std::uint32_t device) const
{
    return m_names[device];
}

std::int64_t SentMessages::boot_of(Id id) const
{
    return m_series[m_messages[id].series].boot;
}

std::optional<std::uint32_t> SentMessages::find_device(std::string_view device_id) const
{
    const auto found = m_devices.find(device_id);
    return found == m_devices.end() ? std::nullopt : std::optional{found->second};
}

std::uint32_t SentMessages::device_for(std::string_view device_id)
{
    if (const auto known = find_device(device_id)) {
        return *known;
    }
    const auto device = static_cast<std::uint32_t>(m_names.size());
    m_names.emplace_back(device_id);
    m_devices.emplace(device_id, device);
    return device;
}

std::uint32_t SentMessages::series_for(std::uint32_t device, std::int64_t boot)
{
    const auto [found, added] = m_series_of.try_emplace(
        std::pair{device, boot}, static_cast<std::uint32_t>(m_series.size()));
    if (added) {
        m_series.push_back({device, boot});
    }
    return found->second;
}

/// Where this message is, or would be.
std::size_t SentMessages::slot_of(std::uint32_t series, std::uint64_t seq) const
{
    const auto mask = m_slots.size() - 1;
    auto at = derive(series, seq) & mask;
    while (m_slots[at] != kFree) {
        const auto& message = m_messages[m_slots[at]];
        if (message.series == series && message.seq == seq) {
            break;
        }
        at = (at + 1) & mask;
    }
    return at;
}

void SentMessages::grow()
{
    if (m_messages.size() >= kFree / 2) {
        throw usage_error("the ledger has more messages than can be judged at a time");
    }
    m_slots.assign(std::max(kFirstSlots, 2 * m_slots.size()), kFree);
    for (std::size_t i = 0; i < m_messages.size(); ++i) {
        m_slots[slot_of(m_messages[i].series, m_messages[i].seq)] = static_cast<Id>(i);
    }
}

} // namespace tlm::sim
