// SPDX-License-Identifier: Apache-2.0
#include "common/schema/format_checks.hpp"

#include <algorithm>

namespace tlm::schema::format {
namespace {

bool is_unreserved(char c) noexcept
{
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// Unreserved characters, sub-delims, percent escapes and `more` (RFC 3986 section 3.3).
bool is_made_of(std::string_view text, std::string_view more, bool international)
{
    constexpr std::string_view kSubDelims = "!$&'()*+,;=";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) {
                return false;
            }
            i += 2;
        } else if (!is_unreserved(c) && kSubDelims.find(c) == std::string_view::npos &&
                   more.find(c) == std::string_view::npos &&
                   !(international && is_beyond_ascii(c))) {
            return false;
        }
    }
    return true;
}

bool is_ip_literal(std::string_view text)
{
    if (!text.starts_with('v') && !text.starts_with('V')) {
        return is_ipv6(text);
    }
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || dot < 2 || dot + 1 == text.size()) {
        return false;
    }
    const std::string_view version = text.substr(1, dot - 1);
    return std::all_of(version.begin(), version.end(), is_hex) &&
           text.find('%') == std::string_view::npos && is_made_of(text.substr(dot + 1), ":", false);
}

bool is_authority(std::string_view text, bool international)
{
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        if (!is_made_of(text.substr(0, at), ":", international)) {
            return false;
        }
        text.remove_prefix(at + 1);
    }
    if (take(text, '[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos || !is_ip_literal(text.substr(0, end))) {
            return false;
        }
        text.remove_prefix(end + 1);
    } else {
        const auto end = std::min(text.find(':'), text.size());
        if (!is_made_of(text.substr(0, end), "", international)) {
            return false;
        }
        text.remove_prefix(end);
    }
    return text.empty() || (take(text, ':') && std::all_of(text.begin(), text.end(), is_digit));
}

bool is_scheme(std::string_view text)
{
    return !text.empty() && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
           });
}

bool is_reference(std::string_view text, bool absolute, bool international)
{
    if (const auto hash = text.find('#'); hash != std::string_view::npos) {
        if (!is_made_of(text.substr(hash + 1), ":@/?", international)) {
            return false;
        }
        text = text.substr(0, hash);
    }
    if (const auto mark = text.find('?'); mark != std::string_view::npos) {
        if (!is_made_of(text.substr(mark + 1), ":@/?", international)) {
            return false;
        }
        text = text.substr(0, mark);
    }
    const auto colon = text.find(':');
    const bool has_scheme = colon != std::string_view::npos && colon < text.find('/');
    if (has_scheme) { // the first segment of a relative path holds no colon
        if (!is_scheme(text.substr(0, colon))) {
            return false;
        }
        text.remove_prefix(colon + 1);
    } else if (absolute) {
        return false;
    }
    if (text.starts_with("//")) {
        text.remove_prefix(2);
        const auto slash = std::min(text.find('/'), text.size());
        if (!is_authority(text.substr(0, slash), international)) {
            return false;
        }
        text.remove_prefix(slash);
    }
    return is_made_of(text, ":@/", international);
}

/// What stands between the braces: `+path:3,list*` (RFC 6570 section 2.2).
bool is_expression(std::string_view text)
{
    constexpr std::string_view kOperators = "+#./;?&";
    if (!text.empty() && kOperators.find(text.front()) != std::string_view::npos) {
        text.remove_prefix(1);
    }
    while (true) {
        std::string_view variable = text.substr(0, text.find(','));
        const bool is_last = variable.size() == text.size();
        text.remove_prefix(is_last ? text.size() : variable.size() + 1);
        if (variable.ends_with('*')) {
            variable.remove_suffix(1);
        } else if (const auto colon = variable.find(':'); colon != std::string_view::npos) {
            const std::string_view length = variable.substr(colon + 1);
            if (length.empty() || length.size() > 4 || length.front() == '0' ||
                !std::all_of(length.begin(), length.end(), is_digit)) {
                return false;
            }
            variable = variable.substr(0, colon);
        }
        const bool has_name = !variable.empty() && !variable.starts_with('.') &&
                              !variable.ends_with('.') &&
                              variable.find("..") == std::string_view::npos;
        constexpr std::string_view kNotInNames = "-~!$&'()*+,;=";
        if (!has_name || variable.find_first_of(kNotInNames) != std::string_view::npos ||
            !is_made_of(variable, "", false)) {
            return false;
        }
        if (is_last) {
            return true;
        }
    }
}

} // namespace

bool is_uri(std::string_view text)
{
    return is_reference(text, true, false);
}

bool is_uri_reference(std::string_view text)
{
    return is_reference(text, false, false);
}

bool is_iri(std::string_view text)
{
    return is_reference(text, true, true);
}

bool is_iri_reference(std::string_view text)
{
    return is_reference(text, false, true);
}

bool is_uri_template(std::string_view text)
{
    while (!text.empty()) {
        const auto brace = std::min(text.find_first_of("{}"), text.size());
        const std::string_view literal = text.substr(0, brace);
        constexpr std::string_view kNever = " \"<>\\^`|";
        if (literal.find_first_of(kNever) != std::string_view::npos ||
            !is_made_of(literal, ":/?#[]@", true)) {
            return false;
        }
        text.remove_prefix(brace);
        if (text.empty()) {
            return true;
        }
        const auto end = text.find('}');
        if (text.front() == '}' || end == std::string_view::npos ||
            !is_expression(text.substr(1, end - 1))) {
            return false;
        }
        text.remove_prefix(end + 1);
    }
    return true;
}

} // namespace tlm::schema::format
