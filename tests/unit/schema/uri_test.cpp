// SPDX-License-Identifier: Apache-2.0
#include "common/schema/uri.hpp"
#include "tests/support/catch.hpp"

using namespace tlm::schema;

TEST_CASE("uri: the examples of RFC 3986 section 5.4", "[schema]")
{
    const std::string base = "http://a/b/c/d;p?q";
    CHECK(resolve_uri(base, "g:h") == "g:h");
    CHECK(resolve_uri(base, "g") == "http://a/b/c/g");
    CHECK(resolve_uri(base, "./g") == "http://a/b/c/g");
    CHECK(resolve_uri(base, "g/") == "http://a/b/c/g/");
    CHECK(resolve_uri(base, "/g") == "http://a/g");
    CHECK(resolve_uri(base, "//g") == "http://g");
    CHECK(resolve_uri(base, "?y") == "http://a/b/c/d;p?y");
    CHECK(resolve_uri(base, "g?y") == "http://a/b/c/g?y");
    CHECK(resolve_uri(base, "#s") == "http://a/b/c/d;p?q#s");
    CHECK(resolve_uri(base, "g;x=1/../y") == "http://a/b/c/y");
    CHECK(resolve_uri(base, "") == "http://a/b/c/d;p?q");
    CHECK(resolve_uri(base, ".") == "http://a/b/c/");
    CHECK(resolve_uri(base, "..") == "http://a/b/");
    CHECK(resolve_uri(base, "../g") == "http://a/b/g");
    CHECK(resolve_uri(base, "../../../g") == "http://a/g");
    CHECK(resolve_uri(base, "/./g") == "http://a/g");
    CHECK(resolve_uri(base, "g.") == "http://a/b/c/g.");
    CHECK(resolve_uri(base, "./g/.") == "http://a/b/c/g/");
}

TEST_CASE("uri: a base need not be hierarchical, nor have a scheme", "[schema]")
{
    CHECK(resolve_uri("urn:uuid:1234", "#foo") == "urn:uuid:1234#foo");
    CHECK(resolve_uri("urn:uuid:1234", "urn:x:../y") == "urn:x:../y");
    CHECK(resolve_uri("", "pump.json#/a") == "pump.json#/a");
    CHECK(resolve_uri("schemas/pump.json", "fan.json") == "schemas/fan.json");
    CHECK(resolve_uri("http://a", "b") == "http://a/b");
}

TEST_CASE("uri: fragments and percent escapes", "[schema]")
{
    CHECK(split_fragment("a#b") == std::pair<std::string_view, std::string_view>{"a", "b"});
    CHECK(split_fragment("a") == std::pair<std::string_view, std::string_view>{"a", ""});
    CHECK(percent_decode("a%25b%2f") == "a%b/");
    CHECK_FALSE(percent_decode("a%2"));
    CHECK_FALSE(percent_decode("%zz"));
}
