// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/whatif.hpp"

#include <simdjson.h>

#include <array>

namespace tlm::validate {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxLabel = 64;

std::optional<std::string> text_member(dom::element element, std::string_view key)
{
    dom::object object;
    dom::element member;
    if (element.get_object().get(object) != simdjson::SUCCESS ||
        object.at_key(key).get(member) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    std::string_view text;
    if (member.get_string().get(text) == simdjson::SUCCESS) {
        return std::string{text.substr(0, kMaxLabel)};
    }
    std::int64_t number = 0;
    if (member.get_int64().get(number) == simdjson::SUCCESS) {
        return std::to_string(number);
    }
    return std::nullopt;
}

bool is_of_schema(std::string_view reason)
{
    return reason == reason_name(Reason::schema) || reason == reason_name(Reason::schema_limit) ||
           reason == reason_name(Reason::pattern_limit);
}

} // namespace

void WhatIf::line(std::string_view text, std::string_view topic)
{
    if (take_record(text, topic, false)) {
        return;
    }
    // The views of a letter point into m_letters, so it is not read with the same reader below.
    std::string_view reason;
    std::string_view payload;
    std::string_view key;
    dom::object letter;
    if (m_letters.read(text) || m_letters.value().get_object().get(letter) != simdjson::SUCCESS ||
        letter.at_key("reason").get_string().get(reason) != simdjson::SUCCESS) {
        ++m_unreadable;
        return;
    }
    if (letter.at_key("payload").get_string().get(payload) != simdjson::SUCCESS) {
        ++m_beyond_schemas; // in base64: it is not even UTF-8
        return;
    }
    if (letter.at_key("key").get_string().get(key) != simdjson::SUCCESS) {
        key = {};
    }
    dead_letter(payload, key, reason, topic);
}

void WhatIf::dead_letter(std::string_view payload, std::string_view key, std::string_view reason,
                         std::string_view topic)
{
    if (!is_of_schema(reason)) {
        ++m_beyond_schemas;
        return;
    }
    if (take_record(payload, topic, true)) {
        return;
    }
    // What a device sent, before it became a record.
    const auto verdict = m_payloads.read(key, payload, 0);
    if (std::holds_alternative<Reject>(verdict)) {
        ++m_beyond_schemas;
        return;
    }
    const auto data = m_payloads.data();
    judge({.data = data, .topic = topic}, true);
}

bool WhatIf::take_record(std::string_view text, std::string_view topic, bool rejected)
{
    const auto verdict = m_records.read(text);
    if (std::holds_alternative<Reject>(verdict)) {
        return false;
    }
    const auto data = m_records.data();
    const auto tags = m_records.tags();
    judge({.data = data, .tags = tags ? &*tags : nullptr, .topic = topic}, rejected);
    return true;
}

void WhatIf::judge(const validation::Subject& subject, bool rejected)
{
    Row& row = row_of(subject);
    ++row.records;
    const auto reject = m_schemas.judge(subject, 1);
    if (!reject && rejected) {
        ++row.newly_pass;
    } else if (reject && !rejected) {
        ++row.newly_fail;
        if (row.example.empty()) {
            row.example =
                reject->path.empty() ? reject->detail : reject->path + ": " + reject->detail;
        }
    }
}

WhatIf::Row& WhatIf::row_of(const validation::Subject& subject)
{
    std::optional<std::string> type;
    std::optional<std::string> firmware;
    if (subject.tags != nullptr) {
        type = text_member(*subject.tags, "model");
        type = type ? type : text_member(*subject.tags, "type");
        firmware = text_member(*subject.tags, "fw");
    }
    firmware = firmware ? firmware : text_member(subject.data, "fw");
    Kind kind{type.value_or("-"), firmware.value_or("-")};
    if (m_rows.size() >= kMaxKinds && m_rows.find(kind) == m_rows.end()) {
        kind = {"(others)", "(others)"};
    }
    return m_rows[std::move(kind)];
}

} // namespace tlm::validate
