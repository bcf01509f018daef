// SPDX-License-Identifier: Apache-2.0
#include "common/validation/stage.hpp"

#include "common/record/guarded_json.hpp"
#include "common/validation/coercion.hpp"
#include "common/validation/device_memory.hpp"
#include "common/validation/plausibility.hpp"
#include "common/validation/tags.hpp"

#include <utility>

namespace tlm::validation {
namespace {

namespace dom = simdjson::dom;

/// A profile made ready.
struct Judges {
    explicit Judges(Profile profile)
        : schema(std::move(profile.schema)),
          coercion(profile.rules ? profile.rules : std::make_shared<const Rules>()),
          plausibility(profile.rules ? profile.rules : std::make_shared<const Rules>())
    {}

    JudgeData schema;
    Coercion coercion;
    Plausibility plausibility;
    std::size_t first_reading = 0; ///< of the device's row of readings
};

bool is_disorder(Order order)
{
    return order == Order::gap || order == Order::out_of_order || order == Order::late ||
           order == Order::old_boot;
}

} // namespace

struct Stage::Impl {
    explicit Impl(StageSettings given)
        : settings(std::move(given)),
          limiter(settings.limit ? std::optional<RateLimiter>{*settings.limit} : std::nullopt),
          memory(settings.max_devices, settings.key),
          data_json(settings.limits.max_depth),
          tags_json(settings.limits.max_depth)
    {}

    void use(std::vector<Profile> profiles);
    void judge(Judgement& judgement, dom::element data, std::string_view topic);
    [[nodiscard]] std::optional<Reject> find_fault(Judgement& judgement, dom::element data,
                                                   std::string_view topic);
    [[nodiscard]] bool look_up(Record& record);
    [[nodiscard]] DeviceTable::Row remember(const Record& record);
    void observe(DeviceTable::Row row, Judgement& judgement);
    [[nodiscard]] Judges* choose(const Record& record, const dom::element& data,
                                 std::string_view topic);
    void coerce(Judges& judges, Record& record, dom::element& data);
    void settle(Judgement& judgement);
    void settle_invalid(const Reject& reject, Judgement& judgement);
    void add_own_tags(Record& record);

    StageSettings settings;
    std::optional<RateLimiter> limiter;
    DeviceMemory memory;
    std::shared_ptr<const Registry> registry;
    std::optional<SchemaMap> map;
    std::vector<Judges> judges;

    // Of the record at hand.
    bool listed = false;
    bool coerced = false;
    bool enriched = false;
    std::vector<OwnTag> own_tags;
    std::string path; ///< of an own tag

    // What changed records view.
    GuardedJson data_json;
    GuardedJson tags_json;
    std::string data;
    std::string enriched_tags;
    std::string marked_tags;

    StageCounts counts;
    TopFailing failing;
};

void Stage::Impl::use(std::vector<Profile> profiles)
{
    judges.clear();
    std::size_t readings = 0;
    for (Profile& profile : profiles) {
        judges.emplace_back(std::move(profile));
        judges.back().first_reading = readings;
        readings += judges.back().plausibility.width();
    }
    memory.reset_readings(readings);
}

void Stage::Impl::judge(Judgement& judgement, dom::element element, std::string_view topic)
{
    own_tags.clear();
    coerced = false;
    enriched = false;
    judgement.reject = find_fault(judgement, element, topic);
    settle(judgement);
}

std::optional<Reject> Stage::Impl::find_fault(Judgement& judgement, dom::element element,
                                              std::string_view topic)
{
    Record& record = judgement.record;
    if (!look_up(record)) {
        return Reject{Reason::unknown_device, "", "the registry does not have the device"};
    }
    DeviceTable::Row row = 0;
    if (limiter || settings.sequence || settings.skew || memory.readings() > 0) {
        row = remember(record);
        observe(row, judgement);
    }
    if (limiter && !limiter->allow(memory.bucket(row), record.received_at)) {
        return Reject{Reason::rate_limited, "", "the device sends more than it may"};
    }
    if (judgement.sequence.order == Order::duplicate) {
        return Reject{Reason::duplicate, "/seq",
                      "seq " + std::to_string(record.seq.value_or(0)) +
                          (record.boot ? " of boot " + std::to_string(*record.boot) : "") +
                          " was let through before"};
    }
    if (auto reject = judge_ts(record, settings.ts)) {
        return reject;
    }
    if (judges.empty()) {
        return std::nullopt;
    }
    Judges* chosen = choose(record, element, topic);
    if (chosen == nullptr) {
        return Reject{Reason::no_schema, "", "no entry of the schema map fits the record"};
    }
    coerce(*chosen, record, element);
    if (chosen->schema) {
        if (auto reject = chosen->schema(element)) {
            return reject;
        }
    }
    Reading* readings =
        memory.readings() > 0 ? memory.first_reading(row) + chosen->first_reading : nullptr;
    return chosen->plausibility.judge(element, record.ts, readings);
}

/// Adds the tags of the registry; false when the device is unknown and may not be.
bool Stage::Impl::look_up(Record& record)
{
    if (!registry) {
        return true;
    }
    const std::string* tags = registry->find(record.device_id);
    listed = tags != nullptr;
    if (!listed) {
        ++counts.unknown_devices;
        if (settings.unknown_device == UnknownDevice::mark) {
            own_tags.emplace_back("tlm-device", "unknown");
        }
        return settings.unknown_device != UnknownDevice::reject;
    }
    if (tags->empty()) {
        return true;
    }
    if (record.tags.empty()) {
        record.tags = *tags;
        enriched = true;
    } else if (merge_tags(tags_json, record.tags, *tags, {}, enriched_tags)) {
        record.tags = enriched_tags;
        enriched = true;
    }
    return true;
}

DeviceTable::Row Stage::Impl::remember(const Record& record)
{
    const Standing standing = !registry ? Standing::unverified
                              : listed  ? Standing::listed
                                        : Standing::unlisted;
    return memory.visit(record.device_id, standing);
}

void Stage::Impl::observe(DeviceTable::Row row, Judgement& judgement)
{
    const Record& record = judgement.record;
    if (settings.sequence) {
        judgement.sequence = memory.sequence(row).observe(record);
        ++counts.order[static_cast<std::size_t>(judgement.sequence.order)];
        counts.missing += judgement.sequence.missing;
        if (settings.tag_order && is_disorder(judgement.sequence.order)) {
            own_tags.emplace_back("tlm-order", order_name(judgement.sequence.order));
        }
    }
    if (settings.skew) {
        Skew& skew = memory.skew(row);
        if (!record.ts_from_bridge) {
            skew.observe(record.ts, record.received_at);
        }
        judgement.skew = skew.known() ? std::optional{skew.estimate()} : std::nullopt;
    }
}

Judges* Stage::Impl::choose(const Record& record, const dom::element& element,
                            std::string_view topic)
{
    if (!map) {
        return &judges.front();
    }
    const auto index = map->choose(topic, record.tags, element);
    return index ? &judges[*index] : nullptr;
}

void Stage::Impl::coerce(Judges& chosen, Record& record, dom::element& element)
{
    if (!chosen.coercion.apply(element, record.data, data)) {
        return;
    }
    // A key that a rule gives may stand further down already, in a form that it did not see.
    auto parsed = data_json.parse(data);
    if (const auto* root = std::get_if<dom::element>(&parsed)) {
        record.data = data;
        element = *root;
        coerced = true;
    }
}

void Stage::Impl::settle(Judgement& judgement)
{
    if (judgement.reject) {
        settle_invalid(*judgement.reject, judgement);
    } else {
        ++counts.valid;
    }
    if (judgement.fate != Fate::go_on) {
        return;
    }
    if (!own_tags.empty()) {
        add_own_tags(judgement.record);
    }
    counts.coerced += coerced ? 1U : 0U;
    counts.enriched += enriched ? 1U : 0U;
    judgement.changed = coerced || enriched;
}

void Stage::Impl::settle_invalid(const Reject& reject, Judgement& judgement)
{
    const Record& record = judgement.record;
    ++counts.invalid[static_cast<std::size_t>(reject.reason)];
    failing.count(reason_name(reject.reason),
                  reject.schema_path.empty() ? reject.path : reject.schema_path,
                  tag_text(record.tags, "model").value_or(""));
    switch (settings.on_invalid.fate(reject.reason)) {
    case OnInvalid::dlq:
        judgement.fate = Fate::dead_letter;
        ++counts.dead_letters;
        break;
    case OnInvalid::drop:
        judgement.fate = Fate::drop;
        ++counts.dropped;
        break;
    case OnInvalid::mark:
        own_tags.emplace_back("tlm-reason", reason_name(reject.reason));
        if (!reject.path.empty()) {
            own_tags.emplace_back("tlm-path", reject.path);
        }
        ++counts.marked;
        break;
    case OnInvalid::pass:
        ++counts.passed;
        break;
    }
    // What is mended and sent again must not be taken for a duplicate.
    if (judgement.fate != Fate::go_on && reject.reason != Reason::duplicate) {
        memory.forget_message(record);
    }
}

void Stage::Impl::add_own_tags(Record& record)
{
    if (merge_tags(tags_json, record.tags, {}, own_tags, marked_tags)) {
        record.tags = marked_tags;
        enriched = true;
    }
}

Stage::Stage(StageSettings settings) : m_impl(std::make_unique<Impl>(std::move(settings))) {}

Stage::~Stage() = default;

void Stage::use_registry(std::shared_ptr<const Registry> registry)
{
    m_impl->registry = std::move(registry);
}

void Stage::use_profile(Profile profile)
{
    m_impl->map.reset();
    std::vector<Profile> profiles;
    profiles.push_back(std::move(profile));
    m_impl->use(std::move(profiles));
}

void Stage::use_profiles(SchemaMap map, std::vector<Profile> profiles)
{
    m_impl->map = std::move(map);
    m_impl->use(std::move(profiles));
}

Judgement Stage::judge(const Record& record, const dom::element& data, std::string_view topic)
{
    ++m_impl->counts.judged;
    Judgement judgement;
    judgement.record = record;
    m_impl->judge(judgement, data, topic);
    return judgement;
}

void Stage::undelivered(const Record& record)
{
    m_impl->memory.forget_message(record);
}

const StageCounts& Stage::counts() const noexcept
{
    return m_impl->counts;
}

const TopFailing& Stage::failing() const noexcept
{
    return m_impl->failing;
}

std::size_t Stage::devices() const noexcept
{
    return m_impl->memory.devices().size();
}

std::uint64_t Stage::evicted_devices() const noexcept
{
    return m_impl->memory.devices().evicted();
}

} // namespace tlm::validation
