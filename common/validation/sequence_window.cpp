// SPDX-License-Identifier: Apache-2.0
#include "common/validation/sequence_window.hpp"

#include <algorithm>

namespace tlm::validation {
namespace {

/// seq, boot and the ts that matters are never negative.
std::uint64_t whole(std::int64_t value) noexcept
{
    return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
}

} // namespace

const char* order_name(Order order) noexcept
{
    switch (order) {
    case Order::untracked:
        return "untracked";
    case Order::first:
        return "first";
    case Order::next:
        return "next";
    case Order::gap:
        return "gap";
    case Order::out_of_order:
        return "out_of_order";
    case Order::late:
        return "late";
    case Order::old_boot:
        return "old_boot";
    case Order::restart:
        return "restart";
    case Order::duplicate:
        return "duplicate";
    }
    return "unknown";
}

/// first, restart or old_boot; `next` when the record belongs to the start that is remembered.
Order SequenceWindow::enter(const Record& record, std::uint64_t seq) noexcept
{
    const std::uint64_t start = record.boot
                                    ? whole(*record.boot)
                                    : std::min(kWithoutBoot | whole(record.ts), kNothingSeen - 1);
    const std::uint64_t old = m_start;
    if (old == kNothingSeen) {
        m_start = start;
        return Order::first;
    }
    if (record.boot) {
        const bool had_boot = old < kWithoutBoot;
        if (had_boot && start < old) {
            return Order::old_boot;
        }
        m_start = start;
        return start == old ? Order::next : Order::restart;
    }
    if (old < kWithoutBoot) {
        m_start = start;
        return Order::restart;
    }
    m_start = std::max(start, old);
    return start > old && seq <= m_newest ? Order::restart : Order::next;
}

Sequence SequenceWindow::observe(const Record& record) noexcept
{
    if (!record.seq) {
        return {};
    }
    const std::uint64_t seq = whole(*record.seq);
    const Order entered = enter(record, seq);
    if (entered == Order::old_boot) {
        return {entered};
    }
    if (entered != Order::next) {
        m_newest = seq;
        m_seen = 1;
        return {entered};
    }
    if (seq > m_newest) {
        const std::uint64_t ahead = seq - m_newest;
        m_seen = (ahead < kWidth ? m_seen << ahead : 0) | 1U;
        m_newest = seq;
        return ahead == 1 ? Sequence{Order::next} : Sequence{Order::gap, ahead - 1};
    }
    const std::uint64_t behind = m_newest - seq;
    if (behind >= kWidth) {
        return {Order::late};
    }
    const std::uint64_t bit = std::uint64_t{1} << behind;
    if ((m_seen & bit) != 0) {
        return {Order::duplicate};
    }
    m_seen |= bit;
    return {Order::out_of_order};
}

void SequenceWindow::forget(const Record& record) noexcept
{
    if (!record.seq) {
        return;
    }
    const std::uint64_t seq = whole(*record.seq);
    const bool same_start = record.boot ? m_start == whole(*record.boot) : m_start >= kWithoutBoot;
    if (same_start && seq <= m_newest && m_newest - seq < kWidth) {
        m_seen &= ~(std::uint64_t{1} << (m_newest - seq));
    }
}

} // namespace tlm::validation
