// SPDX-License-Identifier: Apache-2.0
#include "common/record/message.hpp"

#include "common/base/json_text.hpp"

namespace tlm {

namespace {

std::string_view name_of(TimestampType type)
{
    switch (type) {
    case TimestampType::create:
        return "create";
    case TimestampType::append:
        return "append";
    case TimestampType::none:
        break;
    }
    return "none";
}

/// `,"name":"text"`, `,"name_b64":"…"` when the bytes are not UTF-8, or `,"name":null`.
void append_member(std::string& out, std::string_view name,
                   const std::optional<std::string_view>& bytes)
{
    out += ",\"";
    out += name;
    if (!bytes) {
        out += "\":null";
    } else if (is_utf8(*bytes)) {
        out += "\":";
        append_json_string(out, *bytes);
    } else {
        out += "_b64\":\"";
        append_base64(out, *bytes);
        out += '"';
    }
}

/// A string, `{"b64":"…"}`, or null: inside a pair there is no name to hang a sibling on.
void append_item(std::string& out, const std::optional<std::string_view>& bytes)
{
    if (!bytes) {
        out += "null";
    } else if (is_utf8(*bytes)) {
        append_json_string(out, *bytes);
    } else {
        out += R"({"b64":")";
        append_base64(out, *bytes);
        out += "\"}";
    }
}

} // namespace

void append_message(std::string& out, const Message& message)
{
    out += R"({"topic":)";
    append_json_string(out, message.topic);
    out += R"(,"partition":)";
    append_number(out, message.partition);
    out += R"(,"offset":)";
    append_number(out, message.offset);
    out += R"(,"ts":)";
    append_number(out, message.timestamp);
    out += R"(,"tstype":")";
    out += name_of(message.timestamp_type);
    out += '"';
    append_member(out, "key", message.key);
    out += R"(,"headers":[)";
    for (const auto& header : message.headers) {
        out += out.back() == '[' ? "[" : ",[";
        append_item(out, header.name);
        out += ',';
        append_item(out, header.value);
        out += ']';
    }
    out += ']';
    append_member(out, "value", message.value);
    out += '}';
}

} // namespace tlm
