// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/judge.hpp"

#include <utility>

namespace tlm::validate {

std::optional<Reject> Judge::judge(std::string_view line)
{
    auto reject = read(line);
    m_readable = !reject;
    return reject;
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
