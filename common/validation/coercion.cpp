// SPDX-License-Identifier: Apache-2.0
#include "common/validation/coercion.hpp"

#include "common/base/json_text.hpp"
#include "common/base/units.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace tlm::validation {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kDigits = "0123456789";

/// Takes the digits off the front of `text`.
std::string_view take_digits(std::string_view& text)
{
    const auto digits = text.substr(0, text.find_first_not_of(kDigits));
    text.remove_prefix(digits.size());
    return digits;
}

/// A decimal number as people write it, as JSON has it: digit by digit, so that nothing is
/// rounded. False when the text is none. No exponents, no thousands separators: `1,000` with a
/// decimal comma is 1, and a form that also has a point is no number.
bool number_of_text(std::string_view text, NumberText form, std::string& out)
{
    constexpr std::size_t kLongest = 64;
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    text.remove_suffix(text.size() - (text.find_last_not_of(' ') + 1));
    if (text.size() > kLongest) {
        return false;
    }
    out.clear();
    if (text.starts_with('-') || text.starts_with('+')) {
        out += text.front() == '-' ? "-" : "";
        text.remove_prefix(1);
    }
    auto whole = take_digits(text);
    std::string_view fraction;
    if (text.starts_with('.') || (form == NumberText::comma && text.starts_with(','))) {
        text.remove_prefix(1);
        fraction = take_digits(text);
    }
    if (!text.empty() || (whole.empty() && fraction.empty())) {
        return false;
    }
    whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
    out += whole.empty() ? "0" : whole;
    if (!fraction.empty()) {
        out += '.';
        out += fraction;
    }
    return true;
}

/// False when the result is no number: JSON has no infinity.
bool convert(double value, const Conversion& conversion, std::string& out)
{
    double result = (value * conversion.multiply + conversion.add) / conversion.divide;
    if (conversion.decimals) {
        const double power = std::pow(10.0, *conversion.decimals);
        const double rounded = std::round(result * power) / power;
        result = std::isfinite(rounded) ? rounded : result;
    }
    if (!std::isfinite(result)) {
        return false;
    }
    result += 0.0; // no negative zero
    // Written out, an integer beyond 64 bits would not be read back.
    constexpr double kLarge = 1e15;
    std::array<char, 32> digits{};
    char* const last = digits.data() + digits.size();
    const auto end =
        std::abs(result) < kLarge
            ? std::to_chars(digits.data(), last, result).ptr
            : std::to_chars(digits.data(), last, result, std::chars_format::scientific).ptr;
    out.assign(digits.data(), end);
    return true;
}

enum class Fit {
    no,       ///< the rule cannot do anything with this value
    as_it_is, ///< the value needs no change
    changed,  ///< `number` is what it shall be
};

Fit fit(const Rule& rule, const dom::element& value, std::string& number)
{
    if (rule.text == NumberText::none && !rule.conversion) {
        return Fit::as_it_is;
    }
    Fit result = Fit::as_it_is;
    double numeric = 0;
    std::string_view text;
    if (value.get_double().get(numeric) != simdjson::SUCCESS) {
        if (rule.text == NumberText::none || value.get_string().get(text) != simdjson::SUCCESS ||
            !number_of_text(text, rule.text, number)) {
            return Fit::no;
        }
        numeric = parse_number(number).value_or(0);
        result = Fit::changed;
    }
    if (rule.conversion) {
        result = convert(numeric, *rule.conversion, number) ? Fit::changed : Fit::no;
    }
    return result;
}

} // namespace

Coercion::Coercion(std::shared_ptr<const Rules> rules) : m_rules(std::move(rules))
{
    m_idle = std::none_of(m_rules->begin(), m_rules->end(),
                          [](const Rule& rule) { return rule.coerces(); });
}

bool Coercion::apply(const dom::element& root, std::string_view json, std::string& out)
{
    if (m_idle) {
        return false;
    }
    m_edits.clear();
    m_renamed.clear();
    for (const Rule& rule : *m_rules) {
        if (rule.coerces()) {
            plan(rule, root, json);
        }
    }
    std::sort(m_edits.begin(), m_edits.end(),
              [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
    out.clear();
    std::size_t copied = 0;
    for (const Edit& edit : m_edits) {
        out += json.substr(copied, edit.span.begin - copied);
        out += edit.text;
        copied = edit.span.end;
    }
    out += json.substr(copied);
    return !m_edits.empty();
}

/// Notes what the rule changes. Spans never overlap: keys and values that are no objects.
void Coercion::plan(const Rule& rule, const dom::element& root, std::string_view json)
{
    const auto value = rule.sent.find(root);
    if (!value) {
        return;
    }
    const Fit result = fit(rule, *value, m_number);
    const bool taken =
        rule.rename && (rule.stands.find(root) ||
                        std::any_of(m_renamed.begin(), m_renamed.end(), [&rule](const Rule* other) {
                            return other->stands.text() == rule.stands.text();
                        }));
    if (result == Fit::no || taken || (result == Fit::as_it_is && !rule.rename)) {
        return;
    }
    const auto place = rule.sent.locate(root, json);
    if (result == Fit::changed) {
        add_edit(place.value, m_number);
    }
    if (rule.rename && place.key.begin != place.key.end) {
        std::string key;
        append_json_string(key, *rule.rename);
        add_edit(place.key, key);
        m_renamed.push_back(&rule);
    }
}

void Coercion::add_edit(Span span, const std::string& text)
{
    m_edits.push_back({span, text});
}

} // namespace tlm::validation
