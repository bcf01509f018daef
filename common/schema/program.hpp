// SPDX-License-Identifier: Apache-2.0
// What a schema is compiled to: flat tables that point at one another by number.
#pragma once

#include "common/schema/draft.hpp"
#include "common/schema/format.hpp"
#include "common/schema/key_table.hpp"
#include "common/schema/number.hpp"
#include "common/schema/pattern.hpp"

#include <simdjson.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::schema {

/// The number of a row in one of the tables below.
using Row = std::uint32_t;
constexpr Row kNone = 0xFFFFFFFF;

/// The node that accepts everything: the schema `true`.
constexpr Row kTrue = 0;

/// The rows from `first` to before `last`.
struct Range {
    Row first = 0;
    Row last = 0;

    [[nodiscard]] bool empty() const noexcept { return first == last; }
};

/// One bit for each type that simdjson tells apart.
enum TypeBit : std::uint8_t {
    null_bit = 1,
    bool_bit = 2,
    int_bit = 4,
    uint_bit = 8,
    double_bit = 16,
    string_bit = 32,
    array_bit = 64,
    object_bit = 128,
    number_bits = int_bit | uint_bit | double_bit,
    integer_bits = int_bit | uint_bit,
    all_bits = 255,
};

/// A subschema: what every value must be, then what values of one type must be. Of the size of a
/// cache line: finding one is a shift then, and no multiplication.
struct alignas(64) Node {
    std::uint8_t types = all_bits;
    bool whole_doubles = false; ///< double_bit is off, but 1.0 is an integer all the same
    bool is_plain = true; ///< no steps, nothing unevaluated, no scope: all is said by the rows here
    bool opens_scope = false; ///< its resource matters to a `$dynamicRef`
    Row choices = kNone;
    Row number = kNone;
    Row string = kNone;
    Row array = kNone;
    Row object = kNone;
    Range steps;
    Row unevaluated = kNone; ///< an Unevaluated
    Row resource = 0;
    Row path = kNone; ///< of a text: where the subschema stands
};

/// `enum` and `const`.
struct Choices {
    KeyTable strings; ///< with the keys in the order of the schema
    std::vector<simdjson::dom::element> others;
    bool is_const = false;
};

struct NumberRule {
    Interval interval;
    bool has_divisor = false;
    Decimal divisor;
    std::int64_t whole_divisor = 0; ///< the same when int64 holds it, else 0
    // For sentences only.
    std::optional<Number> minimum;
    std::optional<Number> maximum;
    std::optional<Number> exclusive_minimum;
    std::optional<Number> exclusive_maximum;
    Number multiple_of;
};

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

struct StringRule {
    std::uint64_t min_length = 0; ///< in characters
    std::uint64_t max_length = kNoLimit;
    Row pattern = kNone;
    FormatCheck format = nullptr;
    std::string format_name;
};

struct ArrayRule {
    std::uint64_t min_items = 0;
    std::uint64_t max_items = kNoLimit;
    std::uint64_t min_contains = 1;
    std::uint64_t max_contains = kNoLimit;
    Range prefix; ///< of lists: one node for each of the first items
    Row items = kNone;
    Row contains = kNone;
    bool unique = false;
    bool contains_evaluates = false; ///< since 2020-12 `unevaluatedItems` passes over what matched
    bool old_names = false; ///< `items` and `additionalItems` for what is now prefixItems and items
};

/// What is said of a member by its name.
struct Property {
    Key name;
    std::uint64_t required_bit = 0; ///< of the first 64 that are required
    Row node = kTrue;               ///< that of `additional` when only `required` names the member
    bool is_declared = false;
    bool is_required = false;
};

struct PatternProperty {
    Row pattern;
    Row node;
};

/// `dependentRequired` and `dependentSchemas`: when the member `trigger` is there, then …
struct Dependency {
    std::string_view trigger;
    std::vector<std::string_view> needed;
    Row node = kNone;
    std::string_view keyword; ///< `dependencies`, `dependentRequired`, `dependentSchemas`
};

struct ObjectRule {
    std::uint64_t min_properties = 0;
    std::uint64_t max_properties = kNoLimit;
    std::uint64_t required_bits = 0; ///< of the first 64 names in `required`
    std::vector<std::string_view> more_required;
    KeyTable keys;
    std::vector<Property> properties; ///< beside the keys, by number
    std::vector<PatternProperty> patterns;
    std::vector<Dependency> dependencies;
    Row additional = kNone;
    Row names = kNone;
    Row hints = 0;        ///< its first hint in a validator's memory, see Evaluator
    bool is_plain = true; ///< no patterns, names, dependencies, more_required
};

/// What applies to the value itself and not to its parts.
enum class Op : std::uint8_t { all_of, any_of, one_of, negate, condition, reference, dynamic };

struct Step {
    Op op;
    Range list; ///< all_of, any_of, one_of
    Row node =
        kNone; ///< negate, condition (the `if`), reference, dynamic (where nothing overrides)
    Row then = kNone;
    Row otherwise = kNone;
    Row dynamic = kNone; ///< the anchor that may override
};

struct Unevaluated {
    Row items = kNone;
    Row properties = kNone;
};

/// A `$dynamicAnchor` (`$recursiveAnchor`), and what it is in each resource that has it.
struct DynamicAnchor {
    struct Target {
        Row resource;
        Row node;
    };

    std::vector<Target> targets;
};

/// Immutable once compiled. The elements and keys in it point into `documents`.
struct Program {
    std::vector<std::unique_ptr<simdjson::dom::parser>> documents;
    Draft draft = Draft::v2020_12;
    Row root = 0;
    std::vector<Node> nodes;
    std::vector<Row> lists;
    std::vector<Step> steps;
    std::vector<Choices> choices;
    std::vector<NumberRule> numbers;
    std::vector<StringRule> strings;
    std::vector<ArrayRule> arrays;
    std::vector<ObjectRule> objects;
    std::vector<Unevaluated> unevaluated;
    std::vector<Pattern> patterns;
    std::vector<DynamicAnchor> dynamic_anchors;
    std::vector<std::string> paths;
    Row hint_count = 0;
};

/// The limits of judging one value; reaching one is schema_limit.
constexpr std::uint32_t kMaxLevels = 2048; ///< of subschemas inside one another
constexpr std::uint32_t kMaxSteps =
    1'000'000; ///< subschemas applied to objects, arrays, or in place

} // namespace tlm::schema
