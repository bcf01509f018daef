// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/ws/admission.hpp"

using namespace tlm::ws;

TEST_CASE("admission: the server's own page and programs may connect", "[ws]")
{
    const Admission admission{{}, false};
    CHECK(admission.origin_allowed("", "dash.example:8080"));
    CHECK(admission.origin_allowed("http://dash.example:8080", "dash.example:8080"));
    CHECK(admission.origin_allowed("https://Dash.Example", "dash.example"));
    CHECK(admission.origin_allowed("http://[::1]:8080", "[::1]:8080"));
}

TEST_CASE("admission: other sites' pages may not", "[ws]")
{
    const Admission admission{{"https://ops.example"}, false};
    for (const auto* origin :
         {"http://evil.example", "http://dash.example", "http://dash.example:81", "null",
          "dash.example:80", "http://", "http://dash.example:80.evil.example",
          "https://ops.example.evil.example", "https://ops.example:444", "file://"}) {
        INFO(origin);
        CHECK_FALSE(admission.origin_allowed(origin, "dash.example:80"));
    }
    CHECK(admission.origin_allowed("https://ops.example", "dash.example:80"));
    CHECK_FALSE(admission.origin_allowed("http://", ""));
    CHECK(Admission({"*"}, false).origin_allowed("http://evil.example", "dash.example"));
}

TEST_CASE("admission: on loopback a foreign name is a rebound one", "[ws]")
{
    const Admission admission{{"https://ops.example"}, true};
    for (const auto* host : {"127.0.0.1", "127.0.0.1:80", "localhost:80", "LOCALHOST", "[::1]",
                             "[::1]:80", "ops.example", "ops.example:443"}) {
        INFO(host);
        CHECK(admission.host_allowed(host));
    }
    for (const auto* host : {"evil.example", "evil.example:80", "localhost.evil.example", "",
                             "127.0.0.1.evil.example"}) {
        INFO(host);
        CHECK_FALSE(admission.host_allowed(host));
    }
    CHECK(Admission({}, false).host_allowed("dash.example"));
}

TEST_CASE("admission: an origin is a scheme and a host", "[ws]")
{
    CHECK(is_origin("https://ops.example"));
    CHECK(is_origin("http://127.0.0.1:8080"));
    for (const auto* text : {"", "*", "ops.example", "https://", "https://ops.example/",
                             "ftp://ops.example", "https://user@ops.example"}) {
        INFO(text);
        CHECK_FALSE(is_origin(text));
    }
}
