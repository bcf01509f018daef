// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/group_lag.hpp"

#include "common/base/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlm::replay {

namespace {

constexpr std::size_t kLeastWidth = 15;
constexpr double kSecond = 1'000;

template <typename Value>
std::string or_else(const std::optional<Value>& value, std::string_view none)
{
    return value ? fmt::format("{}", *value) : std::string(none);
}

std::string seconds(const std::optional<milliseconds>& time, std::string_view none)
{
    return time ? fmt::format("{:.3f}", static_cast<double>(time->count()) / kSecond)
                : std::string(none);
}

std::string_view or_dash(std::string_view text)
{
    return text.empty() ? "-" : text;
}

} // namespace

std::optional<std::int64_t> GroupLag::offsets() const noexcept
{
    return committed ? std::optional{high - *committed} : std::nullopt;
}

std::optional<std::int64_t> GroupLag::next() const noexcept
{
    if (!committed) {
        return std::nullopt;
    }
    const auto first = std::max(*committed, low);
    return first < high ? std::optional{first} : std::nullopt;
}

std::optional<milliseconds> GroupLag::time(EpochMs now) const noexcept
{
    if (beyond_end()) {
        return std::nullopt;
    }
    if (committed && !next()) {
        return milliseconds{0};
    }
    return oldest ? std::optional{milliseconds{std::max(EpochMs{0}, now - *oldest)}} : std::nullopt;
}

std::string lag_table(std::string_view group, std::span<const GroupLag> lags, EpochMs now)
{
    const auto group_width = std::max(kLeastWidth, group.size());
    auto topic_width = kLeastWidth;
    for (const auto& lag : lags) {
        topic_width = std::max(topic_width, lag.topic.size());
    }
    constexpr auto kLayout = "{:<{}} {:<{}} {:<10} {:<15} {:<15} {:<15} {:<12} {:<15} {}\n";
    auto text =
        fmt::format(kLayout, "GROUP", group_width, "TOPIC", topic_width, "PARTITION",
                    "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "SECONDS", "HOST", "CLIENT-ID");
    for (const auto& lag : lags) {
        text += fmt::format(kLayout, group, group_width, lag.topic, topic_width, lag.partition,
                            or_else(lag.committed, "-"), lag.high, or_else(lag.offsets(), "-"),
                            seconds(lag.time(now), "-"), or_dash(lag.host), or_dash(lag.client_id));
    }
    return text;
}

std::string lag_lines(std::string_view group, std::span<const GroupLag> lags, EpochMs now)
{
    std::string text;
    for (const auto& lag : lags) {
        const auto string = [](std::string_view value) {
            std::string quoted;
            append_json_string(quoted, value);
            return quoted;
        };
        text += fmt::format(
            R"({{"group":{},"topic":{},"partition":{},"committed":{},"end":{},"lag":{},)"
            R"("lagSeconds":{},"clientId":{},"host":{}}})"
            "\n",
            string(group), string(lag.topic), lag.partition, or_else(lag.committed, "null"),
            lag.high, or_else(lag.offsets(), "null"), seconds(lag.time(now), "null"),
            lag.client_id.empty() ? "null" : string(lag.client_id),
            lag.host.empty() ? "null" : string(lag.host));
    }
    return text;
}

} // namespace tlm::replay
