// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/mqtt/url.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace tlm;
using namespace tlm::mqtt;

TEST_CASE("mqtt url: what is left out has a default", "[mqtt]")
{
    const auto plain = parse_url("mqtt://broker");
    CHECK_FALSE(plain.tls);
    CHECK(plain.user.empty());
    CHECK(plain.host == "broker");
    CHECK(plain.port == 1883);

    const auto full = parse_url("mqtts://gate@broker.example:9000/");
    CHECK(full.tls);
    CHECK(full.user == "gate");
    CHECK(full.host == "broker.example");
    CHECK(full.port == 9000);
    CHECK(parse_url("mqtts://broker").port == 8883);
}

TEST_CASE("mqtt url: an IPv6 address stands in brackets", "[mqtt]")
{
    const auto url = parse_url("mqtt://[::1]:1884");
    CHECK(url.host == "::1");
    CHECK(url.port == 1884);
    CHECK(format_url(url) == "mqtt://[::1]:1884");
    CHECK(parse_url("mqtt://[::1]").port == 1883);
}

TEST_CASE("mqtt url: format and parse agree", "[mqtt]")
{
    for (const std::string text : {"mqtt://a:1", "mqtts://u@a:65535", "mqtt://u@[fe80::1]:1883"}) {
        CHECK(format_url(parse_url(text)) == text);
    }
}

TEST_CASE("mqtt url: what is no broker address is a usage error", "[mqtt]")
{
    for (const auto* text :
         {"", "broker", "broker:1883", "http://broker", "mqtt://", "mqtt://:1883",
          "mqtt://b:", "mqtt://b:0", "mqtt://b:65536", "mqtt://b:x", "mqtt://[::1", "mqtt://[::1]x",
          "mqtt://b/path", "mqtt://u@", "a@b://c"}) {
        INFO(text);
        try {
            (void)parse_url(text);
            FAIL("accepted");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
        }
    }
}

TEST_CASE("mqtt url: a password is refused and not repeated", "[mqtt]")
{
    try {
        (void)parse_url("mqtt://user:secret@broker");
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(std::string{error.what()}.find("secret") == std::string::npos);
    }
}
