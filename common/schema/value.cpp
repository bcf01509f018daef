// SPDX-License-Identifier: Apache-2.0
#include "common/schema/value.hpp"

#include "common/base/json_text.hpp"
#include "common/schema/number.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace tlm::schema {
namespace {

namespace dom = simdjson::dom;
using dom::element_type;

using Member = std::pair<std::string_view, dom::element>;

std::vector<Member> sorted_members(dom::object object)
{
    std::vector<Member> members;
    for (auto field : object) {
        members.emplace_back(field.key, field.value);
    }
    std::stable_sort(members.begin(), members.end(),
                     [](const Member& a, const Member& b) { return a.first < b.first; });
    return members;
}

bool equal_objects(dom::object left, dom::object right)
{
    if (left.size() != right.size()) {
        return false;
    }
    // Most objects that are equal have their members in the same order as well.
    auto other = right.begin();
    bool same_order = true;
    for (auto field : left) {
        if (other == right.end() || field.key != other.key()) {
            same_order = false;
            break;
        }
        if (!equal(field.value, other.value())) {
            return false;
        }
        ++other;
    }
    if (same_order) {
        return true;
    }
    const auto a = sorted_members(left);
    const auto b = sorted_members(right);
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.first == y.first && equal(x.second, y.second);
    });
}

bool equal_arrays(dom::array left, dom::array right)
{
    if (left.size() != right.size()) {
        return false;
    }
    auto other = right.begin();
    for (auto item : left) {
        if (other == right.end() || !equal(item, *other)) {
            return false;
        }
        ++other;
    }
    return true;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept
{
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15U) * (b ^ 0xc2b2ae3d27d4eb4fU);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash_text(std::string_view text) noexcept
{
    return mix(std::hash<std::string_view>{}(text), text.size());
}

/// A whole double has the hash of the integer that it equals.
std::uint64_t hash_number(const Number& number) noexcept
{
    constexpr double kTwo63 = 9223372036854775808.0;
    constexpr double kTwo64 = 18446744073709551616.0;
    std::uint64_t bits = number.u;
    if (number.type == element_type::INT64) {
        bits = static_cast<std::uint64_t>(number.i);
    } else if (number.type == element_type::DOUBLE) {
        if (is_whole(number.d) && number.d >= -kTwo63 && number.d < kTwo63) {
            bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(number.d));
        } else if (is_whole(number.d) && number.d >= 0 && number.d < kTwo64) {
            bits = static_cast<std::uint64_t>(number.d);
        } else {
            bits = std::bit_cast<std::uint64_t>(number.d);
        }
    }
    return mix(bits, 1);
}

/// `text` without what a terminal would obey, cut to `limit` bytes between two characters.
std::string cut(std::string_view text, std::size_t limit)
{
    if (text.size() <= limit) {
        return std::string{text};
    }
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) {
        --limit;
    }
    return std::string{text.substr(0, limit)} + "…";
}

} // namespace

bool equal(dom::element left, dom::element right)
{
    if (is_number(left) && is_number(right)) {
        return compare(number_of(left), number_of(right)) == 0;
    }
    if (left.type() != right.type()) {
        return false;
    }
    switch (left.type()) {
    case element_type::OBJECT:
        return equal_objects(left.get_object().value_unsafe(), right.get_object().value_unsafe());
    case element_type::ARRAY:
        return equal_arrays(left.get_array().value_unsafe(), right.get_array().value_unsafe());
    case element_type::STRING:
        return left.get_string().value_unsafe() == right.get_string().value_unsafe();
    case element_type::BOOL:
        return left.get_bool().value_unsafe() == right.get_bool().value_unsafe();
    default:
        return true;
    }
}

std::uint64_t hash(dom::element element)
{
    switch (element.type()) {
    case element_type::OBJECT: {
        std::uint64_t sum = 0; // the order of members does not count
        const dom::object object = element.get_object().value_unsafe();
        for (auto field : object) {
            sum += mix(hash_text(field.key), hash(field.value));
        }
        return mix(sum, 2);
    }
    case element_type::ARRAY: {
        std::uint64_t all = 3;
        const dom::array array = element.get_array().value_unsafe();
        for (auto item : array) {
            all = mix(all, hash(item));
        }
        return all;
    }
    case element_type::STRING:
        return hash_text(element.get_string().value_unsafe());
    case element_type::BOOL:
        return mix(element.get_bool().value_unsafe() ? 5 : 4, 4);
    case element_type::NULL_VALUE:
        return mix(6, 4);
    default:
        return hash_number(number_of(element));
    }
}

Twins find_twins(dom::array array, Hashes& hashes, std::size_t max_comparisons)
{
    hashes.clear();
    std::vector<dom::element> items;
    for (auto item : array) {
        hashes.emplace_back(hash(item), items.size());
        items.push_back(item);
    }
    std::sort(hashes.begin(), hashes.end());
    Twins twins;
    for (auto run = hashes.begin(); run != hashes.end();) {
        const auto end = std::find_if(run, hashes.end(),
                                      [&](const auto& entry) { return entry.first != run->first; });
        for (auto one = run; one != end; ++one) {
            for (auto two = std::next(one); two != end; ++two) {
                if (equal(items[one->second], items[two->second])) {
                    return {true, false, one->second, two->second};
                }
                if (max_comparisons-- == 0) {
                    return {false, true, 0, 0};
                }
            }
        }
        run = end;
    }
    return twins;
}

std::string brief(std::string_view text)
{
    std::string quoted;
    append_json_string(quoted, cut(text, 60));
    return quoted;
}

std::string brief(dom::element element)
{
    switch (element.type()) {
    case element_type::OBJECT:
        return "an object";
    case element_type::ARRAY:
        return "an array";
    case element_type::STRING:
        return brief(element.get_string().value_unsafe());
    case element_type::BOOL:
        return element.get_bool().value_unsafe() ? "true" : "false";
    case element_type::NULL_VALUE:
        return "null";
    default:
        return to_text(number_of(element));
    }
}

std::string_view type_name(dom::element element) noexcept
{
    switch (element.type()) {
    case element_type::OBJECT:
        return "object";
    case element_type::ARRAY:
        return "array";
    case element_type::STRING:
        return "string";
    case element_type::BOOL:
        return "boolean";
    case element_type::NULL_VALUE:
        return "null";
    case element_type::DOUBLE:
        return "number";
    default:
        return "integer";
    }
}

std::size_t count_characters(std::string_view utf8) noexcept
{
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

} // namespace tlm::schema
