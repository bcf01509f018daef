// SPDX-License-Identifier: Apache-2.0
#include "common/formats/schema_cache.hpp"

#include "common/base/error.hpp"

#include <algorithm>
#include <utility>

namespace tlm::formats {

std::optional<RegisteredSchema> SchemaFiles::fetch(std::uint32_t id)
{
    RegisteredSchema schema;
    const auto name = std::to_string(id);
    if (const auto set = m_read(name + ".desc")) {
        try {
            schema.protobuf.emplace(*set, m_names);
        } catch (const Error& error) {
            throw Error{error.kind(), name + ".desc: " + error.what()};
        }
        return schema;
    }
    if (auto text = m_read(name + ".json")) {
        schema.json_schema = *std::move(text);
        return schema;
    }
    return std::nullopt;
}

const RegisteredSchema* SchemaCache::find(std::uint32_t id, Monotonic now)
{
    if (const auto kept = m_kept.find(id); kept != m_kept.end()) {
        kept->second.used = ++m_clock;
        return &kept->second.schema;
    }
    if (const auto missing = m_missing.find(id);
        missing != m_missing.end() && now - missing->second.since < m_options.missing_for) {
        return nullptr;
    }
    auto fetched = m_source.fetch(id);
    make_room(now);
    if (!fetched || !fetched->unusable.empty()) {
        m_missing[id] = {now, fetched ? std::move(fetched->unusable) : std::string{}};
        return nullptr;
    }
    m_missing.erase(id);
    const auto added = m_kept.try_emplace(id, Kept{*std::move(fetched), ++m_clock}).first;
    return &added->second.schema;
}

std::string SchemaCache::why_not(std::uint32_t id) const
{
    const auto missing = m_missing.find(id);
    if (missing == m_missing.end() || missing->second.unusable.empty()) {
        return "no schema is registered under the id " + std::to_string(id);
    }
    return "the schema registered under the id " + std::to_string(id) +
           " cannot be used: " + missing->second.unusable;
}

void SchemaCache::make_room(Monotonic now)
{
    if (m_kept.size() >= m_options.max_schemas) {
        m_kept.erase(
            std::min_element(m_kept.begin(), m_kept.end(), [](const auto& a, const auto& b) {
                return a.second.used < b.second.used;
            }));
    }
    if (m_missing.size() >= m_options.max_schemas) {
        std::erase_if(m_missing, [&](const auto& entry) {
            return now - entry.second.since >= m_options.missing_for;
        });
    }
    if (m_missing.size() >= m_options.max_schemas) { // the flood of ids asks again, others wait
        m_missing.erase(m_missing.begin());
    }
}

void SchemaCache::clear()
{
    m_kept.clear();
    m_missing.clear();
}

} // namespace tlm::formats
