// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/ramp.hpp"

#include "common/base/units.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tlm::sim {
namespace {

std::optional<Ramp::Stage> parse_stage(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto at = parse_duration(text.substr(0, colon));
    const auto number = parse_unsigned(text.substr(colon + 1));
    if (!at || !number || *number > std::numeric_limits<std::uint32_t>::max()) {
        return std::nullopt;
    }
    return Ramp::Stage{*at, static_cast<std::uint32_t>(*number)};
}

} // namespace

Ramp Ramp::at_once(std::uint32_t connections)
{
    return Ramp{{{nanoseconds{0}, connections}}};
}

Ramp Ramp::at_rate(std::uint32_t connections, double rate)
{
    const auto first = std::min<std::uint32_t>(connections, 1);
    return Ramp{
        {{nanoseconds{0}, first}, {steady_position(connections - first, rate), connections}}};
}

std::uint32_t Ramp::open_at(nanoseconds elapsed) const
{
    const auto after = std::find_if(m_stages.begin(), m_stages.end(),
                                    [elapsed](const Stage& stage) { return stage.at > elapsed; });
    if (after == m_stages.begin()) {
        return 0;
    }
    const auto& from = *std::prev(after);
    if (after == m_stages.end()) {
        return from.connections;
    }
    const auto share = static_cast<double>((elapsed - from.at).count()) /
                       static_cast<double>((after->at - from.at).count());
    return from.connections +
           static_cast<std::uint32_t>(std::floor(share * (after->connections - from.connections)));
}

std::optional<nanoseconds> Ramp::next_growth(nanoseconds elapsed) const
{
    const auto target = open_at(elapsed) + 1;
    const auto reached =
        std::find_if(m_stages.begin(), m_stages.end(),
                     [target](const Stage& stage) { return stage.connections >= target; });
    if (reached == m_stages.end()) {
        return std::nullopt;
    }
    if (reached == m_stages.begin()) {
        return reached->at;
    }
    const auto& from = *std::prev(reached);
    const auto share = static_cast<double>(target - from.connections) /
                       static_cast<double>(reached->connections - from.connections);
    const auto way = std::ceil(share * static_cast<double>((reached->at - from.at).count()));
    return std::max(from.at + nanoseconds{static_cast<nanoseconds::rep>(way)},
                    elapsed + nanoseconds{1});
}

double Ramp::steepest() const
{
    double most = m_stages.front().connections;
    for (std::size_t i = 1; i < m_stages.size(); ++i) {
        const auto grown = m_stages[i].connections - m_stages[i - 1].connections;
        const std::chrono::duration<double> took = m_stages[i].at - m_stages[i - 1].at;
        most = std::max(most, grown / std::max(took.count(), 1.0));
    }
    return most;
}

std::string format_ramp(const Ramp& ramp)
{
    std::string text;
    for (const auto& stage : ramp.stages()) {
        text += text.empty() ? "" : ",";
        text += format_duration(std::chrono::duration_cast<milliseconds>(stage.at));
        text += ":" + std::to_string(stage.connections);
    }
    return text;
}

std::optional<Ramp> parse_ramp(std::string_view text)
{
    std::vector<Ramp::Stage> stages;
    for (bool more = true; more;) {
        const auto comma = text.find(',');
        more = comma != std::string_view::npos;
        const auto stage = parse_stage(text.substr(0, comma));
        if (!stage || (!stages.empty() && (stage->at < stages.back().at ||
                                           stage->connections < stages.back().connections))) {
            return std::nullopt;
        }
        stages.push_back(*stage);
        text.remove_prefix(more ? comma + 1 : text.size());
    }
    return Ramp{std::move(stages)};
}

} // namespace tlm::sim
