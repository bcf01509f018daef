// SPDX-License-Identifier: Apache-2.0
#include "common/base/json_text.hpp"
#include "common/record/record.hpp"

#include <algorithm>

namespace tlm {

void append_on_one_line(std::string& out, std::string_view json)
{
    const std::size_t begin = out.size();
    out += json;
    // Not find_first_of(): that looks at each byte with a call of memchr.
    if (json.find('\n') != std::string_view::npos || json.find('\r') != std::string_view::npos) {
        std::replace_if(
            out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
            [](char c) { return c == '\n' || c == '\r'; }, ' ');
    }
}

bool is_device_id(std::string_view text) noexcept
{
    constexpr std::size_t kLongest = 128;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == ':' || c == '-';
    };
    return !text.empty() && text.size() <= kLongest &&
           std::all_of(text.begin(), text.end(), allowed);
}

void append_record(std::string& out, const Record& record)
{
    out += R"({"v":1,"deviceId":")";
    out += record.device_id; // valid ids need no escaping
    out += R"(","ts":)";
    append_number(out, record.ts);
    if (record.ts_from_bridge) {
        out += R"(,"tsSource":"bridge")";
    }
    out += R"(,"receivedAt":)";
    append_number(out, record.received_at);
    if (record.boot) {
        out += R"(,"boot":)";
        append_number(out, *record.boot);
    }
    if (record.seq) {
        out += R"(,"seq":)";
        append_number(out, *record.seq);
    }
    if (!record.tags.empty()) {
        out += R"(,"tags":)";
        append_on_one_line(out, record.tags);
    }
    out += R"(,"data":)";
    append_on_one_line(out, record.data);
    out += '}';
}

void append_marked(std::string& out, std::string_view line, const Record& record,
                   const Reject& reject)
{
    if (record.marked) {
        out += line;
        return;
    }
    const auto brace = line.find('{');
    out += line.substr(0, brace + 1);
    out += R"("invalid":{"reason":")";
    out += reason_name(reject.reason);
    out += R"(","detail":)";
    append_json_string(out, reject.detail);
    out += R"(,"path":)";
    append_json_string(out, reject.path);
    if (!reject.schema_path.empty()) {
        out += R"(,"schema":)";
        append_json_string(out, reject.schema_path);
    }
    out += "},";
    out += line.substr(brace + 1);
}

void append_changed(std::string& out, std::string_view line, const Record& read,
                    const Record& changed)
{
    std::size_t copied = 0;
    const auto replace = [&](std::string_view old, std::string_view fresh) {
        const auto begin = static_cast<std::size_t>(old.data() - line.data());
        out.append(line, copied, begin - copied).append(fresh);
        copied = begin + old.size();
    };
    if (read.tags.empty()) {
        const auto behind_brace = line.substr(line.find('{') + 1, 0);
        replace(behind_brace,
                changed.tags.empty() ? "" : R"("tags":)" + std::string{changed.tags} + ",");
        replace(read.data, changed.data);
    } else if (read.tags.data() < read.data.data()) {
        replace(read.tags, changed.tags);
        replace(read.data, changed.data);
    } else {
        replace(read.data, changed.data);
        replace(read.tags, changed.tags);
    }
    out.append(line, copied);
}

} // namespace tlm
