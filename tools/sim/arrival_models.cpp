// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/arrival_models.hpp"

#include "tools/sim/noise.hpp"

#include <algorithm>
#include <cmath>

namespace tlm::sim {
namespace {

/// The number of a device's stream that says where in the interval it begins.
constexpr std::uint64_t kPhase = ~std::uint64_t{0};

constexpr nanoseconds kFarthest{std::int64_t{1} << 62U}; // 146 years

nanoseconds bounded(long double nanos)
{
    const auto most = static_cast<long double>(kFarthest.count());
    return nanoseconds{static_cast<std::int64_t>(std::clamp(nanos, 0.0L, most))};
}

long double length(nanoseconds interval)
{
    return static_cast<long double>(interval.count());
}

struct Planner {
    const Planned& at;

    [[nodiscard]] long double phase() const { return uniform(at.key, kPhase); }

    nanoseconds operator()(const Poisson& model) const
    {
        const double gap = -std::log1p(-uniform(at.key, at.seq));
        return std::min(at.previous + bounded(gap * length(model.interval)), kFarthest);
    }

    nanoseconds operator()(const Jittered& model) const
    {
        // Not above 1: with the one before in its own interval none overtakes another.
        const auto turn = static_cast<long double>(at.seq) + phase();
        return bounded((turn + model.jitter * uniform(at.key, at.seq)) * length(model.interval));
    }

    nanoseconds operator()(const Burst& model) const
    {
        const auto burst = at.seq / model.size;
        const auto turn = static_cast<long double>(burst) + phase();
        return bounded(turn * length(model.interval) +
                       static_cast<long double>(at.seq % model.size) * length(model.spacing));
    }

    nanoseconds operator()(const Calendar& model) const
    {
        // Of the one before only its minute counts, not by how much it came later.
        const auto before = std::chrono::floor<milliseconds>(at.previous).count();
        const auto due = model.cron.next(at.seq == 0 ? at.origin - 1 : at.origin + before);
        const auto jitter = uniform(at.key, at.seq) * length(model.jitter);
        return milliseconds{due - at.origin} + bounded(jitter);
    }

    nanoseconds operator()(const Constant& /*by turns*/) const { return at.previous; }

    nanoseconds operator()(const Trace& /*by turns*/) const { return at.previous; }
};

} // namespace

bool by_turns(const Arrivals& arrivals) noexcept
{
    return std::holds_alternative<Constant>(arrivals) || std::holds_alternative<Trace>(arrivals);
}

nanoseconds position_of(const Arrivals& arrivals, const Planned& planned)
{
    return std::visit(Planner{planned}, arrivals);
}

} // namespace tlm::sim
