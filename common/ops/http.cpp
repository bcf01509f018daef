// SPDX-License-Identifier: Apache-2.0
#include "common/ops/http.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlm::ops {

namespace {

HttpHead parse_request_line(std::string_view line)
{
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last || first == 0) {
        return {400};
    }
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    const bool path =
        !target.empty() && target.front() == '/' &&
        std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (!path || version.substr(0, 7) != "HTTP/1." || version.size() != 8) {
        return {400};
    }
    if (method != "GET" && method != "HEAD") {
        return {405};
    }
    return {200, method == "HEAD", target.substr(0, target.find('?'))};
}

} // namespace

HttpHead parse_http_head(std::string_view received)
{
    // The request line is judged as soon as it is there: garbage is not waited out.
    const auto end_of_line = received.find('\n');
    if (end_of_line == std::string_view::npos) {
        return {received.size() >= kMaxHttpHead ? 431 : 0};
    }
    std::string_view line = received.substr(0, end_of_line);
    if (!line.empty() && line.back() == '\r') {
        line.remove_suffix(1);
    }
    const HttpHead head = parse_request_line(line);
    if (head.status == 400) {
        return head;
    }
    const bool ended = received.find("\r\n\r\n") != std::string_view::npos ||
                       received.find("\n\n") != std::string_view::npos;
    if (!ended) {
        return {received.size() >= kMaxHttpHead ? 431 : 0};
    }
    return head;
}

std::string http_answer(int status, std::string_view content_type, std::string_view body,
                        bool head_only)
{
    return fmt::format("HTTP/1.1 {} {}\r\n"
                       "Content-Type: {}\r\n"
                       "Content-Length: {}\r\n"
                       "{}"
                       "Cache-Control: no-store\r\n"
                       "Connection: close\r\n"
                       "\r\n"
                       "{}",
                       status, http_reason(status), content_type, body.size(),
                       status == 405 ? "Allow: GET, HEAD\r\n" : "", head_only ? "" : body);
}

std::string_view http_reason(int status) noexcept
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 431:
        return "Request Header Fields Too Large";
    case 503:
        return "Service Unavailable";
    default:
        return "Error";
    }
}

} // namespace tlm::ops
