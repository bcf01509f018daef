// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/judge.hpp"

#include <simdjson.h>

#include <utility>

namespace tlm::validate {

using validation::Fate;
using validation::OnInvalid;

Judge::Judge(Form form, const validation::StageSettings& settings, validation::SchemaSet schemas,
             std::shared_ptr<const validation::Registry> registry, Limits payload_limits)
    : m_form(form),
      m_on_invalid(settings.on_invalid),
      m_payloads(payload_limits),
      m_stage(settings),
      m_value_schemas({})
{
    use(std::move(schemas), std::move(registry));
}

void Judge::use(validation::SchemaSet schemas, std::shared_ptr<const validation::Registry> registry)
{
    if (m_form == Form::values) {
        m_value_schemas = validation::SchemaJudge(std::move(schemas));
    } else {
        m_stage.use_schemas(std::move(schemas));
        m_stage.use_registry(std::move(registry));
    }
}

bool Judge::needs_topic() const noexcept
{
    return m_form == Form::values ? m_value_schemas.needs_topic() : m_stage.needs_topic();
}

Ruling Judge::judge(std::string_view line, std::string_view topic)
{
    return m_form == Form::values ? judge_value(line, topic) : judge_record(line, topic);
}

Ruling Judge::judge_value(std::string_view line, std::string_view topic)
{
    auto unreadable = m_values.read(line);
    m_readable = !unreadable;
    if (unreadable) {
        return {Fate::dead_letter, {}, std::move(unreadable)};
    }
    const auto value = m_values.value();
    auto reject = m_value_schemas.judge({.data = value, .topic = topic});
    if (!reject) {
        return {Fate::go_on, line, std::nullopt};
    }
    switch (m_on_invalid.fate(reject->reason)) {
    case OnInvalid::drop:
        return {Fate::drop, {}, std::move(reject)};
    case OnInvalid::pass:
        return {Fate::go_on, line, std::move(reject)};
    case OnInvalid::dlq:
    case OnInvalid::mark: // nothing to mark
        break;
    }
    return {Fate::dead_letter, {}, std::move(reject)};
}

Ruling Judge::judge_record(std::string_view line, std::string_view topic)
{
    auto read = m_records.read(line);
    auto* const unreadable = std::get_if<Reject>(&read);
    m_readable = unreadable == nullptr;
    if (unreadable != nullptr) {
        return {Fate::dead_letter, {}, std::move(*unreadable)};
    }
    m_record = std::get<Record>(read);
    const auto tags = m_records.tags();
    const auto data = m_records.data();
    auto judgement = m_stage.judge(
        m_record,
        {.data = data, .tags = tags ? &*tags : nullptr, .topic = topic, .place = "/data"});
    const auto value = judgement.fate == Fate::go_on ? write(line, judgement) : std::string_view{};
    return {judgement.fate, value, std::move(judgement.reject)};
}

Ruling Judge::judge_payload(std::string_view device_id, std::string_view payload,
                            EpochMs received_at, std::string_view topic)
{
    m_readable = false;
    if (!is_device_id(device_id)) {
        return {Fate::dead_letter,
                {},
                Reject{Reason::bad_device_id, "",
                       "the key, which says the device, is not 1 to 128 of [A-Za-z0-9._:-]"}};
    }
    auto read = m_payloads.read(device_id, payload, received_at);
    if (auto* const unreadable = std::get_if<Reject>(&read)) {
        return {Fate::dead_letter, {}, std::move(*unreadable)};
    }
    m_readable = true;
    m_record = std::get<Record>(read);
    auto judgement =
        m_stage.judge(m_record, {.data = m_payloads.data(), .tags = nullptr, .topic = topic});
    std::string_view value;
    if (judgement.fate == Fate::go_on) {
        m_made.clear();
        append_record(m_made, judgement.record);
        judgement.changed = false; // it has the changes already
        value = write(m_made, judgement);
    }
    return {judgement.fate, value, std::move(judgement.reject)};
}

/// What goes on: the line itself unless something of it was changed.
std::string_view Judge::write(std::string_view line, const validation::Judgement& judgement)
{
    if (judgement.changed) {
        m_changed.clear();
        append_record(m_changed, judgement.record);
        line = m_changed;
    }
    if (judgement.marked) {
        m_marked.clear();
        append_marked(m_marked, line, judgement.record, *judgement.reject);
        line = m_marked;
    }
    return line;
}

} // namespace tlm::validate
