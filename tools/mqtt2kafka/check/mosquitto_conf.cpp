// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/check/mosquitto_conf.hpp"

#include "common/base/units.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace tlm::mqtt2kafka::check {
namespace {

constexpr std::uint16_t kDefaultPort = 1883;

std::string_view trim(std::string_view text) noexcept
{
    constexpr std::string_view kBlank = " \t\r";
    const auto begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

/// Takes the first word off `rest`.
std::string_view take_word(std::string_view& rest) noexcept
{
    const auto end = std::min(rest.find_first_of(" \t"), rest.size());
    const auto word = rest.substr(0, end);
    rest = trim(rest.substr(end));
    return word;
}

std::uint16_t to_port(std::string_view text) noexcept
{
    const auto number = parse_unsigned(text);
    return number && *number <= std::numeric_limits<std::uint16_t>::max()
               ? static_cast<std::uint16_t>(*number)
               : std::uint16_t{0};
}

bool says_true(std::string_view value) noexcept
{
    return value == "true" || value == "1";
}

/// Settings that belong to the listener above them, and to it alone.
bool is_of_listener(std::string_view setting) noexcept
{
    return setting == "use_username_as_clientid" || setting == "use_identity_as_username" ||
           setting == "use_subject_as_username" || setting == "require_certificate" ||
           setting == "max_qos" || setting == "max_connections";
}

/// Settings that do so with `per_listener_settings true`, and else hold for all.
bool is_of_security(std::string_view setting) noexcept
{
    return setting == "allow_anonymous" || setting == "password_file" || setting == "acl_file";
}

} // namespace

bool is_loopback(std::string_view address) noexcept
{
    return address == "localhost" || address == "::1" || address.starts_with("127.");
}

bool Listener::is_true(std::string_view setting) const
{
    const auto found = settings.find(setting);
    return found != settings.end() && says_true(found->second);
}

void MosquittoConf::add(std::string_view text, const Include& include)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const auto setting = take_word(line);
        if (setting != "include_dir") {
            take(setting, line);
        } else if (include) {
            include(line);
        }
    }
}

void MosquittoConf::take(std::string_view setting, std::string_view value)
{
    if (setting == "listener") {
        const auto port = take_word(value);
        const bool socket_file = port == "0";
        m_listeners.push_back({to_port(port), socket_file || is_loopback(value), {}});
    } else if ((setting == "plugin" || setting == "global_plugin") &&
               value.find("persist") != std::string_view::npos) {
        m_persistence_plugin = true;
    } else if (!m_listeners.empty() &&
               (is_of_listener(setting) ||
                (is_of_security(setting) && is_true("per_listener_settings")))) {
        m_listeners.back().settings.insert_or_assign(std::string(setting), std::string(value));
    } else {
        m_default_listener = m_default_listener || setting == "port" || setting == "bind_address";
        m_settings.insert_or_assign(std::string(setting), std::string(value));
    }
}

const std::string* MosquittoConf::find(std::string_view setting) const
{
    const auto found = m_settings.find(setting);
    return found == m_settings.end() ? nullptr : &found->second;
}

bool MosquittoConf::is_true(std::string_view setting, bool fallback) const
{
    const auto* const value = find(setting);
    return value == nullptr ? fallback : says_true(*value);
}

std::uint64_t MosquittoConf::number(std::string_view setting, std::uint64_t fallback) const
{
    const auto* const value = find(setting);
    return value == nullptr ? fallback : parse_unsigned(*value).value_or(fallback);
}

std::vector<Listener> MosquittoConf::listeners() const
{
    std::vector<Listener> all = m_listeners;
    if (m_default_listener || all.empty()) {
        // Without any of these lines mosquitto 2 is there for this machine only, and for anybody.
        const auto* const address = find("bind_address");
        const auto* const port = find("port");
        Listener first{port == nullptr ? kDefaultPort : to_port(*port),
                       address == nullptr ? !m_default_listener : is_loopback(*address),
                       {}};
        for (const auto& [setting, value] : m_settings) {
            if (is_of_listener(setting) || is_of_security(setting)) {
                first.settings.emplace(setting, value);
            }
        }
        if (!m_default_listener) {
            first.settings.try_emplace("allow_anonymous", "true");
        }
        all.insert(all.begin(), std::move(first));
    }
    if (!is_true("per_listener_settings")) {
        for (Listener& listener : all) {
            for (const auto& [setting, value] : m_settings) {
                if (is_of_security(setting)) {
                    listener.settings.try_emplace(setting, value);
                }
            }
        }
    }
    return all;
}

std::optional<std::uint64_t> parse_expiration(std::string_view text)
{
    constexpr std::uint64_t kDay = 24;
    constexpr std::uint64_t kMost = 1'000'000;
    text = trim(text);
    if (text.empty()) {
        return std::nullopt;
    }
    const auto number = parse_unsigned(text.substr(0, text.size() - 1));
    if (!number || *number > kMost) {
        return std::nullopt;
    }
    switch (text.back()) {
    case 'h':
        return *number;
    case 'd':
        return *number * kDay;
    case 'w':
        return *number * 7 * kDay;
    case 'm':
        return *number * 30 * kDay;
    case 'y':
        return *number * 365 * kDay;
    default:
        return std::nullopt;
    }
}

} // namespace tlm::mqtt2kafka::check
