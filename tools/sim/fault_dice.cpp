// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fault_dice.hpp"

#include "tools/sim/noise.hpp"

#include <utility>

namespace tlm::sim {
namespace {

/// A number of the fault's stream that no seq reaches.
constexpr std::uint64_t kOnce = ~std::uint64_t{0};

} // namespace

FaultDice::FaultDice(FaultRule rule, EpochMs start, std::size_t slots)
    : m_rule(std::move(rule)), m_start(start)
{
    if (m_rule.at || m_rule.duration() > milliseconds{0}) {
        m_memory.resize(slots);
    }
}

bool FaultDice::concerns(std::uint64_t key) const noexcept
{
    return m_rule.share >= 1 || uniform(key, kOnce) < m_rule.share;
}

bool FaultDice::scheduled(Memory& memory, EpochMs ts) const
{
    memory.begin = m_start + m_rule.at->count();
    memory.draw = kOnce;
    const auto duration = m_rule.duration();
    return ts >= memory.begin &&
           (duration > milliseconds{0} ? ts < memory.begin + duration.count() : !memory.begun);
}

bool FaultDice::drawn(Memory& memory, std::uint64_t key, std::uint64_t seq, EpochMs ts) const
{
    if (memory.begun && ts < memory.end) {
        return true;
    }
    memory = {ts, ts + m_rule.duration().count(), seq, 0, false};
    return uniform(key, seq) < m_rule.probability;
}

std::optional<FaultDice::Hit> FaultDice::roll(std::uint64_t key, std::size_t slot,
                                              std::uint64_t seq, EpochMs ts)
{
    if (!concerns(key)) {
        return std::nullopt;
    }
    if (m_memory.empty()) {
        return uniform(key, seq) < m_rule.probability ? std::optional{Hit{ts, seq}} : std::nullopt;
    }
    auto& memory = m_memory[slot];
    if (!(m_rule.at ? scheduled(memory, ts) : drawn(memory, key, seq, ts))) {
        return std::nullopt;
    }
    const bool first = !std::exchange(memory.begun, true);
    return Hit{memory.begin, memory.draw, first, &memory.held};
}

} // namespace tlm::sim
