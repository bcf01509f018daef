// SPDX-License-Identifier: Apache-2.0
// What applies to the value itself, and what has been evaluated by it.
#include "common/schema/evaluator.hpp"

#include <algorithm>

namespace tlm::schema {

namespace dom = simdjson::dom;

Evaluator::Scope::Scope(Evaluator& evaluator, const Node& node)
    : m_evaluator(evaluator),
      m_pushed(node.opens_scope &&
               (evaluator.m_scope.empty() || evaluator.m_scope.back() != node.resource))
{
    if (m_pushed) {
        evaluator.m_scope.push_back(node.resource);
    }
}

Evaluator::Scope::~Scope()
{
    if (m_pushed) {
        m_evaluator.m_scope.pop_back();
    }
}

bool Evaluator::judge_all(const Node& node, Value value, Seen seen)
{
    const Level level{*this};
    if (!level) {
        return false;
    }
    const Scope scope{*this, node};
    if (node.unevaluated == kNone) {
        return judge_own(node, value, seen);
    }
    // What cousins evaluate is not seen in here; what is evaluated in here counts outside.
    const Seen own = open_seen(value.element());
    const bool accepted = judge_own(node, value, own) && judge_unevaluated(node, value, own);
    if (accepted && seen) {
        for (Row word = 0; word < seen.words; ++word) {
            m_bits[seen.first + word] |= m_bits[own.first + word];
        }
    }
    close_seen(own);
    return accepted;
}

/// All of the node but what is said of the unevaluated.
bool Evaluator::judge_own(const Node& node, Value value, Seen seen)
{
    if (!judge_plain(node, value, seen)) {
        return false;
    }
    for (Row step = node.steps.first; step != node.steps.last; ++step) {
        if (!judge_step(m_program.steps[step], value, seen)) {
            return false;
        }
    }
    return true;
}

bool Evaluator::note_evaluated(const Node& node, dom::element value, Seen seen)
{
    return judge_own(node, Value{value}, seen);
}

bool Evaluator::judge_step(const Step& step, Value value, Seen seen)
{
    const auto* const begin = m_program.lists.data() + step.list.first;
    const auto* const end = m_program.lists.data() + step.list.last;
    switch (step.op) {
    case Op::all_of:
        return std::all_of(begin, end, [&](Row row) { return judge(row, value, seen); });
    case Op::any_of: {
        bool any = false;
        for (const auto* row = begin; row != end && (!any || seen); ++row) {
            any = judge_branch(*row, value, seen) || any;
        }
        return any;
    }
    case Op::one_of: {
        int matched = 0;
        for (const auto* row = begin; row != end && matched < 2; ++row) {
            matched += static_cast<int>(judge_branch(*row, value, seen));
        }
        return matched == 1;
    }
    case Op::negate:
        return !judge(step.node, value);
    case Op::condition: {
        const Row next = judge_branch(step.node, value, seen) ? step.then : step.otherwise;
        return next == kNone || judge(next, value, seen);
    }
    case Op::reference:
        return judge(step.node, value, seen);
    case Op::dynamic:
        return judge(dynamic_target(step), value, seen);
    }
    return false;
}

/// A branch may fail without the whole failing: then what it has evaluated does not count.
bool Evaluator::judge_branch(Row row, Value value, Seen seen)
{
    if (!seen) {
        return judge(row, value);
    }
    const auto saved = static_cast<std::ptrdiff_t>(m_bits.size());
    m_bits.resize(m_bits.size() + seen.words);
    std::copy_n(m_bits.begin() + seen.first, seen.words, m_bits.begin() + saved);
    const bool accepted = judge(row, value, seen);
    if (!accepted) {
        std::copy_n(m_bits.begin() + saved, seen.words, m_bits.begin() + seen.first);
    }
    m_bits.resize(static_cast<std::size_t>(saved));
    return accepted;
}

Row Evaluator::dynamic_target(const Step& step) const noexcept
{
    for (const Row resource : m_scope) {
        for (const auto& target : m_program.dynamic_anchors[step.dynamic].targets) {
            if (target.resource == resource) {
                return target.node;
            }
        }
    }
    return step.node;
}

bool Evaluator::judge_unevaluated(const Node& node, Value value, Seen seen)
{
    const Unevaluated& rule = m_program.unevaluated[node.unevaluated];
    const Row row = value.is_object() ? rule.properties : rule.items;
    if (row == kNone || (!value.is_object() && !value.is_array())) {
        return true;
    }
    std::uint64_t index = 0;
    for (Value part = value.first(); part != value.end(); part = part.next()) {
        if (value.is_object()) {
            part = part.next(); // the name
        }
        if (!is_seen(seen, index) && !judge(row, part)) {
            return false;
        }
        mark(seen, index++);
    }
    return true;
}

Seen Evaluator::open_seen(dom::element element)
{
    const Value value{element};
    std::size_t count = 0;
    if (value.is_object() || value.is_array()) {
        for (Value part = value.first(); part != value.end(); part = part.next()) {
            ++count; // names as well: a bit too many does no harm
        }
    }
    const Seen seen{static_cast<Row>(m_bits.size()), static_cast<Row>(count / 64 + 1)};
    m_bits.resize(m_bits.size() + seen.words);
    return seen;
}

void Evaluator::close_seen(Seen seen) noexcept
{
    m_bits.resize(seen.first);
}

void Evaluator::mark(Seen seen, std::uint64_t index) noexcept
{
    if (seen) {
        m_bits[seen.first + index / 64] |= std::uint64_t{1} << (index % 64);
    }
}

bool Evaluator::is_seen(Seen seen, std::uint64_t index) const noexcept
{
    return ((m_bits[seen.first + index / 64] >> (index % 64)) & 1U) != 0;
}

} // namespace tlm::schema
