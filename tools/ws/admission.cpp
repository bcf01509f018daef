// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/admission.hpp"

#include <algorithm>
#include <utility>

namespace tlm::ws {

namespace {

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

/// What follows `scheme://`; empty when there is no such thing.
std::string_view after_scheme(std::string_view origin) noexcept
{
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (origin.size() > scheme.size() && same(origin.substr(0, scheme.size()), scheme)) {
            return origin.substr(scheme.size());
        }
    }
    return {};
}

/// `example.org:8080`, `[::1]:8080` without the port.
std::string_view without_port(std::string_view host) noexcept
{
    const auto colon = host.rfind(':');
    if (colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos) {
        return host;
    }
    return host.substr(0, colon);
}

/// Close enough: a browser has parsed it already, and no DNS name is all digits and dots.
bool is_address(std::string_view name) noexcept
{
    if (name.starts_with('[') && name.ends_with(']')) {
        return true;
    }
    return !name.empty() && std::all_of(name.begin(), name.end(),
                                        [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

} // namespace

Admission::Admission(std::vector<std::string> allowed, bool loopback)
    : m_allowed(std::move(allowed)), m_loopback(loopback)
{
    m_all = std::find(m_allowed.begin(), m_allowed.end(), "*") != m_allowed.end();
}

bool Admission::origin_allowed(std::string_view origin, std::string_view host) const
{
    if (origin.empty() || m_all) {
        return true;
    }
    const auto own = after_scheme(origin);
    if (!own.empty() && same(own, host)) {
        return true;
    }
    return std::any_of(m_allowed.begin(), m_allowed.end(),
                       [&](const auto& allowed) { return same(origin, allowed); });
}

bool Admission::host_allowed(std::string_view host) const
{
    const auto name = without_port(host);
    if (!m_loopback || m_all || same(name, "localhost") || is_address(name)) {
        return true;
    }
    return std::any_of(m_allowed.begin(), m_allowed.end(), [&](const auto& allowed) {
        return same(without_port(after_scheme(allowed)), name);
    });
}

bool is_origin(std::string_view text)
{
    const auto host = after_scheme(text);
    return !host.empty() && host.find_first_of("/?#@ \t") == std::string_view::npos;
}

} // namespace tlm::ws
