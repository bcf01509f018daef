// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/infer.hpp"

#include "common/base/json_text.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace tlm::validate {

namespace dom = simdjson::dom;

namespace {

constexpr std::size_t kMaxWordBytes = 64;
constexpr std::uint64_t kTimesToBeAnEnum = 5; // each word so often on average

/// What a record says itself (tlm-record(5)): they rise for ever, so the sample is no range.
constexpr std::array<std::string_view, 3> kRising{"ts", "seq", "boot"};

/// int64, uint64 and double are all exact in it (x86: 64 bits of mantissa).
using Number = long double;

/// Rounded away from the sample to one significant digit: 23.4 is below 30.
Number round_outwards(Number value, bool up)
{
    if (value == 0) {
        return 0;
    }
    const Number unit = std::pow(Number{10}, std::floor(std::log10(std::abs(value))));
    const Number rounded = (up ? std::ceil(value / unit) : std::floor(value / unit)) * unit;
    // Beyond 2^53 or below tiny fractions rounding may land on the wrong side.
    return up ? std::max(rounded, value) : std::min(rounded, value);
}

/// The bound of a range as JSON; empty where no double is on the safe side of it.
std::optional<std::string> bound_text(Number sample, bool up)
{
    const Number value = round_outwards(sample, up);
    std::array<char, 48> digits{};
    char* end = digits.data();
    constexpr Number kWhole = 1e18L;
    if (value == std::floor(value) && std::abs(value) < kWhole) {
        end = std::to_chars(end, end + digits.size(), static_cast<std::int64_t>(value)).ptr;
    } else {
        auto number = static_cast<double>(value);
        if (up ? number < sample : number > sample) {
            number = std::nextafter(number, up ? HUGE_VAL : -HUGE_VAL);
        }
        if (!std::isfinite(number)) {
            return std::nullopt;
        }
        end = std::to_chars(end, end + digits.size(), number).ptr;
    }
    return std::string{digits.data(), end};
}

std::uint64_t code_points(std::string_view text)
{
    return static_cast<std::uint64_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

/// Objects and arrays on lines of their own.
class Writer {
  public:
    void open(char bracket)
    {
        m_out += bracket;
        ++m_depth;
        m_first = true;
    }

    void close(char bracket)
    {
        --m_depth;
        if (!m_first) {
            line();
        }
        m_out += bracket;
        m_first = false;
    }

    void key(std::string_view name)
    {
        item();
        append_json_string(m_out, name);
        m_out += ": ";
    }

    void item()
    {
        m_out += m_first ? "" : ",";
        line();
        m_first = false;
    }

    void text(std::string_view value) { append_json_string(m_out, value); }

    void raw(std::string_view json) { m_out += json; }

    void member(std::string_view name, std::string_view json)
    {
        key(name);
        raw(json);
    }

    void words(std::string_view name, const std::vector<std::string>& values)
    {
        key(name);
        raw("[");
        for (std::size_t i = 0; i < values.size(); ++i) {
            raw(i == 0 ? "" : ", ");
            text(values[i]);
        }
        raw("]");
    }

    [[nodiscard]] std::string take() { return std::move(m_out); }

  private:
    void line() { m_out.append(1, '\n').append(2 * m_depth, ' '); }

    std::string m_out;
    std::size_t m_depth = 0;
    bool m_first = true;
};

struct Range {
    Number min = 0;
    Number max = 0;
    bool seen = false;

    void take(Number value)
    {
        min = seen ? std::min(min, value) : value;
        max = seen ? std::max(max, value) : value;
        seen = true;
    }
};

} // namespace

struct Sketch::Node {
    std::uint64_t count = 0;
    std::uint64_t holders = 0; ///< objects that have this member
    std::uint64_t nulls = 0;
    std::uint64_t bools = 0;
    std::uint64_t integers = 0;
    std::uint64_t fractions = 0;
    std::uint64_t strings = 0;
    std::uint64_t arrays = 0;
    std::uint64_t objects = 0;
    Range numbers;
    Range lengths;
    Range item_counts;
    std::set<std::string, std::less<>> words;
    bool too_many_words = false;
    std::unique_ptr<Node> items;
    std::map<std::string, std::unique_ptr<Node>, std::less<>> members;
    bool open = false; ///< more members than are known

    void watch(dom::element value);
    void watch_number(Number value, bool whole);
    void watch_string(std::string_view text);
    void watch_array(dom::array array);
    void watch_object(dom::object object);
    void write(Writer& writer, bool rising) const;

  private:
    void write_type(Writer& writer) const;
    void write_numbers(Writer& writer, bool rising) const;
    void write_strings(Writer& writer) const;
    void write_arrays(Writer& writer) const;
    void write_objects(Writer& writer, bool top) const;
    [[nodiscard]] bool is_enum() const;

    friend class Sketch;
};

/// Recursion is bounded by the parser's depth limit.
void Sketch::Node::watch(dom::element value)
{
    ++count;
    switch (value.type()) {
    case dom::element_type::NULL_VALUE:
        ++nulls;
        return;
    case dom::element_type::BOOL:
        ++bools;
        return;
    case dom::element_type::INT64:
        return watch_number(static_cast<Number>(value.get_int64().value_unsafe()), true);
    case dom::element_type::UINT64:
        return watch_number(static_cast<Number>(value.get_uint64().value_unsafe()), true);
    case dom::element_type::DOUBLE: {
        const double number = value.get_double().value_unsafe();
        return watch_number(static_cast<Number>(number), number == std::floor(number));
    }
    case dom::element_type::STRING:
        return watch_string(value.get_string().value_unsafe());
    case dom::element_type::ARRAY:
        return watch_array(value.get_array().value_unsafe());
    case dom::element_type::OBJECT:
        return watch_object(value.get_object().value_unsafe());
    }
}

void Sketch::Node::watch_number(Number value, bool whole)
{
    ++(whole ? integers : fractions);
    numbers.take(value);
}

void Sketch::Node::watch_string(std::string_view text)
{
    ++strings;
    lengths.take(static_cast<Number>(code_points(text)));
    if (too_many_words || words.find(text) != words.end()) {
        return;
    }
    if (words.size() == kMaxWords || text.size() > kMaxWordBytes) {
        too_many_words = true;
        words.clear();
        return;
    }
    words.emplace(text);
}

void Sketch::Node::watch_array(dom::array array)
{
    ++arrays;
    item_counts.take(static_cast<Number>(array.size()));
    for (auto item : array) {
        if (!items) {
            items = std::make_unique<Node>();
        }
        items->watch(item);
    }
}

void Sketch::Node::watch_object(dom::object object)
{
    ++objects;
    std::set<std::string_view> seen; // a key may stand twice: both values count, for one holder
    for (auto field : object) {
        auto found = members.find(field.key);
        if (found == members.end()) {
            if (members.size() == kMaxMembers) {
                open = true;
                continue;
            }
            found = members.emplace(field.key, std::make_unique<Node>()).first;
        }
        found->second->holders += seen.insert(field.key).second ? 1U : 0U;
        found->second->watch(field.value);
    }
}

bool Sketch::Node::is_enum() const
{
    return strings != 0 && strings == count && !too_many_words &&
           strings >= kTimesToBeAnEnum * words.size();
}

void Sketch::Node::write(Writer& writer, bool rising) const
{
    writer.open('{');
    if (is_enum()) {
        writer.words("enum", {words.begin(), words.end()});
    } else if (count != 0) {
        write_type(writer);
        write_numbers(writer, rising);
        write_strings(writer);
        write_arrays(writer);
        write_objects(writer, false);
    }
    writer.close('}');
}

void Sketch::Node::write_type(Writer& writer) const
{
    std::vector<std::string> types;
    const auto add = [&types](std::uint64_t seen, const char* name) {
        if (seen != 0) {
            types.emplace_back(name);
        }
    };
    add(nulls, "null");
    add(bools, "boolean");
    add(integers + fractions, fractions != 0 ? "number" : "integer");
    add(strings, "string");
    add(arrays, "array");
    add(objects, "object");
    if (types.size() == 1) {
        writer.key("type");
        writer.text(types.front());
    } else {
        writer.words("type", types);
    }
}

void Sketch::Node::write_numbers(Writer& writer, bool rising) const
{
    if (!numbers.seen) {
        return;
    }
    if (rising) {
        if (numbers.min >= 0) {
            writer.member("minimum", "0");
        }
        return;
    }
    if (const auto bound = bound_text(numbers.min, false)) {
        writer.member("minimum", *bound);
    }
    if (const auto bound = bound_text(numbers.max, true)) {
        writer.member("maximum", *bound);
    }
}

void Sketch::Node::write_strings(Writer& writer) const
{
    if (!lengths.seen) {
        return;
    }
    if (lengths.min >= 1) {
        writer.member("minLength", "1");
    }
    writer.member("maxLength",
                  std::to_string(std::bit_ceil(static_cast<std::uint64_t>(lengths.max))));
}

void Sketch::Node::write_arrays(Writer& writer) const
{
    if (arrays == 0) {
        return;
    }
    writer.member("maxItems",
                  std::to_string(std::bit_ceil(static_cast<std::uint64_t>(item_counts.max))));
    if (items) {
        writer.key("items");
        items->write(writer, false);
    }
}

void Sketch::Node::write_objects(Writer& writer, bool top) const
{
    if (objects == 0) {
        return;
    }
    std::vector<std::string> required;
    writer.key("properties");
    writer.open('{');
    for (const auto& [name, member] : members) {
        writer.key(name);
        member->write(writer,
                      top && std::find(kRising.begin(), kRising.end(), name) != kRising.end());
        if (member->holders == objects) {
            required.push_back(name);
        }
    }
    writer.close('}');
    if (!required.empty()) {
        writer.words("required", required);
    }
    writer.member("additionalProperties", open ? "true" : "false");
}

Sketch::Sketch() : m_root(std::make_unique<Node>()) {}

Sketch::~Sketch() = default;

void Sketch::watch(const dom::element& value)
{
    m_root->watch(value);
}

std::uint64_t Sketch::count() const noexcept
{
    return m_root->count;
}

std::string Sketch::draft() const
{
    Writer writer;
    writer.open('{');
    writer.key("$schema");
    writer.text("https://json-schema.org/draft/2020-12/schema");
    writer.key("$comment");
    writer.text("Drafted from " + std::to_string(m_root->count) + " samples: read it, loosen it.");
    if (m_root->is_enum()) {
        writer.words("enum", {m_root->words.begin(), m_root->words.end()});
    } else if (m_root->count != 0) {
        m_root->write_type(writer);
        m_root->write_numbers(writer, false);
        m_root->write_strings(writer);
        m_root->write_arrays(writer);
        m_root->write_objects(writer, true);
    }
    writer.close('}');
    writer.raw("\n");
    return writer.take();
}

} // namespace tlm::validate
