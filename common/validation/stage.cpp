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

/// The rules of one choice of the schema map, made ready.
struct RuleSet {
    RuleSet(const std::shared_ptr<const Rules>& rules, std::size_t first)
        : coercion(rules ? rules : std::make_shared<const Rules>()),
          plausibility(rules ? rules : std::make_shared<const Rules>()),
          first_reading(first)
    {}

    Coercion coercion;
    Plausibility plausibility;
    std::size_t first_reading; ///< of the device's row of readings
};

/// What a schema map has chosen for a record, and the payload as its rules want it.
struct Prepared {
    std::optional<std::size_t> choice;
    RuleSet* rules;
    dom::element data;
};

/// Whether a record with this fault had its values brought into form before it was found.
bool is_found_in_form(Reason reason)
{
    return reason == Reason::schema || reason == Reason::schema_limit ||
           reason == Reason::pattern_limit || reason == Reason::out_of_range ||
           reason == Reason::too_steep || reason == Reason::stuck_value;
}

bool is_disorder(Order order)
{
    return order == Order::gap || order == Order::out_of_order || order == Order::late ||
           order == Order::old_boot;
}

} // namespace

struct Stage::Impl {
    explicit Impl(const StageSettings& given)
        : settings(given),
          limiter(settings.limit ? std::optional<RateLimiter>{*settings.limit} : std::nullopt),
          memory(settings.max_devices, settings.key),
          data_json(settings.limits.max_depth),
          tags_json(settings.limits.max_depth)
    {}

    void use(SchemaSet set);
    void add_rules(const std::shared_ptr<const Rules>& given);
    [[nodiscard]] std::optional<Reject> find_fault(Judgement& judgement, const Subject& subject);
    [[nodiscard]] std::optional<Reject>
    judge_device(DeviceTable::Row row, const Judgement& judgement, std::string_view place);
    [[nodiscard]] std::optional<Reject> judge_data(DeviceTable::Row row, Record& record,
                                                   const Subject& subject);
    [[nodiscard]] Prepared prepare(Record& record, const Subject& subject);
    void begin();
    [[nodiscard]] bool look_up(Record& record);
    [[nodiscard]] DeviceTable::Row remember(const Record& record);
    void observe(DeviceTable::Row row, Judgement& judgement);
    [[nodiscard]] std::optional<dom::element> coerce(RuleSet& chosen, Record& record,
                                                     const dom::element& element);
    void settle(Judgement& judgement);
    void finish(Judgement& judgement);
    void settle_invalid(const Reject& reject, Judgement& judgement);

    StageSettings settings;
    std::optional<RateLimiter> limiter;
    DeviceMemory memory;
    std::shared_ptr<const Registry> registry;
    SchemaJudge schemas{SchemaSet{}};
    std::vector<RuleSet> rules; ///< as SchemaMap::rules(), then those of whatever the map has not

    // Of the record at hand.
    bool listed = false;
    bool coerced = false;
    bool enriched = false;
    std::vector<OwnTag> own_tags;

    // What changed records view.
    GuardedJson data_json;
    GuardedJson tags_json;
    std::string data;
    std::string enriched_tags;
    std::string own_tagged;

    StageCounts counts;
    TopFailing failing;
    KeywordCounts keywords;
};

void Stage::Impl::use(SchemaSet set)
{
    rules.clear();
    memory.reset_readings(0);
    for (const auto& given : set.mapped_rules) {
        add_rules(given);
    }
    add_rules(set.otherwise_rules);
    memory.reset_readings(rules.back().first_reading + rules.back().plausibility.width());
    schemas = SchemaJudge(std::move(set));
}

void Stage::Impl::add_rules(const std::shared_ptr<const Rules>& given)
{
    const std::size_t first =
        rules.empty() ? 0 : rules.back().first_reading + rules.back().plausibility.width();
    rules.emplace_back(given, first);
}

std::optional<Reject> Stage::Impl::find_fault(Judgement& judgement, const Subject& subject)
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
    if (auto reject = judge_device(row, judgement, subject.place)) {
        return reject;
    }
    if (auto reject = judge_ts(record, settings.ts)) {
        return reject;
    }
    return rules.empty() ? std::nullopt : judge_data(row, record, subject);
}

std::optional<Reject> Stage::Impl::judge_device(DeviceTable::Row row, const Judgement& judgement,
                                                std::string_view place)
{
    const Record& record = judgement.record;
    if (limiter && !limiter->allow(memory.bucket(row), record.received_at)) {
        return Reject{Reason::rate_limited, "", "the device sends more than it may"};
    }
    if (judgement.sequence.order == Order::duplicate) {
        if (!record.seq) {
            return Reject{Reason::duplicate, std::string{place} + "/ts",
                          "the same message with the same ts was let through before"};
        }
        return Reject{Reason::duplicate, std::string{place} + "/seq",
                      "seq " + std::to_string(*record.seq) +
                          (record.boot ? " of boot " + std::to_string(*record.boot) : "") +
                          " was let through before"};
    }
    return std::nullopt;
}

std::optional<Reject> Stage::Impl::judge_data(DeviceTable::Row row, Record& record,
                                              const Subject& subject)
{
    const Prepared prepared = prepare(record, subject);
    const Subject judged{prepared.data, subject.tags, subject.topic, subject.place};
    if (auto reject = schemas.judge_chosen(prepared.choice, judged)) {
        return reject;
    }
    const RuleSet& chosen = *prepared.rules;
    Reading* readings =
        memory.readings() > 0 ? memory.first_reading(row) + chosen.first_reading : nullptr;
    auto reject = chosen.plausibility.judge(judged.data, record.ts, readings);
    if (reject) {
        reject->path.insert(0, subject.place);
    }
    return reject;
}

Prepared Stage::Impl::prepare(Record& record, const Subject& subject)
{
    Subject whole = subject;
    std::optional<dom::element> tags;
    if (enriched && schemas.has_map()) {
        auto parsed = tags_json.parse(record.tags);
        if (const auto* root = std::get_if<dom::element>(&parsed)) {
            tags = *root;
            whole.tags = &*tags;
        }
    }
    const auto choice = schemas.choose(whole);
    RuleSet& chosen = choice && *choice + 1 < rules.size() ? rules[*choice] : rules.back();
    const auto element = coerce(chosen, record, subject.data);
    return {choice, &chosen, element ? *element : subject.data};
}

void Stage::Impl::begin()
{
    own_tags.clear();
    listed = false;
    coerced = false;
    enriched = false;
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
        if (record.seq) {
            judgement.sequence = memory.sequence(row).observe(record);
        } else if (!record.ts_from_bridge &&
                   memory.repeats(row).observe(record.ts, memory.digest_of(record))) {
            judgement.sequence = {Order::duplicate};
        }
        ++counts.order[static_cast<std::size_t>(judgement.sequence.order)];
        counts.missing += judgement.sequence.missing;
        if (settings.tag_order && is_disorder(judgement.sequence.order)) {
            own_tags.emplace_back("tlm-order", order_name(judgement.sequence.order));
        }
    }
    if (settings.skew) {
        judgement.skew = memory.observe_skew(row, record);
    }
}

/// The payload as the rules want it, when they change it.
std::optional<dom::element> Stage::Impl::coerce(RuleSet& chosen, Record& record,
                                                const dom::element& element)
{
    if (!chosen.coercion.apply(element, record.data, data)) {
        return std::nullopt;
    }
    auto parsed = data_json.parse(data);
    const auto* root = std::get_if<dom::element>(&parsed);
    if (root == nullptr) { // no rule can do that; if one did, the original would be the safe choice
        return std::nullopt;
    }
    record.data = data;
    coerced = true;
    return *root;
}

void Stage::Impl::settle(Judgement& judgement)
{
    if (judgement.reject) {
        settle_invalid(*judgement.reject, judgement);
    } else {
        ++counts.valid;
    }
    if (judgement.fate == Fate::go_on) {
        finish(judgement);
    }
}

/// Of a record that goes on: the stage's own tags, and whether anything is changed.
void Stage::Impl::finish(Judgement& judgement)
{
    if (merge_tags(tags_json, judgement.record.tags, {}, own_tags, own_tagged)) {
        judgement.record.tags = own_tagged;
        enriched = true;
    }
    counts.coerced += coerced ? 1U : 0U;
    counts.enriched += enriched ? 1U : 0U;
    judgement.changed = coerced || enriched;
}

void Stage::Impl::settle_invalid(const Reject& reject, Judgement& judgement)
{
    const Record& record = judgement.record;
    ++counts.invalid[static_cast<std::size_t>(reject.reason)];
    keywords.count(reject);
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
        judgement.marked = true;
        ++counts.marked;
        break;
    case OnInvalid::pass:
        ++counts.passed;
        break;
    }
}

Stage::Stage(const StageSettings& settings) : m_impl(std::make_unique<Impl>(settings)) {}

Stage::~Stage() = default;

void Stage::use_registry(std::shared_ptr<const Registry> registry)
{
    m_impl->registry = std::move(registry);
}

void Stage::use_schemas(SchemaSet schemas)
{
    m_impl->use(std::move(schemas));
}

Judgement Stage::judge(const Record& record, const Subject& subject)
{
    ++m_impl->counts.judged;
    m_impl->begin();
    Judgement judgement;
    judgement.record = record;
    judgement.reject = m_impl->find_fault(judgement, subject);
    m_impl->settle(judgement);
    // What is mended and sent again must not be taken for a duplicate.
    if (judgement.fate != Fate::go_on && judgement.reject->reason != Reason::duplicate) {
        m_impl->memory.forget_message(record);
    }
    return judgement;
}

Judgement Stage::change_again(const Record& record, const Subject& subject, const Reject* fault)
{
    const StageCounts counts = m_impl->counts;
    m_impl->begin();
    Judgement judgement;
    judgement.record = record;
    if (fault != nullptr) {
        judgement.reject = *fault;
        judgement.marked = m_impl->settings.on_invalid.fate(fault->reason) == OnInvalid::mark;
    }
    static_cast<void>(m_impl->look_up(judgement.record));
    if (!m_impl->rules.empty() && (fault == nullptr || is_found_in_form(fault->reason))) {
        static_cast<void>(m_impl->prepare(judgement.record, subject));
    }
    m_impl->finish(judgement);
    m_impl->counts = counts;
    return judgement;
}

bool Stage::needs_topic() const noexcept
{
    return m_impl->schemas.needs_topic();
}

void Stage::undelivered(const Record& record, const Reject* fault)
{
    m_impl->memory.forget_message(record);
    const bool took = fault == nullptr || (fault->reason != Reason::unknown_device &&
                                           fault->reason != Reason::rate_limited);
    DeviceTable::Row row = 0;
    if (m_impl->limiter && took && m_impl->memory.devices().find(record.device_id, row)) {
        m_impl->limiter->give_back(m_impl->memory.bucket(row));
    }
}

void Stage::read_again()
{
    m_impl->memory.forget_messages();
}

const StageCounts& Stage::counts() const noexcept
{
    return m_impl->counts;
}

const TopFailing& Stage::failing() const noexcept
{
    return m_impl->failing;
}

const KeywordCounts& Stage::keywords() const noexcept
{
    return m_impl->keywords;
}

const ClockCensus& Stage::clocks() const noexcept
{
    return m_impl->memory.clocks();
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
