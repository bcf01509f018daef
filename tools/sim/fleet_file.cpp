// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fleet_file.hpp"

#include "common/base/units.hpp"
#include "tools/sim/fault_injector.hpp"
#include "tools/sim/fleet_metrics.hpp"
#include "tools/sim/fleet_payload.hpp"
#include "tools/sim/shared_id.hpp"
#include "tools/sim/trace.hpp"
#include "tools/sim/yaml_setting.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace tlm::sim {
namespace {

constexpr std::uint64_t kMostDevices = 10'000'000;
constexpr std::size_t kMostGroups = 1'000;

double seconds(milliseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

Arrivals read_burst(const Setting& every, SettingMap& map)
{
    Burst burst{every.duration(), map.at("size").count(1, Burst::kLargest), nanoseconds{0}};
    if (const auto* const spacing = map.find("spacing")) {
        burst.spacing = spacing->duration();
        if (!burst.fits()) {
            throw spacing->wrong("the burst is longer than the interval");
        }
    }
    return burst;
}

Arrivals read_calendar(const Setting& when, SettingMap& map)
{
    const auto parsed = Cron::parse(when.text());
    if (const auto* const wrong = std::get_if<std::string>(&parsed)) {
        throw when.wrong(*wrong);
    }
    Calendar calendar{std::get<Cron>(parsed), nanoseconds{0}};
    if (const auto* const jitter = map.find("jitter")) {
        calendar.jitter = jitter->duration();
        if (calendar.jitter >= Calendar::kMostJitter) {
            throw jitter->wrong("less than a minute is wanted");
        }
    }
    return calendar;
}

Arrivals read_trace(const Setting& file, const ReadFile& read)
{
    auto parsed = parse_trace(file.file(read));
    if (const auto* const bad = std::get_if<BadLine>(&parsed)) {
        throw file.wrong(bad->in(file.text()));
    }
    return Trace{std::make_shared<const std::vector<nanoseconds>>(
        std::get<std::vector<nanoseconds>>(std::move(parsed)))};
}

Arrivals read_arrivals(const Setting& setting, std::uint32_t devices, const ReadFile& read)
{
    SettingMap map{setting};
    Arrivals arrivals;
    if (const auto* const every = map.find("constant")) {
        arrivals = Constant{devices / seconds(every->duration())};
    } else if (const auto* const mean = map.find("poisson")) {
        arrivals = Poisson{mean->duration()};
    } else if (const auto* const jittered = map.find("jittered")) {
        const auto* const jitter = map.find("jitter");
        arrivals = Jittered{jittered->duration(), jitter != nullptr ? jitter->share() : 1};
    } else if (const auto* const burst = map.find("burst")) {
        arrivals = read_burst(*burst, map);
    } else if (const auto* const cron = map.find("cron")) {
        arrivals = read_calendar(*cron, map);
    } else if (const auto* const trace = map.find("trace")) {
        arrivals = read_trace(*trace, read);
    } else {
        throw setting.wrong("one of constant, poisson, jittered, burst, cron, trace is wanted");
    }
    map.finish();
    return arrivals;
}

void check_fault(const Setting& setting, const FaultRule& fault, const Group& group)
{
    const auto& traits = group.traits;
    if ((fault.kind == FaultKind::spoofed_id && !traits.can_spoof) ||
        (fault.kind == FaultKind::wrong_schema && !traits.can_mistype)) {
        throw setting.wrong("the payload of this group cannot have this fault");
    }
    const auto victims = fault_scope(group, 0).victims;
    if (changes_values(fault.kind) && victims.empty()) {
        throw setting.wrong("no metric of this group is a number");
    }
    if (!fault.metric.empty() && !has_victim(victims, fault.metric)) {
        throw setting.wrong(fault.metric + " is no metric of this group that is a number");
    }
}

/// The member, when it is there; throws Error usage when faults of this kind do not take it.
const Setting* find_detail(SettingMap& map, FaultKind kind, std::string_view name)
{
    const auto* const setting = map.find(name);
    if (setting != nullptr && !fault_takes(kind, name)) {
        throw setting->wrong("what " + std::string{fault_name(kind)} + " takes besides is " +
                             fault_details(kind));
    }
    return setting;
}

void read_details(SettingMap& map, FaultRule& fault)
{
    if (const auto* const share = find_detail(map, fault.kind, "devices")) {
        fault.share = share->share();
    }
    if (const auto* const metric = find_detail(map, fault.kind, "metric")) {
        fault.metric = metric->text();
    }
    if (const auto* const size = find_detail(map, fault.kind, "size")) {
        fault.size = size->number(-FaultRule::kMostSize, FaultRule::kMostSize);
    }
    if (const auto* const by = find_detail(map, fault.kind, "by")) {
        fault.by = by->duration();
    }
    if (const auto* const messages = find_detail(map, fault.kind, "messages")) {
        fault.messages = static_cast<std::uint32_t>(messages->count(1, FaultRule::kLargestFlood));
    }
}

FaultRule read_fault(const Setting& setting)
{
    SettingMap map{setting};
    FaultRule fault;
    const auto& kind = map.at("kind");
    const auto found = find_fault(kind.text());
    if (!found) {
        throw kind.wrong("there is no such fault");
    }
    fault.kind = *found;
    const auto* const at = map.find("at");
    const auto* const probability = map.find("probability");
    if ((at == nullptr) == (probability == nullptr)) {
        throw setting.wrong("either a probability or a time (at) is wanted");
    }
    if (at != nullptr) {
        fault.at = parse_duration(at->text());
        if (!fault.at) {
            throw at->wrong("a duration since the start is wanted");
        }
    } else {
        fault.probability = probability->share();
    }
    if (const auto* const length = map.find("for")) {
        fault.length = length->duration();
    }
    read_details(map, fault);
    map.finish();
    return fault;
}

/// The template; throws Error usage without the place.
TopicTemplate make_topic(const std::string& text)
{
    constexpr std::size_t kLongestId = 128;
    constexpr std::size_t kLongestTopic = 65'535;
    TopicTemplate topic{text};
    if (!topic.is_topic() || topic.topic(std::string(kLongestId, '-')).size() > kLongestTopic) {
        throw usage_error("a topic has no wildcards, and no more than 65535 bytes");
    }
    return topic;
}

TopicTemplate read_topic(const Setting& setting)
{
    const auto text = setting.text();
    try {
        return make_topic(text);
    } catch (const Error& error) {
        throw setting.wrong(error.what());
    }
}

void add_usual_metrics(Group& group)
{
    const auto machine = default_signals();
    group.signals.insert(group.signals.end(), machine.begin(), machine.end());
}

Group read_group(const std::string& name, const Setting& setting, const ReadFile& read,
                 std::size_t pad_to)
{
    SettingMap map{setting};
    Group group;
    group.name = name;
    group.devices = static_cast<std::uint32_t>(map.at("devices").count(1, kMostDevices));
    const auto* const ids = map.find("ids");
    const auto pattern =
        IdPattern::parse(ids != nullptr ? ids->text() : name + "-{n}", group.devices);
    if (!pattern) {
        throw(ids != nullptr ? *ids : setting)
            .wrong("ids have {n} once, for the number, and else A-Z a-z 0-9 . _ : -");
    }
    group.ids = *pattern;
    if (const auto* const topic = map.find("topic")) {
        group.topic = read_topic(*topic);
    }
    group.arrivals = read_arrivals(map.at("arrivals"), group.devices, read);
    if (const auto* const tags = map.find("tags")) {
        read_tags(*tags, group.signals);
    }
    if (const auto* const metrics = map.find("metrics")) {
        read_metrics(*metrics, group.signals);
    } else {
        add_usual_metrics(group);
    }
    read_payload(map.find("payload"), read, pad_to, group);
    if (const auto* const faults = map.find("faults")) {
        for (const auto& item : faults->items()) {
            group.faults.push_back(read_fault(item));
            check_fault(item, group.faults.back(), group);
        }
    }
    map.finish();
    return group;
}

/// The ids of a group; of edge nodes theirs, whatever is behind them.
IdRange ids_of(const Group& group, bool nodes_only)
{
    IdRange ids{group.ids, group.devices};
    if (nodes_only) {
        ids.pattern.suffix.resize(
            std::min(ids.pattern.suffix.find("::"), ids.pattern.suffix.size()));
    }
    return ids;
}

/// No device of the last group, and no edge node, is one of a group before.
void check_ids(const Setting& setting, const std::vector<Group>& groups)
{
    const auto& last = groups.back();
    for (const auto& other : groups) {
        const bool nodes = last.traits.edge_node && other.traits.edge_node;
        const auto id =
            &other == &last ? std::nullopt : shared_id(ids_of(last, nodes), ids_of(other, nodes));
        if (id) {
            throw setting.wrong("the id " + *id + " is also one of the group " + other.name);
        }
    }
}

Error wrong_size(const Setting& groups)
{
    return groups.wrong("1 to 1000 groups are wanted, with 10000000 devices at most");
}

} // namespace

void describe_group(const std::vector<std::string>& tags, const std::vector<std::string>& metrics,
                    std::size_t pad_to, Group& group)
{
    for (const auto& tag : tags) {
        read_tags(Setting::parse(tag, "--tag"), group.signals);
    }
    for (const auto& metric : metrics) {
        read_metrics(Setting::parse(metric, "--metric"), group.signals);
    }
    if (metrics.empty()) {
        add_usual_metrics(group);
    }
    read_payload(nullptr, {}, pad_to, group);
}

std::vector<Group> parse_fleet(std::string_view text, const std::string& name, const ReadFile& read,
                               std::size_t pad_to)
{
    const auto whole = Setting::parse(text, name);
    SettingMap map{whole};
    const auto& setting = map.at("groups");
    std::vector<Group> groups;
    std::uint64_t devices = 0;
    for (const auto& [group_name, group] : setting.members()) {
        groups.push_back(read_group(group_name, group, read, pad_to));
        devices += groups.back().devices;
        if (groups.size() > kMostGroups || devices > kMostDevices) {
            throw wrong_size(setting);
        }
        check_ids(group, groups);
    }
    map.finish();
    if (groups.empty()) {
        throw wrong_size(setting);
    }
    return groups;
}

} // namespace tlm::sim
