// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/group_offsets.hpp"

#include "common/base/error.hpp"
#include "common/base/kafka_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

namespace tlm::replay {

namespace {

constexpr std::size_t kLeastWidth = 15;
constexpr std::ptrdiff_t kCommas = 2; // in a line without a group

template <typename Number>
std::optional<Number> parse_whole(std::string_view text)
{
    Number value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end && value >= 0 ? std::optional{value} : std::nullopt;
}

/// The text before the next comma; takes both away.
std::string_view take_field(std::string_view& line)
{
    const auto comma = line.find(',');
    const auto field = line.substr(0, comma);
    line = comma == std::string_view::npos ? std::string_view{} : line.substr(comma + 1);
    return field;
}

/// What is wrong with the line, or empty.
std::string_view parse_line(std::string_view line, NewOffset& into)
{
    if (std::count(line.begin(), line.end(), ',') != kCommas) {
        return "is not topic,partition,offset, nor group,topic,partition,offset";
    }
    const auto topic = take_field(line);
    const auto partition = parse_whole<std::int32_t>(take_field(line));
    const auto offset = parse_whole<std::int64_t>(line);
    if (!is_topic_name(topic)) {
        return "begins with no topic's name";
    }
    if (!partition) {
        return "has no partition's number between the commas";
    }
    if (!offset) {
        return "ends with no offset";
    }
    into = {.topic = std::string(topic), .partition = *partition, .offset = *offset};
    return {};
}

} // namespace

std::string reset_table(std::string_view group, std::span<const NewOffset> offsets)
{
    const auto group_width = std::max(kLeastWidth, group.size());
    auto topic_width = kLeastWidth;
    for (const auto& row : offsets) {
        topic_width = std::max(topic_width, row.topic.size());
    }
    constexpr auto kLayout = "{:<{}} {:<{}} {:<10} {:<15} {}\n";
    auto text = fmt::format(kLayout, "GROUP", group_width, "TOPIC", topic_width, "PARTITION",
                            "NEW-OFFSET", "OLD-OFFSET");
    for (const auto& row : offsets) {
        text += fmt::format(kLayout, group, group_width, row.topic, topic_width, row.partition,
                            row.offset, row.old ? std::to_string(*row.old) : "-");
    }
    return text;
}

std::string reset_csv(std::span<const NewOffset> offsets)
{
    std::string text;
    for (const auto& row : offsets) {
        text += fmt::format("{},{},{}\n", row.topic, row.partition, row.offset);
    }
    return text;
}

std::vector<NewOffset> parse_reset_csv(std::string_view text, const std::string& file,
                                       std::string_view group)
{
    std::vector<NewOffset> offsets;
    std::set<std::pair<std::string, std::int32_t>> seen;
    for (int number = 1; !text.empty(); ++number) {
        const auto newline = text.find('\n');
        auto line = text.substr(0, newline);
        text = newline == std::string_view::npos ? std::string_view{} : text.substr(newline + 1);
        line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
        const bool names_group = std::count(line.begin(), line.end(), ',') == kCommas + 1;
        if (line.empty() || (names_group && take_field(line) != group)) {
            continue;
        }
        NewOffset row;
        auto wrong = parse_line(line, row);
        if (wrong.empty() && !seen.emplace(row.topic, row.partition).second) {
            wrong = "names a partition that an earlier line has named";
        }
        if (!wrong.empty()) {
            throw usage_error(fmt::format("{}:{}: the line {}", file, number, wrong));
        }
        offsets.push_back(std::move(row));
    }
    return offsets;
}

} // namespace tlm::replay
