// SPDX-License-Identifier: Apache-2.0
#include "common/record/dead_letter.hpp"

#include "common/base/json_text.hpp"
#include "common/base/units.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tlm {
namespace {

/// `"name":"text"`, or `"name_b64":"…"` when the bytes are not UTF-8.
void append_bytes(std::string& out, std::string_view name, std::string_view bytes)
{
    out += '"';
    out += name;
    if (is_utf8(bytes)) {
        out += "\":";
        append_json_string(out, bytes);
    } else {
        out += "_b64\":\"";
        append_base64(out, bytes);
        out += '"';
    }
}

} // namespace

bool is_of_rejection(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 7> kNames{
        "tlm-reason",      "tlm-detail",  "tlm-path",      "tlm-schema",
        "tlm-received-at", "tlm-attempt", "tlm-suppressed"};
    return name.starts_with("tlm-source-") ||
           std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

unsigned attempts_before(std::span<const Header> headers) noexcept
{
    constexpr std::uint64_t kMost = 1'000'000;
    std::uint64_t attempts = 0;
    for (const auto& [name, value] : headers) {
        if (name == "tlm-attempt") {
            attempts = std::min(parse_unsigned(value).value_or(0), kMost);
        }
    }
    return static_cast<unsigned>(attempts);
}

std::vector<Header> dead_letter_headers(const DeadLetter& letter)
{
    std::vector<Header> headers;
    headers.reserve(6 + letter.source.size() + letter.headers.size());
    for (const auto& header : letter.headers) {
        if (!is_of_rejection(header.name)) {
            headers.push_back(header);
        }
    }
    headers.push_back({"tlm-reason", std::string{reason_name(letter.reject.reason)}});
    headers.push_back({"tlm-detail", letter.reject.detail});
    if (!letter.reject.path.empty()) {
        headers.push_back({"tlm-path", letter.reject.path});
    }
    if (!letter.reject.schema_path.empty()) {
        headers.push_back({"tlm-schema", letter.reject.schema_path});
    }
    for (const auto& [name, value] : letter.source) {
        headers.push_back({"tlm-source-" + name, value});
    }
    headers.push_back({"tlm-received-at", std::to_string(letter.received_at)});
    headers.push_back({"tlm-attempt", std::to_string(letter.attempt)});
    if (letter.suppressed > 0) {
        headers.push_back({"tlm-suppressed", std::to_string(letter.suppressed)});
    }
    if (letter.spilled) {
        headers.push_back({"tlm-payload-size", std::to_string(letter.spilled->size)});
        headers.push_back({"tlm-payload-sha256", letter.spilled->sha256});
        headers.push_back({"tlm-payload-file", letter.spilled->file});
    }
    return headers;
}

void append_dead_letter(std::string& out, const DeadLetter& letter)
{
    out += R"({"reason":")";
    out += reason_name(letter.reject.reason);
    out += R"(","detail":)";
    append_json_string(out, letter.reject.detail);
    out += R"(,"path":)";
    append_json_string(out, letter.reject.path);
    if (!letter.reject.schema_path.empty()) {
        out += R"(,"schema":)";
        append_json_string(out, letter.reject.schema_path);
    }
    out += R"(,"source":{)";
    bool first = true;
    for (const auto& [name, value] : letter.source) {
        if (!first) {
            out += ',';
        }
        first = false;
        append_json_string(out, name);
        out += ':';
        append_json_string(out, value);
    }
    out += R"(},"receivedAt":)";
    out += std::to_string(letter.received_at);
    out += R"(,"attempt":)";
    out += std::to_string(letter.attempt);
    if (letter.suppressed > 0) {
        out += R"(,"suppressed":)";
        out += std::to_string(letter.suppressed);
    }
    if (!letter.key.empty()) {
        out += ',';
        append_bytes(out, "key", letter.key);
    }
    if (letter.spilled) {
        out += R"(,"payloadSize":)";
        out += std::to_string(letter.spilled->size);
        out += R"(,"payloadSha256":)";
        append_json_string(out, letter.spilled->sha256);
        out += R"(,"payloadFile":)";
        append_json_string(out, letter.spilled->file);
    }
    out += ',';
    append_bytes(out, "payload", letter.payload);
    out += '}';
}

} // namespace tlm
