// SPDX-License-Identifier: Apache-2.0
#include "common/validation/pointer.hpp"

#include "common/base/units.hpp"
#include "common/record/raw_json.hpp"

#include <simdjson.h>

#include <span>

namespace tlm::validation {
namespace {

namespace dom = simdjson::dom;

/// Takes `~0` and `~1` for what they stand for; empty when another `~` stands in the token.
std::optional<std::string> unescaped(std::string_view token)
{
    std::string text;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '~') {
            text += token[i];
        } else if (i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1')) {
            text += token[++i] == '0' ? '~' : '/';
        } else {
            return std::nullopt;
        }
    }
    return text;
}

/// The index of an item, written without leading zeros.
std::optional<std::size_t> index_of(std::string_view token)
{
    if (token.size() > 1 && token.front() == '0') {
        return std::nullopt;
    }
    return parse_unsigned(token);
}

std::optional<dom::element> child(const dom::element& parent, std::string_view token)
{
    dom::object object;
    dom::array array;
    dom::element value;
    if (parent.get_object().get(object) == simdjson::SUCCESS) {
        return object.at_key(token).get(value) == simdjson::SUCCESS ? std::optional{value}
                                                                    : std::nullopt;
    }
    const auto index = index_of(token);
    if (index && parent.get_array().get(array) == simdjson::SUCCESS &&
        array.at(*index).get(value) == simdjson::SUCCESS) {
        return value;
    }
    return std::nullopt;
}

std::optional<dom::element> follow(dom::element value, std::span<const std::string> tokens)
{
    for (const std::string& token : tokens) {
        const auto next = child(value, token);
        if (!next) {
            return std::nullopt;
        }
        value = *next;
    }
    return value;
}

/// The how many-th member or item the token names. Not by the text of the key: it may be escaped.
std::size_t ordinal(const dom::element& parent, std::string_view token)
{
    dom::object object;
    if (parent.get_object().get(object) != simdjson::SUCCESS) {
        return index_of(token).value_or(0);
    }
    std::size_t count = 0;
    for (const auto field : object) {
        if (field.key == token) {
            break;
        }
        ++count;
    }
    return count;
}

} // namespace

std::string escape_token(std::string_view token)
{
    std::string text;
    for (const char c : token) {
        if (c == '~') {
            text += "~0";
        } else if (c == '/') {
            text += "~1";
        } else {
            text += c;
        }
    }
    return text;
}

std::optional<Pointer> Pointer::parse(std::string_view text)
{
    Pointer pointer;
    pointer.m_text = text;
    if (!text.starts_with('/')) {
        return std::nullopt;
    }
    while (!text.empty()) {
        text.remove_prefix(1);
        const auto token = unescaped(text.substr(0, text.find('/')));
        if (!token) {
            return std::nullopt;
        }
        pointer.m_tokens.push_back(*token);
        text.remove_prefix(std::min(text.find('/'), text.size()));
    }
    return pointer;
}

std::optional<dom::element> Pointer::find(const dom::element& root) const
{
    return follow(root, m_tokens);
}

std::optional<dom::element> Pointer::find_parent(const dom::element& root) const
{
    return follow(root, std::span{m_tokens}.first(m_tokens.size() - 1));
}

Pointer::Place Pointer::locate(const dom::element& root, std::string_view json) const
{
    Place place;
    dom::element parent = root;
    std::size_t at = skip_white_space(json, 0);
    for (const std::string& token : m_tokens) {
        RawMembers members(json, at);
        for (std::size_t skip = ordinal(parent, token) + 1; skip > 0; --skip) {
            static_cast<void>(members.next());
        }
        at = members.value_begin();
        place.key = {members.key_begin(), members.key_begin() + members.key().size()};
        place.value = {at, at + members.value().size()};
        parent = child(parent, token).value_or(parent);
    }
    return place;
}

Pointer Pointer::sibling(std::string_view token) const
{
    Pointer pointer = *this;
    pointer.m_tokens.back() = token;
    pointer.m_text = m_text.substr(0, m_text.rfind('/') + 1) + escape_token(token);
    return pointer;
}

} // namespace tlm::validation
