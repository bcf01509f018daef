// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/http_response.hpp"

#include "common/base/hash.hpp"

#include <array>
#include <charconv>

namespace tlm::ws {

namespace {

constexpr std::string_view kDevices = "/api/v1/devices";

constexpr std::string_view kEveryAnswer =
    "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "x-content-type-options: nosniff\r\n"
    "referrer-policy: no-referrer\r\n"
    "cross-origin-resource-policy: same-origin\r\n";

std::string_view phrase(int status) noexcept
{
    switch (status) {
    case 200:
        return "OK";
    case 304:
        return "Not Modified";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 421:
        return "Misdirected Request";
    case 503:
        return "Service Unavailable";
    default:
        return "Error";
    }
}

std::string begin_head(int status)
{
    std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
    head += phrase(status);
    head += "\r\n";
    head += kEveryAnswer;
    return head;
}

void add_header(std::string& head, std::string_view name, std::string_view value)
{
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
}

/// Tells versions of an asset apart, nothing more.
std::string etag(std::string_view content)
{
    std::array<char, 16> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), fnv1a(content), 16).ptr;
    return '"' + std::string(digits.data(), end) + '"';
}

} // namespace

std::string_view Response::body()
{
    if (m_listing == nullptr) {
        const auto whole = m_own.empty() ? m_constant : std::string_view{m_own};
        const auto piece = whole.substr(m_sent, kPiece);
        m_sent += piece.size();
        return piece;
    }

    m_piece.clear();
    while (m_next < m_listing->size() && m_piece.size() < kPiece) {
        m_piece += m_listing->text(m_next++);
        m_piece += '\n';
    }
    if (m_piece.empty()) {
        m_listing = nullptr;
        return m_chunked ? "0\r\n\r\n" : "";
    }
    if (m_chunked) {
        std::array<char, 16> size{};
        const auto end =
            std::to_chars(size.data(), size.data() + size.size(), m_piece.size(), 16).ptr;
        m_piece.insert(0, std::string(size.data(), end) + "\r\n");
        m_piece += "\r\n";
    }
    return m_piece;
}

Responder::Responder(const LastValues& values, const Admission& admission,
                     std::span<const Asset> assets)
    : m_values(values), m_admission(admission)
{
    m_assets.reserve(assets.size());
    for (const auto& asset : assets) {
        m_assets.push_back({asset, etag(asset.plain)});
    }
}

Response Responder::answer(const Request& request) const
{
    if (request.method == Method::other) {
        return refusal(405, "Only GET and HEAD are answered here.", "allow: GET, HEAD\r\n");
    }
    if (!m_admission.host_allowed(request.host)) {
        return refusal(421, "This server does not answer under that name; see --allow-origin.");
    }

    const std::string_view path = request.path;
    if (path == kDevices) {
        return devices(request);
    }
    Response response;
    if (path.starts_with(kDevices) && path.size() > kDevices.size() + 1 &&
        path[kDevices.size()] == '/') {
        response = device(path.substr(kDevices.size() + 1));
    } else {
        response = refusal(404, "There is nothing here.");
        for (const auto& candidate : m_assets) {
            if (candidate.asset.path == path) {
                response = asset(candidate, request);
                break;
            }
        }
    }
    if (request.method == Method::head) {
        response.m_own.clear();
        response.m_constant = {};
    }
    return response;
}

Response Responder::refusal(int status, std::string_view sentence, std::string_view extra_headers)
{
    Response response;
    response.m_status = status;
    response.m_close = true;
    response.m_own.assign(sentence).append("\n");
    response.m_head = begin_head(status);
    add_header(response.m_head, "content-type", "text/plain; charset=utf-8");
    add_header(response.m_head, "content-length", std::to_string(response.m_own.size()));
    add_header(response.m_head, "connection", "close");
    response.m_head += extra_headers;
    response.m_head += "\r\n";
    return response;
}

Response Responder::asset(const Tagged& tagged, const Request& request) const
{
    const auto& [asset, tag] = tagged;
    const bool known = request.if_none_match.find(tag) != std::string::npos;
    const bool gzip = request.accepts_gzip && !asset.gzip.empty();

    Response response;
    response.m_status = known ? 304 : 200;
    response.m_head = begin_head(response.m_status);
    add_header(response.m_head, "etag", tag);
    add_header(response.m_head, "cache-control", "no-cache");
    add_header(response.m_head, "vary", "accept-encoding");
    if (!known) {
        response.m_constant = gzip ? asset.gzip : asset.plain;
        add_header(response.m_head, "content-type", asset.type);
        add_header(response.m_head, "content-length", std::to_string(response.m_constant.size()));
        if (gzip) {
            add_header(response.m_head, "content-encoding", "gzip");
        }
    }
    response.m_head += "\r\n";
    return response;
}

Response Responder::devices(const Request& request) const
{
    Response response;
    response.m_head = begin_head(200);
    add_header(response.m_head, "content-type", "application/x-ndjson");
    add_header(response.m_head, "cache-control", "no-store");
    if (request.http_1_1) {
        response.m_chunked = true;
        add_header(response.m_head, "transfer-encoding", "chunked");
    } else {
        response.m_close = true;
        add_header(response.m_head, "connection", "close");
    }
    response.m_head += "\r\n";
    if (request.method == Method::get) {
        response.m_listing = &m_values;
    }
    return response;
}

Response Responder::device(std::string_view id) const
{
    const auto slot = m_values.find(id);
    if (!slot) {
        return refusal(404, "No record of this device was seen.");
    }
    Response response;
    response.m_own = m_values.text(*slot) + '\n';
    response.m_head = begin_head(200);
    add_header(response.m_head, "content-type", "application/json");
    add_header(response.m_head, "cache-control", "no-store");
    add_header(response.m_head, "content-length", std::to_string(response.m_own.size()));
    response.m_head += "\r\n";
    return response;
}

} // namespace tlm::ws
