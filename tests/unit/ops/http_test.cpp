// SPDX-License-Identifier: Apache-2.0
#include "common/ops/http.hpp"
#include "tests/support/catch.hpp"

namespace tlm::ops {

TEST_CASE("http: requests", "[ops]")
{
    const HttpHead get = parse_http_head("GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(get.status == 200);
    CHECK_FALSE(get.head_only);
    CHECK(get.path == "/metrics");
    const HttpHead head = parse_http_head("HEAD / HTTP/1.0\n\n");
    CHECK(head.status == 200);
    CHECK(head.head_only);
    CHECK(head.path == "/");
    CHECK(parse_http_head("DELETE /metrics HTTP/1.1\r\n\r\n").status == 405);
}

TEST_CASE("http: every prefix of a request is incomplete", "[ops]")
{
    const std::string_view request = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t n = 0; n < request.size(); ++n) {
        CHECK(parse_http_head(request.substr(0, n)).status == 0);
    }
    CHECK(parse_http_head(request).status == 200);
}

TEST_CASE("http: garbage is answered at its first line", "[ops]")
{
    for (const auto* line : {"\n", "\r\n", "GET\n", "GET /\n", "GET  HTTP/1.1\n", " / HTTP/1.1\n",
                             "GET x HTTP/1.1\n", "GET / HTTP/2.0\n", "GET / HTTP/1.11\n",
                             "GET /a b HTTP/1.1\n", "GET /\x01 HTTP/1.1\n", "\x16\x03\x01\x02\n"}) {
        INFO(line);
        CHECK(parse_http_head(line).status == 400);
    }
}

TEST_CASE("http: a head has a limit", "[ops]")
{
    const std::string line(kMaxHttpHead, 'a');
    CHECK(parse_http_head(std::string_view(line).substr(1)).status == 0);
    CHECK(parse_http_head(line).status == 431);
    CHECK(parse_http_head("GET / HTTP/1.1\r\nX: " + line).status == 431);
}

TEST_CASE("http: answers", "[ops]")
{
    CHECK(http_answer(405, "text/plain", "no\n", false) ==
          "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
          "Allow: GET, HEAD\r\nCache-Control: no-store\r\nConnection: close\r\n\r\nno\n");
    const std::string head = http_answer(200, "text/plain", "ok\n", true);
    CHECK(head.find("Content-Length: 3\r\n") != std::string::npos);
    CHECK(head.substr(head.size() - 4) == "\r\n\r\n");
}

} // namespace tlm::ops
