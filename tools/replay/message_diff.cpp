// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/message_diff.hpp"

#include "common/base/json_text.hpp"
#include "common/base/units.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace tlm::replay {

namespace {

using Lines = std::vector<std::string>;

void append_bytes(std::string& line, const std::optional<std::string_view>& bytes)
{
    if (!bytes) {
        line += "null";
    } else if (is_utf8(*bytes)) {
        append_json_string(line, *bytes);
    } else {
        line += "base64 ";
        append_base64(line, *bytes);
    }
}

Lines lines_of(const Message& message)
{
    Lines lines;
    lines.push_back(
        "ts: " + (message.timestamp < 0 ? std::string{"now"} : format_rfc3339(message.timestamp)));
    append_bytes(lines.emplace_back("key: "), message.key);
    for (const auto& [name, value] : message.headers) {
        auto& line = lines.emplace_back("header ");
        append_bytes(line, name);
        line += ": ";
        append_bytes(line, value);
    }
    append_bytes(lines.emplace_back("value: "), message.value);
    return lines;
}

void append_place(std::string& text, std::string_view sign, const Message& message)
{
    text += sign;
    append_json_string(text, message.topic);
    if (message.partition >= 0) {
        text += " partition " + std::to_string(message.partition);
    }
    if (message.offset >= 0) {
        text += " offset " + std::to_string(message.offset);
    }
    text += '\n';
}

/// How many lines the ends from i and j on have in common at most; by i, then j.
std::vector<std::vector<std::size_t>> common_lengths(const Lines& before, const Lines& after)
{
    std::vector<std::vector<std::size_t>> lengths(before.size() + 1,
                                                  std::vector<std::size_t>(after.size() + 1));
    for (auto i = before.size(); i-- > 0;) {
        for (auto j = after.size(); j-- > 0;) {
            lengths[i][j] = before[i] == after[j] ? lengths[i + 1][j + 1] + 1
                                                  : std::max(lengths[i + 1][j], lengths[i][j + 1]);
        }
    }
    return lengths;
}

} // namespace

std::string message_diff(const Message& before, const Message& after)
{
    std::string text;
    append_place(text, "--- ", before);
    auto place = after;
    place.offset = -1; // it has none yet
    append_place(text, "+++ ", place);
    const auto from = lines_of(before);
    const auto to = lines_of(after);
    const auto lengths = common_lengths(from, to);
    for (std::size_t i = 0, j = 0; i < from.size() || j < to.size();) {
        if (i < from.size() && j < to.size() && from[i] == to[j]) {
            text += ' ' + from[i] + '\n';
            ++i;
            ++j;
        } else if (j == to.size() || (i < from.size() && lengths[i + 1][j] >= lengths[i][j + 1])) {
            text += '-' + from[i++] + '\n';
        } else {
            text += '+' + to[j++] + '\n';
        }
    }
    return text;
}

} // namespace tlm::replay
