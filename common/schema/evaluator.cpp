// SPDX-License-Identifier: Apache-2.0
#include "common/schema/evaluator.hpp"

#include "common/base/json_text.hpp"

#include <algorithm>

namespace tlm::schema {

namespace dom = simdjson::dom;
using dom::element_type;

Evaluator::Evaluator(const Program& program)
    : m_program(program), m_hints(program.hint_count, kNone)
{}

void Evaluator::begin() noexcept
{
    m_limit.reset();
    m_steps = 0;
    m_depth = 0;
    m_bits.clear();
    m_scope.clear();
}

Evaluator::Level::Level(Evaluator& evaluator) noexcept
    : m_evaluator(evaluator),
      m_allowed(++evaluator.m_depth <= kMaxLevels && ++evaluator.m_steps <= kMaxSteps)
{
    if (!m_allowed) {
        evaluator.m_limit = Reason::schema_limit;
    }
}

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

bool Evaluator::accepts(Row row, dom::element value, Seen seen)
{
    const Node& node = m_program.nodes[row];
    return node.is_plain ? accepts_plain(node, value, seen) : accepts_all(node, value, seen);
}

bool Evaluator::has_type(const Node& node, dom::element value) noexcept
{
    const auto type = value.type();
    if ((node.types & type_bit(type)) != 0) {
        return true;
    }
    return node.whole_doubles && type == element_type::DOUBLE &&
           is_whole(value.get_double().value_unsafe());
}

bool Evaluator::accepts_plain(const Node& node, dom::element value, Seen seen)
{
    if (!has_type(node, value) ||
        (node.choices != kNone && !is_choice(m_program.choices[node.choices], value))) {
        return false;
    }
    switch (value.type()) {
    case element_type::STRING:
        return node.string == kNone ||
               accepts_string(m_program.strings[node.string], value.get_string().value_unsafe());
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE: {
        if (node.number == kNone) {
            return true;
        }
        const NumberRule& rule = m_program.numbers[node.number];
        return rule.interval.holds(number_of(value)) &&
               (!rule.has_divisor || is_multiple(rule, value));
    }
    case element_type::OBJECT: {
        if (node.object == kNone) {
            return true;
        }
        const ObjectRule& rule = m_program.objects[node.object];
        const dom::object object = value.get_object().value_unsafe();
        return rule.is_plain && !seen ? accepts_object(rule, object)
                                      : accepts_any_object(rule, value, object, seen);
    }
    case element_type::ARRAY:
        return node.array == kNone ||
               accepts_array(m_program.arrays[node.array], value.get_array().value_unsafe(), seen);
    case element_type::BOOL:
    case element_type::NULL_VALUE:
        return true;
    }
    return true;
}

bool Evaluator::accepts_all(const Node& node, dom::element value, Seen seen)
{
    const Level level{*this};
    if (!level) {
        return false;
    }
    const Scope scope{*this, node};
    if (node.unevaluated == kNone) {
        return note_evaluated(node, value, seen);
    }
    // What cousins evaluate is not seen in here; what is evaluated in here counts outside.
    const Seen own = open_seen(value);
    const bool accepted = note_evaluated(node, value, own) && accepts_unevaluated(node, value, own);
    if (accepted && seen) {
        for (Row word = 0; word < seen.words; ++word) {
            m_bits[seen.first + word] |= m_bits[own.first + word];
        }
    }
    close_seen(own);
    return accepted;
}

/// All of the node but what is said of the unevaluated.
bool Evaluator::note_evaluated(const Node& node, dom::element value, Seen seen)
{
    if (!accepts_plain(node, value, seen)) {
        return false;
    }
    for (Row step = node.steps.first; step != node.steps.last; ++step) {
        if (!accepts_step(m_program.steps[step], value, seen)) {
            return false;
        }
    }
    return true;
}

bool Evaluator::accepts_step(const Step& step, dom::element value, Seen seen)
{
    const auto* const begin = m_program.lists.data() + step.list.first;
    const auto* const end = m_program.lists.data() + step.list.last;
    switch (step.op) {
    case Op::all_of:
        return std::all_of(begin, end, [&](Row node) { return accepts(node, value, seen); });
    case Op::any_of: {
        bool any = false;
        for (const auto* node = begin; node != end && (!any || seen); ++node) {
            any = accepts_branch(*node, value, seen) || any;
        }
        return any;
    }
    case Op::one_of: {
        int matched = 0;
        for (const auto* node = begin; node != end && matched < 2; ++node) {
            matched += static_cast<int>(accepts_branch(*node, value, seen));
        }
        return matched == 1;
    }
    case Op::negate:
        return !accepts(step.node, value);
    case Op::condition: {
        const Row next = accepts_branch(step.node, value, seen) ? step.then : step.otherwise;
        return next == kNone || accepts(next, value, seen);
    }
    case Op::reference:
        return accepts(step.node, value, seen);
    case Op::dynamic:
        return accepts(dynamic_target(step), value, seen);
    }
    return false;
}

/// A branch may fail without the whole failing: then what it has evaluated does not count.
bool Evaluator::accepts_branch(Row node, dom::element value, Seen seen)
{
    if (!seen) {
        return accepts(node, value);
    }
    const auto saved = m_bits.size();
    m_bits.resize(saved + seen.words);
    std::copy_n(m_bits.begin() + seen.first, seen.words,
                m_bits.begin() + static_cast<std::ptrdiff_t>(saved));
    const bool accepted = accepts(node, value, seen);
    if (!accepted) {
        std::copy_n(m_bits.begin() + static_cast<std::ptrdiff_t>(saved), seen.words,
                    m_bits.begin() + seen.first);
    }
    m_bits.resize(saved);
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

bool Evaluator::accepts_unevaluated(const Node& node, dom::element value, Seen seen)
{
    const Unevaluated& rule = m_program.unevaluated[node.unevaluated];
    std::uint64_t index = 0;
    if (dom::object object;
        rule.properties != kNone && value.get_object().get(object) == simdjson::SUCCESS) {
        for (auto field : object) {
            if (!is_seen(seen, index) && !accepts(rule.properties, field.value)) {
                return false;
            }
            mark(seen, index++);
        }
    }
    if (dom::array array;
        rule.items != kNone && value.get_array().get(array) == simdjson::SUCCESS) {
        for (auto item : array) {
            if (!is_seen(seen, index) && !accepts(rule.items, item)) {
                return false;
            }
            mark(seen, index++);
        }
    }
    return true;
}

Seen Evaluator::open_seen(dom::element value)
{
    // size() saturates, so count.
    std::size_t count = 0;
    if (dom::object object; value.get_object().get(object) == simdjson::SUCCESS) {
        count = static_cast<std::size_t>(std::distance(object.begin(), object.end()));
    } else if (dom::array array; value.get_array().get(array) == simdjson::SUCCESS) {
        count = static_cast<std::size_t>(std::distance(array.begin(), array.end()));
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

bool Evaluator::is_choice(const Choices& choices, dom::element value)
{
    if (std::string_view text; value.get_string().get(text) == simdjson::SUCCESS) {
        return choices.strings.find(text) != KeyTable::kNone;
    }
    return std::any_of(choices.others.begin(), choices.others.end(),
                       [&](const dom::element& choice) { return equal(choice, value); });
}

bool Evaluator::is_multiple(const NumberRule& rule, dom::element value)
{
    const Number number = number_of(value);
    if (number.type == element_type::INT64 && rule.whole_divisor != 0) {
        return number.i % rule.whole_divisor == 0;
    }
    return schema::is_multiple(decimal_of(number), rule.divisor);
}

bool Evaluator::matches(Row pattern, std::string_view text)
{
    switch (m_program.patterns[pattern].search(text, m_match_memory)) {
    case Match::yes:
        return true;
    case Match::no:
        return false;
    case Match::limit:
        m_limit = Reason::pattern_limit;
        return false;
    }
    return false;
}

bool Evaluator::accepts_string(const StringRule& rule, std::string_view text)
{
    // A character has one to four bytes: most lengths are decided without counting.
    if (text.size() < rule.min_length) {
        return false;
    }
    if (text.size() > rule.max_length || (text.size() + 3) / 4 < rule.min_length) {
        const std::size_t length = count_characters(text);
        if (length < rule.min_length || length > rule.max_length) {
            return false;
        }
    }
    return (rule.pattern == kNone || matches(rule.pattern, text)) &&
           (rule.format == nullptr || rule.format(text));
}

Twins Evaluator::twins(dom::array array)
{
    const Twins twins = find_twins(array, m_hashes, kMaxSteps);
    if (twins.gave_up) {
        m_limit = Reason::schema_limit;
    }
    return twins;
}

bool Evaluator::accepts_array(const ArrayRule& rule, dom::array array, Seen seen)
{
    const Level level{*this};
    if (!level) {
        return false;
    }
    const std::uint64_t prefix = rule.prefix.last - rule.prefix.first;
    std::uint64_t count = 0;
    for (auto item : array) {
        const Row node = count < prefix
                             ? m_program.lists[rule.prefix.first + static_cast<Row>(count)]
                             : rule.items;
        if (node != kNone) {
            if (!accepts(node, item)) {
                return false;
            }
            mark(seen, count);
        }
        ++count;
    }
    if (count < rule.min_items || count > rule.max_items) {
        return false;
    }
    if (rule.contains != kNone && !accepts_contains(rule, array, seen)) {
        return false;
    }
    if (!rule.unique) {
        return true;
    }
    const Twins found = twins(array);
    return !found.found && !found.gave_up;
}

bool Evaluator::accepts_contains(const ArrayRule& rule, dom::array array, Seen seen)
{
    std::uint64_t matched = 0;
    std::uint64_t index = 0;
    const bool notes = seen && rule.contains_evaluates;
    for (auto item : array) {
        if (accepts(rule.contains, item)) {
            ++matched;
            if (notes) {
                mark(seen, index);
            } else if (matched >= rule.min_contains && rule.max_contains == kNoLimit) {
                return true;
            }
        }
        ++index;
    }
    return matched >= rule.min_contains && matched <= rule.max_contains;
}

} // namespace tlm::schema
