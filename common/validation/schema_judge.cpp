// SPDX-License-Identifier: Apache-2.0
#include "common/validation/schema_judge.hpp"

#include <simdjson.h>

#include <string>
#include <utility>

namespace tlm::validation {

namespace {

/// One rejection: the place of the first failure, the sentences of the others behind its own.
Reject to_reject(std::vector<schema::Failure> failures, std::string_view place)
{
    for (auto& failure : failures) {
        failure.instance_path.insert(0, place);
    }
    auto& first = failures.front();
    Reject reject{first.reason, std::move(first.instance_path), std::move(first.sentence),
                  std::move(first.schema_path)};
    for (std::size_t i = 1; i < failures.size(); ++i) {
        reject.detail += "; ";
        reject.detail += failures[i].instance_path;
        reject.detail += failures[i].instance_path.empty() ? "" : ": ";
        reject.detail += failures[i].sentence;
    }
    return reject;
}

} // namespace

SchemaJudge::SchemaJudge(SchemaSet set) : m_map(std::move(set.map))
{
    m_validators.reserve(set.mapped.size());
    for (auto& schema : set.mapped) {
        m_validators.emplace_back(std::move(schema));
    }
    if (set.otherwise) {
        m_otherwise.emplace(std::move(set.otherwise));
    }
}

std::optional<Reject> SchemaJudge::judge(const Subject& subject, std::size_t sentences)
{
    return judge_chosen(choose(subject), subject, sentences);
}

std::optional<Reject> SchemaJudge::judge_chosen(std::optional<std::size_t> choice,
                                                const Subject& subject, std::size_t sentences)
{
    auto* validator = choice ? &m_validators[*choice] : m_otherwise ? &*m_otherwise : nullptr;
    if (validator == nullptr || validator->accepts(subject.data)) {
        return std::nullopt;
    }
    return to_reject(validator->explain(subject.data, sentences), subject.place);
}

} // namespace tlm::validation
