// SPDX-License-Identifier: Apache-2.0
#include "common/record/guarded_json.hpp"

#include "common/base/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace tlm {
namespace {

namespace dom = simdjson::dom;

/// A key as one step of a JSON Pointer: `~` and `/` as RFC 6901 section 3 writes them. Whoever
/// sends the key chooses its length: it is cut between characters where the path would be too long.
std::string pointer_token(std::string_view key)
{
    constexpr std::size_t kLongestCharacter = 4; // in UTF-8
    std::string token = "/";
    for (const char c : key) {
        const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
        if (begins && token.size() + kLongestCharacter > Reject::kMaxPath) {
            break;
        }
        if (c == '~') {
            token += "~0";
        } else if (c == '/') {
            token += "~1";
        } else {
            token += c;
        }
    }
    return token;
}

/// Puts a step before a path. Of a path that becomes too long the last steps go: it then names what
/// is around the place.
void lead(std::string& path, std::string_view token)
{
    path.insert(0, token);
    if (path.size() > Reject::kMaxPath) {
        path.resize(path.rfind('/', Reject::kMaxPath));
    }
}

bool has_nul(std::string_view text)
{
    return std::memchr(text.data(), '\0', text.size()) != nullptr;
}

std::optional<Reject> check(dom::element element);

/// The first key that stands twice. Few keys are compared pairwise, many are sorted, so that the
/// cost stays bounded whatever a device sends.
std::optional<std::string_view> duplicate_key(dom::object object)
{
    constexpr std::size_t kFew = 16;
    std::array<std::string_view, kFew> few;
    std::size_t count = 0;
    for (auto field : object) {
        if (count == kFew) {
            break;
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (few.at(i) == field.key) {
                return field.key;
            }
        }
        few.at(count++) = field.key;
    }
    if (count < kFew) {
        return std::nullopt;
    }
    std::vector<std::string_view> keys;
    for (auto field : object) {
        keys.push_back(field.key);
    }
    std::sort(keys.begin(), keys.end());
    const auto twice = std::adjacent_find(keys.begin(), keys.end());
    return twice == keys.end() ? std::nullopt : std::optional{*twice};
}

std::optional<Reject> check_object(dom::object object)
{
    for (auto field : object) {
        if (has_nul(field.key)) {
            return Reject{Reason::nul_in_string, "", "a key holds U+0000"};
        }
        if (auto reject = check(field.value)) {
            lead(reject->path, pointer_token(field.key));
            return reject;
        }
    }
    if (const auto key = duplicate_key(object)) {
        return Reject{Reason::duplicate_key, pointer_token(*key), "the key stands twice"};
    }
    return std::nullopt;
}

std::optional<Reject> check_array(dom::array array)
{
    std::size_t index = 0;
    for (auto element : array) {
        if (auto reject = check(element)) {
            lead(reject->path, "/" + std::to_string(index));
            return reject;
        }
        ++index;
    }
    return std::nullopt;
}

/// What is wrong and where; the slow pass. Recursion is bounded by the parser's depth limit.
std::optional<Reject> check(dom::element element)
{
    switch (element.type()) {
    case dom::element_type::OBJECT:
        return check_object(element.get_object().value_unsafe());
    case dom::element_type::ARRAY:
        return check_array(element.get_array().value_unsafe());
    case dom::element_type::STRING:
        if (has_nul(element.get_string().value_unsafe())) {
            return Reject{Reason::nul_in_string, "", "a string holds U+0000"};
        }
        return std::nullopt;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
    case dom::element_type::BOOL:
    case dom::element_type::NULL_VALUE:
        return std::nullopt;
    }
    return std::nullopt;
}

/// Whether one of the first `count` keys is this one.
bool is_among(dom::object object, std::size_t count, std::string_view key)
{
    auto at = object.begin();
    for (std::size_t i = 0; i < count; ++i, ++at) {
        if (at.key() == key) {
            return true;
        }
    }
    return false;
}

/// One of 64 bits by the size and three of the bytes: most keys of an object have one of their own.
std::uint64_t key_bit(std::string_view key)
{
    if (key.empty()) {
        return 1;
    }
    const auto byte = [key](std::size_t at) { return static_cast<unsigned char>(key[at]); };
    const std::size_t mixed =
        key.size() + 3U * byte(0) + 5U * byte(key.size() / 2) + 7U * byte(key.size() - 1);
    return std::uint64_t{1} << (mixed % 64);
}

bool is_clean(dom::element element, bool has_escapes);

bool is_clean_object(dom::object object, bool has_escapes)
{
    constexpr std::size_t kFew = 32; // more are sorted, so that the cost stays bounded
    std::uint64_t bits = 0;
    std::size_t count = 0;
    for (auto field : object) {
        const std::uint64_t bit = key_bit(field.key);
        if (count == kFew || ((bits & bit) != 0 && is_among(object, count, field.key)) ||
            (has_escapes && has_nul(field.key)) || !is_clean(field.value, has_escapes)) {
            return false;
        }
        bits |= bit;
        ++count;
    }
    return true;
}

/// True only when check() finds nothing; the fast pass. Without a backslash in the text no string
/// of it holds U+0000, for JSON has no other way to write it.
bool is_clean(dom::element element, bool has_escapes)
{
    if (element.is_object()) {
        return is_clean_object(element.get_object().value_unsafe(), has_escapes);
    }
    if (element.is_array()) {
        const dom::array array = element.get_array().value_unsafe();
        return std::all_of(array.begin(), array.end(),
                           [=](dom::element item) { return is_clean(item, has_escapes); });
    }
    return !has_escapes || !element.is_string() || !has_nul(element.get_string().value_unsafe());
}

/// Takes a number of RFC 8259 section 6 off the front of `text`; false when there is none.
bool take_number(std::string_view& text)
{
    const auto digits = [&text] {
        const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(count);
        return count;
    };
    if (text.starts_with('-')) {
        text.remove_prefix(1);
    }
    const bool zero = text.starts_with('0');
    const std::size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) {
        return false;
    }
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (digits() == 0) {
            return false;
        }
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('+') || text.starts_with('-')) {
            text.remove_prefix(1);
        }
        return digits() > 0;
    }
    return true;
}

/// simdjson says NUMBER_ERROR both for what is no number and for what no type can hold. It is a
/// matter of range when every number in the text has the right form.
bool all_numbers_well_formed(std::string_view text)
{
    while (!text.empty()) {
        const char c = text.front();
        if (c == '"') {
            text.remove_prefix(1);
            while (!text.empty() && text.front() != '"') {
                text.remove_prefix(text.front() == '\\' && text.size() > 1 ? 2 : 1);
            }
            text.remove_prefix(text.empty() ? 0 : 1);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            if (!take_number(text)) {
                return false;
            }
            constexpr std::string_view kAfterNumber = ",]} \t\r\n";
            if (!text.empty() && kAfterNumber.find(text.front()) == std::string_view::npos) {
                return false;
            }
        } else {
            text.remove_prefix(1);
        }
    }
    return true;
}

Reject parse_reject(simdjson::error_code error, std::string_view text)
{
    switch (error) {
    case simdjson::DEPTH_ERROR:
        return {Reason::too_deep, "", "nested deeper than the limit"};
    case simdjson::UTF8_ERROR:
        return {Reason::invalid_utf8, "", "not UTF-8"};
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE:
        if (all_numbers_well_formed(text)) {
            return {Reason::number_range, "", "a number that int64, uint64 and double cannot hold"};
        }
        return {Reason::not_json, "", "a number is malformed"};
    case simdjson::EMPTY:
        return {Reason::not_json, "", "nothing but white space"};
    default:
        if (!is_utf8(text)) {
            return {Reason::invalid_utf8, "", "not UTF-8"};
        }
        if (text.starts_with(kByteOrderMark)) {
            return {Reason::not_json, "", "begins with a byte order mark, which JSON must not"};
        }
        return {Reason::not_json, "", std::string{"not JSON: "} + simdjson::error_message(error)};
    }
}

} // namespace

Verdict<simdjson::dom::element> GuardedJson::parse_unguarded(std::string_view text)
{
    if (text.empty()) { // a Kafka record without a value has no pointer to copy from either
        return parse_reject(simdjson::EMPTY, text);
    }
    if (m_padded.size() < text.size() + simdjson::SIMDJSON_PADDING) {
        m_padded.resize(2 * text.size() + simdjson::SIMDJSON_PADDING);
    }
    std::memcpy(m_padded.data(), text.data(), text.size());
    // The tape is sized by us and not by parse(), which would reset the depth limit to its default.
    if (m_parser.capacity() < text.size() || m_parser.max_depth() != m_max_depth) {
        if (m_parser.allocate(2 * text.size() + 1, m_max_depth) != simdjson::SUCCESS) {
            throw std::bad_alloc{};
        }
    }
    dom::element root;
    if (const auto error = m_parser.parse(m_padded.data(), text.size(), false).get(root)) {
        return parse_reject(error, text);
    }
    return root;
}

Verdict<simdjson::dom::element> GuardedJson::parse(std::string_view text)
{
    auto parsed = parse_unguarded(text);
    if (const auto* root = std::get_if<dom::element>(&parsed)) {
        m_has_escapes = std::memchr(text.data(), '\\', text.size()) != nullptr;
        if (is_clean(*root, m_has_escapes)) {
            return parsed;
        }
        if (auto reject = check(*root)) {
            return *std::move(reject);
        }
    }
    return parsed;
}

} // namespace tlm
