// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/judge.hpp"

#include <simdjson.h>

#include <utility>

namespace tlm::validate {

std::optional<Reject> Judge::judge(std::string_view line, std::string_view topic)
{
    auto unreadable = read(line);
    m_readable = !unreadable;
    if (unreadable) {
        return unreadable;
    }
    if (m_form == Form::values) {
        const auto value = m_values.value();
        return m_schemas.judge({.data = value, .topic = topic});
    }
    const auto tags = m_records.tags();
    const auto data = m_records.data();
    return m_schemas.judge(
        {.data = data, .tags = tags ? &*tags : nullptr, .topic = topic, .place = "/data"});
}

std::optional<Reject> Judge::read(std::string_view line)
{
    if (m_form == Form::values) {
        return m_values.read(line);
    }
    auto verdict = m_records.read(line);
    if (auto* reject = std::get_if<Reject>(&verdict)) {
        return std::move(*reject);
    }
    m_record = std::get<Record>(verdict);
    return std::nullopt;
}

} // namespace tlm::validate
