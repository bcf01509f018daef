// SPDX-License-Identifier: Apache-2.0
#include "common/schema/format_checks.hpp"

#include <algorithm>

namespace tlm::schema::format {
namespace {

/// One label of a host name: letters, digits and hyphens within, at most 63.
bool is_label(std::string_view label, bool international)
{
    constexpr std::size_t kMaxLabel = 63;
    if (label.empty() || (!international && label.size() > kMaxLabel) || label.starts_with('-') ||
        label.ends_with('-')) {
        return false;
    }
    // Hyphens in third and fourth place are reserved. What stands behind xn-- is not decoded.
    if (!international && label.size() > 3 && label.substr(2, 2) == "--" &&
        !label.starts_with("xn") && !label.starts_with("XN")) {
        return false;
    }
    return std::all_of(label.begin(), label.end(), [&](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || (international && is_beyond_ascii(c));
    });
}

bool is_host(std::string_view text, bool international)
{
    constexpr std::size_t kMaxName = 253;
    if (text.size() > kMaxName) {
        return false;
    }
    while (true) {
        const auto dot = text.find('.');
        if (!is_label(text.substr(0, dot), international)) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(dot + 1);
    }
}

bool is_quoted_local(std::string_view local, bool international)
{
    if (local.size() < 2 || !local.ends_with('"')) {
        return false;
    }
    local = local.substr(1, local.size() - 2);
    for (std::size_t i = 0; i < local.size(); ++i) {
        const char c = local[i];
        if (c == '\\' && ++i == local.size()) {
            return false;
        }
        const bool printable = c >= ' ' && c <= '~';
        if ((!printable && !(international && is_beyond_ascii(c))) || c == '"') {
            return false;
        }
    }
    return true;
}

bool is_local(std::string_view local, bool international)
{
    constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~.";
    constexpr std::size_t kMaxLocal = 64;
    if (local.starts_with('"')) {
        return is_quoted_local(local, international);
    }
    if (local.empty() || local.size() > kMaxLocal || local.starts_with('.') ||
        local.ends_with('.') || local.find("..") != std::string_view::npos) {
        return false;
    }
    return std::all_of(local.begin(), local.end(), [&](char c) {
        return is_letter(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos ||
               (international && is_beyond_ascii(c));
    });
}

bool is_mailbox(std::string_view text, bool international)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || !is_local(text.substr(0, at), international)) {
        return false;
    }
    std::string_view domain = text.substr(at + 1);
    if (domain.starts_with('[') && domain.ends_with(']')) {
        domain = domain.substr(1, domain.size() - 2);
        constexpr std::string_view kIpv6 = "IPv6:";
        return domain.starts_with(kIpv6) ? is_ipv6(domain.substr(kIpv6.size())) : is_ipv4(domain);
    }
    return is_host(domain, international);
}

} // namespace

bool is_ipv4(std::string_view text)
{
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && !take(text, '.')) {
            return false;
        }
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        if (digits == 0 || digits > 3 || (digits > 1 && text.front() == '0') ||
            take_digits(text, digits) > 255) {
            return false;
        }
    }
    return text.empty();
}

bool is_ipv6(std::string_view text)
{
    constexpr int kGroups = 8;
    int groups = 0;
    bool has_gap = false;
    if (text.starts_with("::")) {
        has_gap = true;
        text.remove_prefix(2);
    }
    while (!text.empty()) {
        const auto size = std::min(text.find(':'), text.size());
        const std::string_view group = text.substr(0, size);
        if (group.find('.') != std::string_view::npos) { // the last two groups as IPv4
            groups += 2;
            return size == text.size() && is_ipv4(group) &&
                   (has_gap ? groups < kGroups : groups == kGroups);
        }
        if (group.empty() || group.size() > 4 || !std::all_of(group.begin(), group.end(), is_hex)) {
            return false;
        }
        ++groups;
        text.remove_prefix(size);
        if (text.starts_with("::") && !has_gap) {
            has_gap = true;
            text.remove_prefix(2);
        } else if (!text.empty() && (!take(text, ':') || text.empty())) {
            return false;
        }
    }
    return has_gap ? groups < kGroups : groups == kGroups;
}

bool is_hostname(std::string_view text)
{
    return is_host(text, false);
}

bool is_email(std::string_view text)
{
    return is_mailbox(text, false);
}

bool is_idn_email(std::string_view text)
{
    return is_mailbox(text, true);
}

} // namespace tlm::schema::format
