// SPDX-License-Identifier: Apache-2.0
// InfluxDB's line protocol: docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol.
#include "common/base/json_text.hpp"
#include "common/base/units.hpp"
#include "common/record/record.hpp"
#include "tools/sim/recording.hpp"

#include <algorithm>
#include <array>

namespace tlm::sim {
namespace {

/// Takes the text before the first character of `marks` that no backslash escapes; the escapes of
/// those characters are gone.
std::string take_token(std::string_view& text, std::string_view marks)
{
    std::string token;
    while (!text.empty() && marks.find(text.front()) == std::string_view::npos) {
        const bool escapes = text.front() == '\\' && text.size() > 1 &&
                             std::string_view{" ,=\\"}.find(text[1]) != std::string_view::npos;
        text.remove_prefix(escapes ? 1 : 0);
        token.push_back(text.front());
        text.remove_prefix(1);
    }
    return token;
}

bool take(std::string_view& text, char wanted)
{
    const bool there = !text.empty() && text.front() == wanted;
    text.remove_prefix(there ? 1 : 0);
    return there;
}

/// The text of a string that begins behind its quote; false when it does not end.
bool take_string(std::string_view& text, std::string& out)
{
    while (!text.empty() && text.front() != '"') {
        const bool escapes =
            text.front() == '\\' && text.size() > 1 && (text[1] == '"' || text[1] == '\\');
        text.remove_prefix(escapes ? 1 : 0);
        out.push_back(text.front());
        text.remove_prefix(1);
    }
    return take(text, '"');
}

/// Appends a field's value as JSON; false when it is none.
bool append_value(std::string& out, std::string_view& text)
{
    if (take(text, '"')) {
        std::string value;
        const bool whole = take_string(text, value);
        if (whole) {
            append_json_string(out, value);
        }
        return whole;
    }
    auto value = take_token(text, ", ");
    constexpr std::array<std::string_view, 5> kTrue{"t", "T", "true", "True", "TRUE"};
    constexpr std::array<std::string_view, 5> kFalse{"f", "F", "false", "False", "FALSE"};
    if (std::find(kTrue.begin(), kTrue.end(), value) != kTrue.end()) {
        out += "true";
        return true;
    }
    if (std::find(kFalse.begin(), kFalse.end(), value) != kFalse.end()) {
        out += "false";
        return true;
    }
    const bool whole = value.ends_with('i') || value.ends_with('u');
    if (whole) {
        value.pop_back();
        const auto digits = std::string_view{value}.substr(value.starts_with('-') ? 1 : 0);
        const auto magnitude = parse_unsigned(digits);
        if (magnitude) {
            out.append(value.starts_with('-') && *magnitude > 0 ? "-" : "");
            append_number(out, *magnitude);
        }
        return magnitude.has_value();
    }
    const auto number = parse_number(value);
    if (number) {
        append_number(out, *number);
    }
    return number.has_value();
}

/// By the number of its digits: seconds, or a thousandth, millionth or billionth of them.
std::optional<EpochMs> parse_epoch(std::string_view text)
{
    const auto number = parse_unsigned(text);
    if (!number) {
        return std::nullopt;
    }
    constexpr std::uint64_t kMillis = 100'000'000'000;
    constexpr std::uint64_t kMicros = kMillis * 1'000;
    constexpr std::uint64_t kNanos = kMicros * 1'000;
    if (*number >= kNanos) {
        return static_cast<EpochMs>(*number / 1'000'000);
    }
    if (*number >= kMicros) {
        return static_cast<EpochMs>(*number / 1'000);
    }
    return static_cast<EpochMs>(*number >= kMillis ? *number : *number * 1'000);
}

/// The device that the tags name, the first of these; else `device`.
std::string take_tags(std::string_view& line, std::string device)
{
    constexpr std::array<std::string_view, 4> kNames{"deviceId", "device_id", "device", "host"};
    std::size_t best = kNames.size();
    while (take(line, ',')) {
        const auto name = take_token(line, "=, ");
        take(line, '=');
        auto value = take_token(line, ", ");
        const auto rank = static_cast<std::size_t>(std::find(kNames.begin(), kNames.end(), name) -
                                                   kNames.begin());
        if (rank < best) {
            best = rank;
            device = as_device_id(value);
        }
    }
    return device;
}

/// Empty, or what is wrong with the line.
std::string add_line(std::string_view line, const std::string& file_device, RecordingBuilder& rows)
{
    (void)take_token(line, ", "); // the measurement
    const auto device = take_tags(line, file_device);
    if (!take(line, ' ')) {
        return "fields are missing";
    }
    std::string members;
    do {
        const auto name = take_token(line, "=, ");
        if (!take(line, '=')) {
            return "a field is not of the form name=value";
        }
        std::string value;
        if (!append_value(value, line)) {
            return "a field is neither a number, true, false nor a string";
        }
        if (!is_reserved_member(name)) {
            members += members.empty() ? "" : ",";
            append_json_string(members, name);
            members.append(":").append(value);
        }
    } while (take(line, ','));
    const auto ts = take(line, ' ') ? parse_epoch(line) : std::nullopt;
    if (!ts) {
        return "the time is missing, or no whole number";
    }
    if (!is_device_id(device)) {
        return "the tag of the device is empty";
    }
    rows.add(device, *ts) += members;
    return {};
}

} // namespace

ParsedRows parse_line_protocol(std::string_view text, const std::string& device)
{
    RecordingBuilder rows;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        if (line.find_first_not_of(' ') == std::string_view::npos || line.front() == '#') {
            continue;
        }
        if (auto bad = add_line(line, device, rows); !bad.empty()) {
            return BadLine{number, std::move(bad)};
        }
    }
    return rows;
}

} // namespace tlm::sim
