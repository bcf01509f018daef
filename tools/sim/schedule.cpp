// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/schedule.hpp"

#include "tools/sim/noise.hpp"

#include <algorithm>
#include <utility>

namespace tlm::sim {
namespace {

/// Below a device's key: what its plan draws.
constexpr std::uint64_t kPlanStream = ~std::uint64_t{1};

/// Devices take turns: message i comes from device i mod devices.
class ByTurns final : public Schedule {
  public:
    ByTurns(const Arrivals& arrivals, const Scope& scope) : m_scope(scope)
    {
        if (const auto* const constant = std::get_if<Constant>(&arrivals)) {
            m_rate = constant->rate;
        } else {
            m_times = std::get<Trace>(arrivals).times;
        }
        m_total = total();
        m_step = scope.shard.of;
        m_first = first_own();
        m_turn.device = m_first;
        place();
    }

    [[nodiscard]] const Turn* next() const noexcept override { return m_ended ? nullptr : &m_turn; }

    void advance() override
    {
        m_turn.device += m_step;
        if (m_turn.device >= m_scope.devices) {
            m_turn.device = m_first;
            ++m_turn.seq;
        }
        place();
    }

    [[nodiscard]] std::optional<nanoseconds> last() const override
    {
        if (!m_total) {
            return std::nullopt;
        }
        return position(*m_total > 0 ? *m_total - 1 : 0);
    }

  private:
    [[nodiscard]] nanoseconds position(std::uint64_t i) const
    {
        if (m_times) {
            return (*m_times)[std::min<std::uint64_t>(i, m_times->size() - 1)];
        }
        return m_rate ? steady_position(i, *m_rate) : nanoseconds{0};
    }

    /// How many messages the group has, of all shards; empty: without end.
    [[nodiscard]] std::optional<std::uint64_t> total() const
    {
        std::optional<std::uint64_t> total;
        const auto at_most = [&total](std::uint64_t count) {
            total = std::min(total.value_or(count), count);
        };
        if (m_times) {
            at_most(m_times->size());
        }
        const auto& extent = m_scope.extent;
        if (extent.count) {
            const auto of_first = *extent.count / m_scope.fleet * m_scope.devices;
            const auto begun = *extent.count % m_scope.fleet;
            const auto more = begun > m_scope.first ? begun - m_scope.first : 0;
            at_most(of_first + std::min<std::uint64_t>(more, m_scope.devices));
        }
        if (extent.length && m_rate) {
            at_most(steady_count(*extent.length, *m_rate));
        } else if (extent.length && m_times) {
            const auto end = std::lower_bound(m_times->begin(), m_times->end(), *extent.length);
            at_most(static_cast<std::uint64_t>(end - m_times->begin()));
        }
        return total;
    }

    /// The first device of the group that this shard plays.
    [[nodiscard]] std::uint32_t first_own() const
    {
        const auto of = m_scope.shard.of;
        return static_cast<std::uint32_t>((m_scope.shard.index + of - m_scope.first % of) % of);
    }

    void place()
    {
        const auto i = m_turn.seq * m_scope.devices + m_turn.device;
        m_ended = m_first >= m_scope.devices || (m_total && i >= *m_total);
        m_turn.position = position(i);
    }

    Scope m_scope;
    std::optional<double> m_rate;
    std::shared_ptr<const std::vector<nanoseconds>> m_times;
    std::optional<std::uint64_t> m_total;
    std::uint32_t m_step = 1;
    std::uint32_t m_first = 0;
    bool m_ended = false;
    Turn m_turn;
};

/// Each device has a plan of its own.
class ByDevice final : public Schedule {
  public:
    ByDevice(Arrivals arrivals, const Scope& scope)
        : m_arrivals(std::move(arrivals)), m_scope(scope), m_seqs(scope.devices)
    {
        std::vector<DueHeap::Entry> entries;
        entries.reserve(scope.devices / scope.shard.of + 1);
        for (std::uint32_t device = 0; device < scope.devices; ++device) {
            if (scope.shard.has(scope.first + device)) {
                const auto position = position_of(m_arrivals, planned(device, nanoseconds{0}));
                if (!over(device, position)) {
                    entries.push_back({position, device});
                }
            }
        }
        m_heap.fill(std::move(entries));
        look();
    }

    [[nodiscard]] const Turn* next() const noexcept override
    {
        return m_heap.empty() ? nullptr : &m_turn;
    }

    void advance() override
    {
        const auto device = m_turn.device;
        ++m_seqs[device];
        const auto position = position_of(m_arrivals, planned(device, m_turn.position));
        if (over(device, position)) {
            m_heap.pop();
        } else {
            m_heap.postpone(position);
        }
        look();
    }

    [[nodiscard]] std::optional<nanoseconds> last() const override
    {
        return m_scope.extent.length; // not after it
    }

  private:
    [[nodiscard]] Planned planned(std::uint32_t device, nanoseconds previous) const
    {
        const auto key = derive(derive(m_scope.seed, m_scope.first + device), kPlanStream);
        return {key, m_seqs[device], previous, m_scope.origin};
    }

    [[nodiscard]] bool over(std::uint32_t device, nanoseconds position) const
    {
        const auto quota = m_scope.extent.quota(m_scope.first + device, m_scope.fleet);
        return (quota && m_seqs[device] >= *quota) ||
               (m_scope.extent.length && position >= *m_scope.extent.length);
    }

    void look()
    {
        if (!m_heap.empty()) {
            const auto& top = m_heap.top();
            m_turn = {top.due, top.device, m_seqs[top.device]};
        }
    }

    Arrivals m_arrivals;
    Scope m_scope;
    std::vector<std::uint64_t> m_seqs;
    DueHeap m_heap;
    Turn m_turn;
};

} // namespace

std::unique_ptr<Schedule> make_schedule(const Arrivals& arrivals, const Scope& scope)
{
    if (by_turns(arrivals)) {
        return std::make_unique<ByTurns>(arrivals, scope);
    }
    return std::make_unique<ByDevice>(arrivals, scope);
}

} // namespace tlm::sim
