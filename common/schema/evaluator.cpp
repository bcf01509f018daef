// SPDX-License-Identifier: Apache-2.0
// What most messages take: plain subschemas, scalars, objects.
#include "common/schema/evaluator.hpp"

#include <algorithm>
#include <array>

namespace tlm::schema {

namespace dom = simdjson::dom;

namespace {

/// By the type that the tape says.
constexpr std::array<std::uint8_t, 128> kTypeBits = [] {
    std::array<std::uint8_t, 128> bits{};
    bits['"'] = string_bit;
    bits['l'] = int_bit;
    bits['u'] = uint_bit;
    bits['d'] = double_bit;
    bits['{'] = object_bit;
    bits['['] = array_bit;
    bits['n'] = null_bit;
    bits['t'] = bool_bit;
    bits['f'] = bool_bit;
    return bits;
}();

[[gnu::always_inline]] inline bool is_of_type(const Node& node, Value value) noexcept
{
    const char type = value.type();
    return (node.types & kTypeBits[static_cast<unsigned char>(type) & 127U]) != 0 ||
           (node.whole_doubles && type == 'd' && is_whole(value.real()));
}

bool is_choice(const Choices& choices, Value value)
{
    if (value.type() == '"') {
        return choices.strings.find(value.string()) != KeyTable::kNone;
    }
    return std::any_of(choices.others.begin(), choices.others.end(),
                       [&](const auto& choice) { return equal(choice, value.element()); });
}

/// Out of line: few schemas have a `multipleOf`.
[[gnu::noinline]] bool divides(const NumberRule& rule, Value value)
{
    return Evaluator::is_multiple(rule, value.element());
}

[[gnu::always_inline]] inline bool judge_number(const NumberRule& rule, Value value)
{
    bool inside = false;
    switch (value.type()) {
    case 'l':
        inside = rule.interval.holds(value.int64());
        break;
    case 'u':
        inside = rule.interval.holds(value.uint64());
        break;
    default:
        inside = rule.interval.holds(value.real());
    }
    return inside && (!rule.has_divisor || divides(rule, value));
}

} // namespace

Evaluator::Evaluator(const Program& program)
    : m_program(program), m_nodes(program.nodes.data()), m_hints(program.hint_count, kNone)
{}

void Evaluator::begin() noexcept
{
    m_limit.reset();
    m_steps = 0;
    m_depth = 0;
    m_bits.clear();
    m_scope.clear();
}

bool Evaluator::accepts(Row row, dom::element value, Seen seen)
{
    return judge(row, Value{value}, seen);
}

bool Evaluator::has_type(const Node& node, dom::element element) noexcept
{
    return is_of_type(node, Value{element});
}

bool Evaluator::is_choice(const Choices& choices, dom::element value)
{
    return schema::is_choice(choices, Value{value});
}

bool Evaluator::is_multiple(const NumberRule& rule, dom::element value)
{
    const Number number = number_of(value);
    if (number.type == dom::element_type::INT64 && rule.whole_divisor != 0) {
        return number.i % rule.whole_divisor == 0;
    }
    return schema::is_multiple(decimal_of(number), rule.divisor);
}

// Inlined into the loop over members, where it saves a fifth of the judging.
[[gnu::always_inline]] inline bool Evaluator::judge_rows(const Node& node, Value value, Seen seen)
{
    if (!is_of_type(node, value) ||
        (node.choices != kNone &&
         !schema::is_choice(m_program.choices.data()[node.choices], value))) {
        return false;
    }
    const char type = value.type();
    if (type == '"') {
        return node.string == kNone ||
               judge_string(m_program.strings.data()[node.string], value.string());
    }
    if (type == '{') {
        if (node.object == kNone) {
            return true;
        }
        const ObjectRule& rule = m_program.objects.data()[node.object];
        return rule.is_plain && !seen ? judge_object(rule, value)
                                      : judge_any_object(rule, value, seen);
    }
    if (type == '[') {
        return node.array == kNone || judge_array(m_program.arrays[node.array], value, seen);
    }
    return node.number == kNone ||
           (kTypeBits[static_cast<unsigned char>(type) & 127U] & number_bits) == 0 ||
           judge_number(m_program.numbers.data()[node.number], value);
}

bool Evaluator::judge_plain(const Node& node, Value value, Seen seen)
{
    return judge_rows(node, value, seen);
}

bool Evaluator::judge(Row row, Value value, Seen seen)
{
    const Node& node = m_nodes[row];
    return node.is_plain ? judge_rows(node, value, seen) : judge_all(node, value, seen);
}

bool Evaluator::matches(Row pattern, std::string_view text)
{
    switch (m_program.patterns.data()[pattern].search(text, m_match_memory)) {
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

bool Evaluator::judge_string(const StringRule& rule, std::string_view text)
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

bool Evaluator::judge_object(const ObjectRule& rule, Value object)
{
    const Level level{*this};
    if (!level) {
        return false;
    }
    const Property* const properties = rule.properties.data();
    Row* const hints = m_hints.data() + rule.hints;
    Row before = 0;
    std::uint64_t count = 0;
    std::uint64_t present = 0;
    const Value end = object.end();
    for (Value member = object.first(); member != end; member = member.next()) {
        const std::string_view name = member.string();
        member = member.named();
        ++count;
        Row found = hints[before];
        if (found == kNone || !properties[found].name.is(name)) {
            found = rule.keys.find(name);
            if (found == KeyTable::kNone) {
                if (rule.additional != kNone && !judge(rule.additional, member)) {
                    return false;
                }
                continue;
            }
            hints[before] = found;
        }
        before = found + 1;
        present |= properties[found].required_bit;
        const Node& node = m_nodes[properties[found].node];
        if (!(node.is_plain ? judge_rows(node, member, {}) : judge_all(node, member, {}))) {
            return false;
        }
    }
    return present == rule.required_bits && count >= rule.min_properties &&
           count <= rule.max_properties;
}

} // namespace tlm::schema
