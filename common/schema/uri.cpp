// SPDX-License-Identifier: Apache-2.0
#include "common/schema/uri.hpp"

#include <cstddef>

namespace tlm::schema {
namespace {

/// RFC 3986 appendix B. `has_…` tells an empty part from a missing one.
struct Parts {
    std::string_view scheme;
    std::string_view authority;
    std::string_view path;
    std::string_view query;
    std::string_view fragment;
    bool has_authority = false;
    bool has_query = false;
    bool has_fragment = false;
};

bool is_scheme(std::string_view text) noexcept
{
    const auto alpha = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (text.empty() || !alpha(text.front())) {
        return false;
    }
    for (const char c : text) {
        if (!alpha(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') {
            return false;
        }
    }
    return true;
}

Parts parse(std::string_view uri) noexcept
{
    Parts parts;
    if (const auto at = uri.find('#'); at != std::string_view::npos) {
        parts.fragment = uri.substr(at + 1);
        parts.has_fragment = true;
        uri = uri.substr(0, at);
    }
    if (const auto at = uri.find('?'); at != std::string_view::npos) {
        parts.query = uri.substr(at + 1);
        parts.has_query = true;
        uri = uri.substr(0, at);
    }
    if (const auto at = uri.find(':');
        at != std::string_view::npos && is_scheme(uri.substr(0, at))) {
        parts.scheme = uri.substr(0, at);
        uri.remove_prefix(at + 1);
    }
    if (uri.starts_with("//")) {
        uri.remove_prefix(2);
        parts.authority = uri.substr(0, uri.find('/'));
        parts.has_authority = true;
        uri.remove_prefix(parts.authority.size());
    }
    parts.path = uri;
    return parts;
}

/// RFC 3986 section 5.2.4.
std::string without_dot_segments(std::string_view path)
{
    std::string out;
    while (!path.empty()) {
        if (path.starts_with("../")) {
            path.remove_prefix(3);
        } else if (path.starts_with("./") || path.starts_with("/./")) {
            path.remove_prefix(2);
        } else if (path == "/.") {
            path = "/";
        } else if (path.starts_with("/../") || path == "/..") {
            path = path == "/.." ? "/" : path.substr(3);
            const auto slash = out.rfind('/');
            out.resize(slash == std::string::npos ? 0 : slash);
        } else if (path == "." || path == "..") {
            path = {};
        } else {
            const auto length = path.find('/', 1);
            out += path.substr(0, length);
            path = length == std::string_view::npos ? std::string_view{} : path.substr(length);
        }
    }
    return out;
}

/// RFC 3986 section 5.2.3.
std::string merge(const Parts& base, std::string_view path)
{
    if (base.has_authority && base.path.empty()) {
        return "/" + std::string{path};
    }
    const auto slash = base.path.rfind('/');
    std::string merged{base.path.substr(0, slash == std::string_view::npos ? 0 : slash + 1)};
    return merged += path;
}

std::string join(const Parts& authority_of, std::string_view scheme, std::string_view path,
                 const Parts& query_of, const Parts& fragment_of)
{
    std::string uri;
    if (!scheme.empty()) {
        uri.append(scheme) += ':';
    }
    if (authority_of.has_authority) {
        uri.append("//").append(authority_of.authority);
    }
    uri += path;
    if (query_of.has_query) {
        uri.append("?").append(query_of.query);
    }
    if (fragment_of.has_fragment) {
        uri.append("#").append(fragment_of.fragment);
    }
    return uri;
}

int hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

} // namespace

std::string resolve_uri(std::string_view base, std::string_view reference)
{
    const Parts from = parse(base);
    const Parts to = parse(reference);
    if (!to.scheme.empty()) {
        // What is not hierarchical (urn:) has no segments to remove.
        const bool hierarchical = to.has_authority || to.path.starts_with('/');
        return join(to, to.scheme,
                    hierarchical ? without_dot_segments(to.path) : std::string{to.path}, to, to);
    }
    if (to.has_authority) {
        return join(to, from.scheme, without_dot_segments(to.path), to, to);
    }
    if (to.path.empty()) {
        return join(from, from.scheme, from.path, to.has_query ? to : from, to);
    }
    const std::string path = to.path.starts_with('/') ? std::string{to.path} : merge(from, to.path);
    return join(from, from.scheme, without_dot_segments(path), to, to);
}

std::pair<std::string_view, std::string_view> split_fragment(std::string_view uri) noexcept
{
    const auto at = uri.find('#');
    if (at == std::string_view::npos) {
        return {uri, {}};
    }
    return {uri.substr(0, at), uri.substr(at + 1)};
}

std::optional<std::string> percent_decode(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (text.size() - i < 3) {
            return std::nullopt;
        }
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

} // namespace tlm::schema
