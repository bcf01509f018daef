// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/plan.hpp"

#include "common/base/error.hpp"
#include "tools/sim/fleet_script.hpp"
#include "tools/sim/replay_script.hpp"
#include "tools/sim/settings.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace tlm::sim {
namespace {

/// A script without its faults, and when it is played.
struct Bare {
    std::unique_ptr<Script> script;
    std::optional<Timeline> timeline;
    std::optional<milliseconds> ends{};
};

Casting casting_of(const Settings& settings, EpochMs now)
{
    Casting casting{settings.shard, {settings.count, std::nullopt}, now};
    if (settings.duration && settings.paced) {
        casting.extent.length = *settings.duration;
    }
    casting.origin = settings.start_time.value_or(now);
    return casting;
}

Error no_end()
{
    return usage_error("--speed above 1x needs --duration or --start-time here: without knowing "
                       "its end the times would run ahead of the clock");
}

Timeline timeline_of(const Settings& settings, const Script& script, EpochMs now)
{
    const auto last = script.last_position();
    if (!last && settings.speed.faster_than_recorded()) {
        throw no_end();
    }
    return Timeline::moved_to(now, last.value_or(nanoseconds{0}), settings.speed);
}

Bare plan_replay(Settings& settings, const Identity& identity, EpochMs now)
{
    auto script = std::make_unique<ReplayScript>(std::move(settings.recordings), settings.replay,
                                                 identity, casting_of(settings, now));
    if (settings.keep_time || settings.start_time) {
        const EpochMs first = settings.start_time.value_or(script->first_ts());
        return {std::move(script), Timeline::fixed_at(first, settings.speed)};
    }
    const auto timeline = timeline_of(settings, *script, now);
    return {std::move(script), timeline};
}

Bare plan_fleet(Settings& settings, const Identity& identity, EpochMs now)
{
    const bool by_calendar =
        std::any_of(settings.groups.begin(), settings.groups.end(), [](const Group& group) {
            return std::holds_alternative<Calendar>(group.arrivals);
        });
    if (by_calendar && settings.speed.faster_than_recorded() && !settings.start_time) {
        throw usage_error("--speed above 1x needs --start-time where arrivals follow the calendar");
    }
    auto script = std::make_unique<FleetScript>(std::move(settings.groups), identity,
                                                casting_of(settings, now));
    if (!settings.paced) {
        return {std::move(script), std::nullopt, settings.duration};
    }
    const auto timeline = settings.start_time
                              ? Timeline::fixed_at(*settings.start_time, settings.speed)
                              : timeline_of(settings, *script, now);
    return {std::move(script), timeline};
}

std::vector<FaultScope> scopes_of(const Settings& settings)
{
    std::vector<FaultScope> scopes;
    std::uint32_t first = 0;
    for (const auto& group : settings.groups) {
        scopes.push_back(fault_scope(group, first));
        first += group.devices;
    }
    if (scopes.empty()) {
        scopes.push_back({0, settings.devices, {}, {}});
    }
    for (auto& scope : scopes) {
        scope.faults.insert(scope.faults.end(), settings.faults.begin(), settings.faults.end());
    }
    return scopes;
}

/// The devices of a group, and where they begin in the fleet.
struct Members {
    std::uint32_t first;
    std::uint32_t devices;
    IdPattern ids;
    bool edge_nodes;
};

const Members& group_of(const std::vector<Members>& groups, std::uint32_t device)
{
    const auto behind = std::upper_bound(
        groups.begin(), groups.end(), device,
        [](std::uint32_t wanted, const Members& group) { return wanted < group.first; });
    return *std::prev(behind);
}

} // namespace

Roster make_roster(const Settings& settings)
{
    Roster roster{settings.devices, settings.shard.index, settings.shard.of, {}, {}};
    if (!settings.recordings.empty() && settings.replay.devices == 0) {
        std::vector<std::string> names;
        for (const auto& recording : settings.recordings) {
            names.push_back(recording.device);
        }
        roster.name = [names](std::uint32_t device) { return names[device]; };
        return roster;
    }
    std::vector<Members> groups;
    std::uint32_t first = 0;
    for (const auto& group : settings.groups) {
        groups.push_back({first, group.devices, group.ids, group.traits.edge_node});
        first += group.devices;
    }
    if (groups.empty()) {
        groups.push_back({0, settings.devices, settings.replay.ids, false});
    }
    if (has_edge_nodes(settings.groups)) {
        roster.is_edge_node = [groups](std::uint32_t device) {
            return group_of(groups, device).edge_nodes;
        };
    }
    roster.name = [groups](std::uint32_t device) {
        const auto& group = group_of(groups, device);
        return group.ids.name(device - group.first, group.devices);
    };
    return roster;
}

void check_plan(Settings& settings, EpochMs now)
{
    const bool fast = settings.speed.faster_than_recorded();
    if (settings.recordings.empty()) {
        if (fast) { // only its script knows whether a fleet has an end
            auto rehearsal = settings;
            (void)make_plan(rehearsal, now);
        }
        return;
    }
    if (settings.align) {
        align_starts(settings.recordings);
    }
    if (span_of(settings.recordings) > kLongestSeries) {
        throw usage_error("--replay: the recordings are more than 100 years apart");
    }
    const bool ends = !settings.replay.loop || settings.duration;
    if (fast && !ends && !settings.keep_time && !settings.start_time) {
        throw no_end();
    }
}

Plan make_plan(Settings& settings, EpochMs now)
{
    constexpr EpochMs kSecond = 1'000;
    Identity identity;
    identity.pad_to = settings.payload_size;
    identity.seed = settings.seed.value_or(static_cast<std::uint64_t>(now));
    identity.boot = settings.seed ? static_cast<std::int64_t>(*settings.seed) : now / kSecond;
    auto scopes = scopes_of(settings);
    auto bare = settings.recordings.empty() ? plan_fleet(settings, identity, now)
                                            : plan_replay(settings, identity, now);
    const EpochMs start = bare.timeline ? bare.timeline->ts(nanoseconds{0}) : now;
    auto script = std::make_unique<FaultInjector>(std::move(bare.script), std::move(scopes),
                                                  identity, settings.shard, start);
    return {std::move(script), bare.timeline, bare.ends};
}

} // namespace tlm::sim
