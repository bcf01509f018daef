// SPDX-License-Identifier: Apache-2.0
#include "common/base/kafka_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace tlm {

namespace {

bool is_port(std::string_view text) noexcept
{
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

bool is_broker(std::string_view text) noexcept
{
    constexpr std::string_view kScheme = "://";
    if (const auto scheme = text.find(kScheme); scheme != std::string_view::npos) {
        text.remove_prefix(scheme + kScheme.size());
    }
    auto host = text;
    const auto colon = text.rfind(':');
    const bool is_bracketed = text.starts_with('[');
    const auto port_follows = is_bracketed ? text.find("]:") + 1 == colon : text.find(':') == colon;
    if (colon != std::string_view::npos && port_follows) {
        host = text.substr(0, colon);
        if (!is_port(text.substr(colon + 1))) {
            return false;
        }
    }
    return !host.empty() && host.find_first_of(" \t/") == std::string_view::npos &&
           (!is_bracketed || host.ends_with(']'));
}

} // namespace

bool is_broker_list(std::string_view text) noexcept
{
    for (;;) {
        const auto comma = text.find(',');
        if (!is_broker(text.substr(0, comma))) {
            return false;
        }
        if (comma == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(comma + 1);
    }
}

bool is_topic_name(std::string_view name) noexcept
{
    constexpr std::size_t kLongest = 249;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= kLongest && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), allowed);
}

bool is_secret_property(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 5> kMarks{"password", "secret", "key.pem",
                                                     "oauthbearer.config", "jaas"};
    return std::any_of(kMarks.begin(), kMarks.end(), [name](std::string_view mark) {
        return name.find(mark) != std::string_view::npos;
    });
}

} // namespace tlm
