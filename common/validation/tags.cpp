// SPDX-License-Identifier: Apache-2.0
#include "common/validation/tags.hpp"

#include "common/base/json_text.hpp"
#include "common/record/raw_json.hpp"

#include <algorithm>
#include <vector>

namespace tlm::validation {
namespace {

namespace dom = simdjson::dom;

/// The keys of an object without their escapes, in order; none of an empty text.
std::vector<std::string> keys_of(GuardedJson& json, std::string_view object)
{
    std::vector<std::string> keys;
    if (object.empty()) {
        return keys;
    }
    const auto parsed = json.parse(object);
    dom::object members;
    if (const auto* root = std::get_if<dom::element>(&parsed);
        root != nullptr && root->get_object().get(members) == simdjson::SUCCESS) {
        for (const auto field : members) {
            keys.emplace_back(field.key);
        }
    }
    return keys;
}

bool contains(const std::vector<std::string>& keys, std::string_view key)
{
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

void append_member(std::string& out, std::string_view key, std::string_view value)
{
    out += out.empty() ? "{" : ",";
    out.append(key).append(":").append(value);
}

} // namespace

bool merge_tags(GuardedJson& json, std::string_view tags, std::string_view registered,
                std::span<const OwnTag> own, std::string& out)
{
    if (registered.empty() && own.empty()) {
        return false;
    }
    const auto keys = keys_of(json, tags);
    auto replaced = keys_of(json, registered);
    for (const auto& [name, text] : own) {
        replaced.emplace_back(name);
    }
    std::string merged;
    // keys_of() has accepted the text whenever it gives a key.
    if (!keys.empty()) {
        RawMembers members(tags, tags.find('{'));
        for (const std::string& key : keys) {
            static_cast<void>(members.next());
            if (!contains(replaced, key)) {
                append_member(merged, members.key(), members.value());
            }
        }
    }
    const std::size_t registered_count = replaced.size() - own.size();
    if (registered_count > 0) {
        RawMembers members(registered, registered.find('{'));
        for (std::size_t i = 0; i < registered_count && members.next(); ++i) {
            append_member(merged, members.key(), members.value());
        }
    }
    for (const auto& [name, text] : own) {
        std::string value;
        append_json_string(value, text);
        append_member(merged, '"' + std::string{name} + '"', value);
    }
    merged += merged.empty() ? "" : "}";
    if (merged == tags || merged.empty()) {
        return false;
    }
    out = std::move(merged);
    return true;
}

std::optional<std::string_view> tag_text(std::string_view tags, std::string_view name)
{
    if (tags.empty()) {
        return std::nullopt;
    }
    for (RawMembers members(tags, skip_white_space(tags, 0)); members.next();) {
        const auto key = members.key();
        const auto value = members.value();
        if (key.substr(1, key.size() - 2) == name) {
            const bool plain = value.starts_with('"') && value.find('\\') == std::string_view::npos;
            return plain ? std::optional{value.substr(1, value.size() - 2)} : std::nullopt;
        }
    }
    return std::nullopt;
}

} // namespace tlm::validation
