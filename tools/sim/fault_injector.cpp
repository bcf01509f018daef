// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fault_injector.hpp"

#include "common/base/json_text.hpp"
#include "tools/sim/noise.hpp"
#include "tools/sim/truth_line.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tlm::sim {
namespace {

/// Below a device's key: what its faults draw.
constexpr std::uint64_t kFaultStream = ~std::uint64_t{2};

/// Below a fault's key: what is drawn once it has hit.
constexpr std::uint64_t kDetail = ~std::uint64_t{3};

bool changes_bytes(FaultKind kind)
{
    return kind <= FaultKind::future_clock;
}

bool is_of_message(FaultKind kind)
{
    return kind <= FaultKind::late;
}

bool holds_back(FaultKind kind)
{
    return kind == FaultKind::out_of_order || kind == FaultKind::late;
}

/// What befalls devices, not messages.
bool is_planned_cut(const FaultRule& rule)
{
    return rule.kind == FaultKind::reconnect_storm && rule.at;
}

/// What is expected of those who receive it, as JSON.
std::string expectation(FaultKind kind, const Message& message)
{
    std::string text;
    switch (kind) {
    case FaultKind::bad_json:
        return R"("not_json")";
    case FaultKind::wrong_schema:
        return R"("schema")";
    case FaultKind::spoofed_id:
        return R"("spoofed_id")";
    case FaultKind::future_clock:
        append_number(text, message.sent);
        return text;
    case FaultKind::duplicate:
        return R"("once")";
    case FaultKind::out_of_order:
        return R"("behind the next")";
    case FaultKind::drop_out:
        return R"("nothing")";
    case FaultKind::reconnect_storm:
        return R"("a new connection")";
    case FaultKind::flood:
        return R"("too many")";
    case FaultKind::late: // when it goes out
    case FaultKind::drift:
    case FaultKind::stuck_value:
    case FaultKind::spike:
    case FaultKind::level_shift:
        break;
    }
    return "null";
}

} // namespace

bool has_victim(const std::vector<Victim>& victims, std::string_view name)
{
    return std::any_of(victims.begin(), victims.end(),
                       [name](const Victim& victim) { return victim.name == name; });
}

FaultScope fault_scope(const Group& group, std::uint32_t first)
{
    FaultScope scope{first, group.devices, group.faults, {}};
    for (std::size_t i = 0; i < group.signals.size(); ++i) {
        const auto& signal = group.signals[i];
        if (!signal.hidden && signal.labels.empty()) {
            scope.victims.push_back({i, signal.name, spread_of(signal)});
        }
    }
    return scope;
}

FaultInjector::Stored::Stored(const Message& original)
    : message(original), payload(original.payload), topic(original.topic)
{}

FaultInjector::FaultInjector(std::unique_ptr<Script> script, std::vector<FaultScope> scopes,
                             const Identity& identity, const Shard& shard, EpochMs start)
    : m_script(std::move(script)), m_identity(identity), m_shard(shard), m_start(start)
{
    for (auto& scope : scopes) {
        Group group{std::move(scope), {}};
        const auto slots = (group.scope.devices - 1) / shard.of + 1;
        for (const auto& fault : group.scope.faults) {
            group.dice.emplace_back(fault, start, slots);
        }
        if (!group.dice.empty()) {
            plan_cuts(group);
            m_groups.push_back(std::move(group));
        }
    }
    std::sort(m_cuts.begin(), m_cuts.end(), [](const Cut& a, const Cut& b) {
        return a.ts != b.ts ? a.ts < b.ts : a.device < b.device;
    });
}

void FaultInjector::plan_cuts(const Group& group)
{
    for (std::size_t i = 0; i < group.dice.size(); ++i) {
        const auto& rule = group.dice[i].rule();
        if (!is_planned_cut(rule)) {
            continue;
        }
        for (std::uint32_t at = 0; at < group.scope.devices; ++at) {
            const auto device = group.scope.first + at;
            const auto key = derive(derive(derive(m_identity.seed, device), kFaultStream), i);
            if (m_shard.has(device) && group.dice[i].concerns(key)) {
                const auto spread = static_cast<double>(rule.duration().count());
                const auto off = static_cast<EpochMs>(uniform(key, 0) * spread);
                m_cuts.push_back({m_start + rule.at->count() + off, device});
            }
        }
    }
}

/// Cuts what is due at `ts`; false when nothing was.
bool FaultInjector::cut_due(EpochMs ts)
{
    const auto first = m_next_cut;
    for (; m_next_cut < m_cuts.size() && m_cuts[m_next_cut].ts <= ts; ++m_next_cut) {
        const auto& cut = m_cuts[m_next_cut];
        m_hang_ups.push_back(cut.device);
        append_cut_truth(m_truth, m_script->device_name(cut.device), m_identity.boot, cut.ts);
    }
    return m_next_cut > first;
}

std::optional<nanoseconds> FaultInjector::next_position() const
{
    if (!m_queue.empty()) {
        return m_position;
    }
    auto next = m_script->next_position();
    if (next && m_next_cut < m_cuts.size()) {
        next = std::min(*next, position_of(m_cuts[m_next_cut].ts));
    }
    if (!m_late.empty()) {
        const auto due = position_of(m_late.begin()->first);
        next = std::min(next.value_or(due), due);
    }
    return next || m_waiting.empty() ? next : std::optional{m_position};
}

FaultInjector::Group* FaultInjector::group_of(std::uint32_t device)
{
    const auto behind = std::upper_bound(
        m_groups.begin(), m_groups.end(), device,
        [](std::uint32_t wanted, const Group& group) { return wanted < group.scope.first; });
    if (behind == m_groups.begin()) {
        return nullptr;
    }
    auto& group = *std::prev(behind);
    return device - group.scope.first < group.scope.devices ? &group : nullptr;
}

std::string_view FaultInjector::claimed_id(const Script::Speaker& speaker)
{
    m_claimed = "spoofed-";
    append_number(m_claimed, derive(derive(m_identity.seed, speaker.device), kDetail) % 1'000'000);
    return m_claimed;
}

void FaultInjector::change_value(const FaultRule& fault, const FaultDice::Hit& hit,
                                 std::uint64_t key, EpochMs ts, const Group& group)
{
    constexpr double kFarOff = 10; // spreads: nobody takes it for noise
    constexpr double kOff = 4;
    const auto& victims = group.scope.victims;
    const auto* victim = &victims[derive(derive(key, kDetail), hit.draw) % victims.size()];
    for (const auto& each : victims) {
        victim = each.name == fault.metric ? &each : victim;
    }
    const double usual = (fault.kind == FaultKind::spike ? kFarOff : kOff) * victim->spread;
    const bool down = (derive(derive(key, kDetail), ~hit.draw) & 1U) != 0;
    double amount = fault.size.value_or(down ? -usual : usual);
    ValueChange change{victim->signal};
    double* keep = nullptr;
    if (fault.kind == FaultKind::drift) {
        const auto age = static_cast<double>(ts - hit.begin);
        amount *= age / static_cast<double>(fault.duration().count());
    } else if (fault.kind == FaultKind::stuck_value) {
        keep = hit.first ? hit.held : nullptr;
        change.replace = !hit.first;
        amount = hit.first ? 0 : *hit.held;
    }
    change.amount = amount;
    m_changes.push_back(change);
    m_stuck.push_back(keep);
    m_changed.push_back({fault.kind, &victim->name});
}

void FaultInjector::apply(const FaultRule& fault, const FaultDice::Hit& hit, std::uint64_t key,
                          EpochMs ts, const Group& group, Outcome& outcome)
{
    if (is_of_message(fault.kind)) {
        if (!outcome.of_message || fault.kind < *outcome.of_message) {
            outcome.of_message = fault.kind;
            outcome.time_off = fault.time_off();
            outcome.draw = derive(derive(key, kDetail), hit.draw);
        }
    } else if (changes_values(fault.kind)) {
        change_value(fault, hit, key, ts, group);
    } else if (fault.kind == FaultKind::drop_out) {
        outcome.silent = true;
    } else if (fault.kind == FaultKind::reconnect_storm) {
        outcome.hang_up = true;
    } else {
        outcome.flood = std::max(outcome.flood, fault.messages);
    }
}

FaultInjector::Outcome FaultInjector::roll(Group& group, const Script::Speaker& speaker, EpochMs ts)
{
    Outcome outcome;
    m_changes.clear();
    m_stuck.clear();
    m_changed.clear();
    const auto slot = (speaker.device - group.scope.first) / m_shard.of;
    const auto stream = derive(derive(m_identity.seed, speaker.device), kFaultStream);
    for (std::size_t i = 0; i < group.dice.size(); ++i) {
        const auto key = derive(stream, i);
        if (is_planned_cut(group.dice[i].rule())) {
            continue;
        }
        if (const auto hit = group.dice[i].roll(key, slot, speaker.seq, ts)) {
            apply(group.dice[i].rule(), *hit, key, ts, group, outcome);
        }
    }
    if (outcome.of_message == FaultKind::wrong_schema && !m_script->next_has_number()) {
        outcome.of_message.reset();
    }
    auto& distortion = outcome.distortion;
    if (outcome.of_message == FaultKind::future_clock) {
        distortion.clock = outcome.time_off;
    } else if (outcome.of_message == FaultKind::spoofed_id) {
        distortion.claimed_id = claimed_id(speaker);
    }
    distortion.mistyped = outcome.of_message == FaultKind::wrong_schema;
    distortion.silent = outcome.silent;
    distortion.changes = m_changes;
    return outcome;
}

void FaultInjector::tell_values(std::string& out, const Message& message)
{
    for (std::size_t i = 0; i < m_changes.size(); ++i) {
        if (m_stuck[i] != nullptr) {
            *m_stuck[i] = m_changes[i].said;
        }
        if (made_a_difference(i)) {
            append_value_truth(out, m_changed[i].kind, message, *m_changed[i].metric, m_changes[i]);
        }
    }
}

/// All but what is told of a message that is held back, once it goes out.
void FaultInjector::tell(const Message& message, const Outcome& outcome)
{
    const auto tell_kind = [&](FaultKind kind) {
        append_truth(m_truth, kind, message, expectation(kind, message));
    };
    if (!outcome.of_message || !holds_back(*outcome.of_message)) {
        tell_values(m_truth, message);
        if (outcome.of_message) {
            tell_kind(*outcome.of_message);
        }
    }
    if (outcome.hang_up) {
        tell_kind(FaultKind::reconnect_storm);
    }
    if (outcome.flood > 0) {
        tell_kind(FaultKind::flood);
    }
}

/// What decides where a message may arrive: its bytes, else its values, else its order. A duplicate
/// is named in its second copy alone.
std::string_view FaultInjector::label(const Outcome& outcome) const
{
    const auto kind = outcome.of_message;
    if (kind && changes_bytes(*kind)) {
        return fault_name(*kind);
    }
    for (std::size_t i = 0; i < m_changed.size(); ++i) {
        if (made_a_difference(i)) {
            return fault_name(m_changed[i].kind);
        }
    }
    return kind && *kind != FaultKind::duplicate ? fault_name(*kind) : std::string_view{};
}

std::optional<Message> FaultInjector::deliver(Message message, const Outcome& outcome, EpochMs ts)
{
    const auto kind = outcome.of_message;
    message.fault = label(outcome);
    if (!kind) {
        return message;
    }
    if (*kind == FaultKind::bad_json) {
        // Without its last byte no format is whole; JSON may miss more.
        const auto most = message.payload.starts_with('{') ? message.payload.size() / 2 : 1;
        const auto cut = 1 + outcome.draw % std::max<std::size_t>(most, 1);
        message.payload.remove_suffix(std::min<std::size_t>(cut, message.payload.size()));
    }
    if (changes_bytes(*kind)) {
        return message;
    }
    Stored copy{message};
    if (*kind == FaultKind::duplicate) {
        copy.message.fault = fault_name(*kind);
        copy.message.hang_up = false;
        m_queue.push_back(std::move(copy));
        return message;
    }
    hold(std::move(copy), outcome, ts);
    return std::nullopt;
}

void FaultInjector::hold(Stored stored, const Outcome& outcome, EpochMs ts)
{
    const auto device = stored.message.device;
    if (std::exchange(stored.message.hang_up, false)) {
        m_hang_ups.push_back(device); // of the device, not of what is held back
    }
    tell_values(stored.truth, stored.message);
    if (outcome.of_message == FaultKind::late) {
        ++m_late_of[device];
        m_late.emplace(ts + outcome.time_off.count(), std::move(stored));
    } else {
        m_waiting[device].push_back(std::move(stored));
    }
}

bool FaultInjector::may_hold(std::uint32_t device) const
{
    const auto late = m_late_of.find(device);
    const auto waiting = m_waiting.find(device);
    return (late == m_late_of.end() ? 0 : late->second) +
               (waiting == m_waiting.end() ? 0 : waiting->second.size()) <
           kMostHeld;
}

void FaultInjector::flood(const Outcome& outcome, EpochMs ts)
{
    for (std::uint32_t i = 0; i < outcome.flood; ++i) {
        auto& extra = m_queue.emplace_back(m_script->take_again(ts));
        extra.message.fault = fault_name(FaultKind::flood);
    }
}

/// Without a plan `ts` is the clock, which may be past what is due, or before it at the end.
bool FaultInjector::late_due(EpochMs ts) const
{
    if (m_late.empty()) {
        return false;
    }
    const auto due = m_late.begin()->first;
    const auto next = m_script->next_position();
    return !next || due < ts || (due == ts && position_of(due) < *next);
}

void FaultInjector::release_late(EpochMs ts)
{
    const auto first = m_late.begin();
    m_position = position_of(first->first);
    auto& stored = m_queue.emplace_back(std::move(first->second));
    m_late.erase(first);
    const auto count = m_late_of.find(stored.message.device);
    if (--count->second == 0) {
        m_late_of.erase(count);
    }
    std::string expected;
    append_number(expected, ts);
    append_truth(stored.truth, FaultKind::late, stored.message, expected);
    stored.message.sent = ts;
}

/// What waits for a message of the device, which goes out at `ts`.
void FaultInjector::release_behind(std::uint32_t device, EpochMs ts)
{
    const auto waiting = m_waiting.find(device);
    if (waiting == m_waiting.end()) {
        return;
    }
    for (auto& each : waiting->second) {
        append_truth(each.truth, FaultKind::out_of_order, each.message,
                     expectation(FaultKind::out_of_order, each.message));
        each.message.sent = ts;
        m_queue.push_back(std::move(each));
    }
    m_waiting.erase(waiting);
}

/// The last ones of their devices: there is nothing that they could stand behind.
void FaultInjector::release_the_rest()
{
    for (auto& [device, waiting] : m_waiting) {
        for (auto& each : waiting) {
            if (each.message.fault == fault_name(FaultKind::out_of_order)) {
                each.message.fault = {};
            }
            m_queue.push_back(std::move(each));
        }
    }
    m_waiting.clear();
}

Message FaultInjector::pop_queue()
{
    m_current = std::move(m_queue.front());
    m_queue.pop_front();
    m_truth += m_current->truth;
    auto message = m_current->message;
    message.payload = m_current->payload;
    message.topic = m_current->topic;
    return message;
}

std::optional<Message> FaultInjector::take(EpochMs ts)
{
    if (m_groups.empty()) {
        return m_script->take(ts);
    }
    m_told = m_truth.size();
    const auto next = m_script->next_position();
    if (next && cut_due(ts)) {
        return std::nullopt;
    }
    if (m_queue.empty() && late_due(ts)) {
        release_late(ts);
    } else if (m_queue.empty() && !next) {
        release_the_rest();
    }
    if (!m_queue.empty()) {
        return pop_queue();
    }
    m_position = *next;
    const auto speaker = m_script->next_speaker();
    auto* const group = group_of(speaker.device);
    if (group == nullptr) {
        return m_script->take(ts);
    }
    auto outcome = roll(*group, speaker, ts);
    if (outcome.of_message && holds_back(*outcome.of_message) && !may_hold(speaker.device)) {
        outcome.of_message.reset();
    }
    auto message = m_script->take(ts, outcome.distortion);
    if (outcome.silent) {
        append_truth(m_truth, FaultKind::drop_out, message,
                     expectation(FaultKind::drop_out, message));
        m_told = m_truth.size(); // true whether or not the silence is announced
        return message.of_silence ? std::optional{message} : std::nullopt;
    }
    tell(message, outcome);
    message.hang_up = outcome.hang_up;
    auto sent = deliver(message, outcome, ts);
    if (sent) {
        release_behind(speaker.device, ts);
    }
    if (outcome.flood > 0) {
        if (sent) { // its views end with the next message of the script
            m_queue.emplace_front(*sent).truth = m_truth.substr(m_told);
            m_truth.resize(m_told);
            sent.reset();
        }
        flood(outcome, ts);
    }
    return sent;
}

} // namespace tlm::sim
