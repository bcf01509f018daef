// SPDX-License-Identifier: Apache-2.0
#include "common/validation/rules.hpp"

#include "common/base/units.hpp"
#include "common/validation/json_file.hpp"

#include <array>
#include <cmath>

namespace tlm::validation {
namespace {

constexpr std::size_t kFileDepth = 8;

struct NamedConversion {
    std::string_view name;
    Conversion conversion;
};

/// The units that devices are seen to mix up; anything else is `scale` and `offset`.
constexpr std::array kNamed{
    NamedConversion{"F to C", {5, -160, 9}},
    NamedConversion{"C to F", {9, 160, 5}},
    NamedConversion{"K to C", {1, -273.15, 1}},
    NamedConversion{"C to K", {1, 273.15, 1}},
    NamedConversion{"mV to V", {1, 0, 1'000}},
    NamedConversion{"V to mV", {1'000, 0, 1}},
    NamedConversion{"mA to A", {1, 0, 1'000}},
    NamedConversion{"A to mA", {1'000, 0, 1}},
    NamedConversion{"W to kW", {1, 0, 1'000}},
    NamedConversion{"kW to W", {1'000, 0, 1}},
    NamedConversion{"Wh to kWh", {1, 0, 1'000}},
    NamedConversion{"Pa to hPa", {1, 0, 100}},
    NamedConversion{"hPa to kPa", {1, 0, 10}},
    NamedConversion{"Pa to kPa", {1, 0, 1'000}},
    NamedConversion{"bar to kPa", {100, 0, 1}},
    NamedConversion{"psi to kPa", {6.894757293168361, 0, 1}},
    NamedConversion{"km/h to m/s", {5, 0, 18}},
    NamedConversion{"mph to km/h", {1.609344, 0, 1}},
    NamedConversion{"in to mm", {25.4, 0, 1}},
    NamedConversion{"ft to m", {0.3048, 0, 1}},
    NamedConversion{"ms to s", {1, 0, 1'000}},
    NamedConversion{"min to s", {60, 0, 1}},
};

Conversion named_conversion(const Setting& setting)
{
    const auto name = setting.text();
    for (const auto& [known, conversion] : kNamed) {
        if (known == name) {
            return conversion;
        }
    }
    throw setting.wrong("is no unit conversion that is known here; write scale and offset");
}

/// A scale that is one part of a whole number, as 0.001 is, becomes a division.
Conversion linear(double scale, double offset)
{
    const double parts = std::round(1 / scale);
    if (std::abs(scale) < 1 && 1 / parts == scale) {
        return {1, offset * parts, parts};
    }
    return {scale, offset, 1};
}

/// Members that the envelope repeats: it would say something else than its data.
bool is_envelopes(const Pointer& pointer)
{
    return pointer.text() == "/ts" || pointer.text() == "/seq" || pointer.text() == "/boot" ||
           pointer.text() == "/deviceId";
}

milliseconds duration(const Setting& setting)
{
    const auto value = parse_duration(setting.text());
    if (!value || value->count() <= 0) {
        throw setting.wrong("must be a duration, as \"90s\" or \"1h30m\"");
    }
    return *value;
}

NumberText number_text(const Setting& setting)
{
    if (setting.text() == "point") {
        return NumberText::point;
    }
    if (setting.text() == "comma") {
        return NumberText::comma;
    }
    throw setting.wrong("must be \"point\" or \"comma\"");
}

/// The members of one rule as they are read, before they are put together.
struct Draft {
    std::optional<double> scale;
    std::optional<double> offset;
    std::optional<Conversion> unit;
    std::optional<std::uint32_t> decimals;
};

double not_zero(const Setting& setting)
{
    if (setting.number() == 0) {
        throw setting.wrong("must not be 0");
    }
    return setting.number();
}

double above_zero(const Setting& setting)
{
    if (setting.number() <= 0) {
        throw setting.wrong("must be above 0");
    }
    return setting.number();
}

void read_member(std::string_view key, const Setting& setting, Rule& rule, Draft& draft)
{
    if (key == "text") {
        rule.text = number_text(setting);
    } else if (key == "unit") {
        draft.unit = named_conversion(setting);
    } else if (key == "scale") {
        draft.scale = not_zero(setting);
    } else if (key == "offset") {
        draft.offset = setting.number();
    } else if (key == "decimals") {
        draft.decimals = setting.count(0, 9);
    } else if (key == "rename") {
        rule.rename = setting.text();
        rule.stands = rule.sent.sibling(*rule.rename);
        if (rule.rename->empty() || is_envelopes(rule.stands)) {
            throw setting.wrong("must be a key, and none that the envelope has");
        }
    } else if (key == "min") {
        rule.min = setting.number();
    } else if (key == "max") {
        rule.max = setting.number();
    } else if (key == "step_per_s") {
        rule.step_per_s = above_zero(setting);
    } else if (key == "stuck_readings") {
        rule.stuck_readings = setting.count(2, 1'000'000'000);
    } else if (key == "stuck_for") {
        rule.stuck_for = duration(setting);
    } else {
        throw setting.wrong("is no member of a rule; see tlm-validation(5)");
    }
}

Rule read_rule(std::string_view pointer, const Setting& setting)
{
    const auto sent = Pointer::parse(pointer);
    if (!sent) {
        throw setting.wrong("the key must be a JSON Pointer, as \"/temp_c\"");
    }
    Rule rule{*sent, *sent};
    Draft draft;
    const auto members = setting.object();
    for (const auto field : members) {
        read_member(field.key, setting.member(field.key, field.value), rule, draft);
    }
    if (draft.unit && (draft.scale || draft.offset)) {
        throw setting.wrong("has both unit and scale or offset");
    }
    if (draft.scale || draft.offset) {
        rule.conversion = linear(draft.scale.value_or(1), draft.offset.value_or(0));
    } else {
        rule.conversion = draft.unit;
    }
    if (draft.decimals) {
        rule.conversion = rule.conversion.value_or(Conversion{});
        rule.conversion->decimals = draft.decimals;
    }
    if (rule.min && rule.max && *rule.min > *rule.max) {
        throw setting.wrong("min is above max");
    }
    if (rule.coerces() && is_envelopes(rule.sent)) {
        throw setting.wrong("the envelope has this member too: it cannot be changed");
    }
    return rule;
}

} // namespace

std::shared_ptr<const Rules> parse_rules(std::string_view text, std::string_view name)
{
    GuardedJson json(kFileDepth);
    const Setting file = parse_settings(json, text, name);
    auto rules = std::make_shared<Rules>();
    const auto top = file.object();
    for (const auto field : top) {
        const Setting setting = file.member(field.key, field.value);
        if (field.key != "values") {
            throw setting.wrong("is not known here; the only member is values");
        }
        const auto values = setting.object();
        for (const auto value : values) {
            rules->push_back(read_rule(value.key, setting.member(value.key, value.value)));
        }
    }
    return rules;
}

} // namespace tlm::validation
