// SPDX-License-Identifier: Apache-2.0
#include "common/formats/schema_cache.hpp"

#include "common/base/error.hpp"

#include <algorithm>

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
        missing != m_missing.end() && now - missing->second < m_options.missing_for) {
        return nullptr;
    }
    auto fetched = m_source.fetch(id);
    make_room(now);
    if (!fetched) {
        m_missing[id] = now;
        return nullptr;
    }
    m_missing.erase(id);
    const auto added = m_kept.try_emplace(id, Kept{*std::move(fetched), ++m_clock}).first;
    return &added->second.schema;
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
            return now - entry.second >= m_options.missing_for;
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
