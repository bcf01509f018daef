// SPDX-License-Identifier: Apache-2.0
#include "common/schema/schema.hpp"

#include "common/schema/compiler.hpp"
#include "common/schema/evaluator.hpp"
#include "common/schema/explainer.hpp"
#include "common/schema/program.hpp"
#include "common/schema/registry.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace tlm::schema {

std::shared_ptr<const Schema> Schema::compile(std::string_view text, std::string_view uri,
                                              const Options& options)
{
    auto program = std::make_unique<Program>();
    Registry registry{options};
    const Place root = registry.add(text, uri);
    Compiler{registry, *program}.run(root);
    return std::make_shared<const Schema>(std::move(program));
}

Schema::Schema(std::unique_ptr<const Program> program) : m_program(std::move(program)) {}

Schema::~Schema() = default;

Draft Schema::draft() const noexcept
{
    return m_program->draft;
}

struct Validator::Impl {
    explicit Impl(std::shared_ptr<const Schema> given)
        : schema(std::move(given)), evaluator(schema->program())
    {}

    std::shared_ptr<const Schema> schema;
    Evaluator evaluator;
};

Validator::Validator(std::shared_ptr<const Schema> schema)
    : m_impl(std::make_unique<Impl>(std::move(schema)))
{}

Validator::Validator(Validator&&) noexcept = default;
Validator& Validator::operator=(Validator&&) noexcept = default;
Validator::~Validator() = default;

bool Validator::accepts(simdjson::dom::element value)
{
    m_impl->evaluator.begin();
    return m_impl->evaluator.accepts(m_impl->schema->program().root, value) &&
           !m_impl->evaluator.limit();
}

std::vector<Failure> Validator::explain(simdjson::dom::element value, std::size_t max)
{
    if (accepts(value)) {
        return {};
    }
    return Explainer{m_impl->schema->program(), m_impl->evaluator, std::max<std::size_t>(max, 1)}
        .run(value);
}

} // namespace tlm::schema
