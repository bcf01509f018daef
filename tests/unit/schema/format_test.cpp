// SPDX-License-Identifier: Apache-2.0
#include "common/schema/format.hpp"
#include "tests/unit/schema/judge.hpp"

#include <initializer_list>

using namespace tlm::schema;

namespace {

void check(std::string_view name, std::initializer_list<std::string_view> good,
           std::initializer_list<std::string_view> bad)
{
    const FormatCheck format = find_format(name);
    REQUIRE(format != nullptr);
    for (const std::string_view text : good) {
        INFO(name << " " << text);
        CHECK(format(text));
    }
    for (const std::string_view text : bad) {
        INFO("no " << name << " " << text);
        CHECK_FALSE(format(text));
    }
}

} // namespace

TEST_CASE("format: dates and times", "[schema]")
{
    check("date", {"2024-02-29"}, {"2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", ""});
    check("time", {"23:59:60Z", "08:30:06.283185+05:30", "15:59:60-08:00"},
          {"22:59:60Z", "24:00:00Z", "08:30:06", "08:30:06.Z", "08:30:06+24:00"});
    check("date-time", {"2026-01-01T00:00:00Z", "2026-01-01t00:00:00z"},
          {"2026-01-01 00:00:00Z", "2026-01-01T00:00:00Z\n"});
    check("duration", {"P1Y2M3D", "PT1H30M", "P2W", "P1DT1S"},
          {"P", "PT", "P1Y2D", "P1D2H", "1D", "P1W1D", "PT1D", "P1DT"});
}

TEST_CASE("format: addresses and names", "[schema]")
{
    check("ipv4", {"0.0.0.0", "255.255.255.255"}, {"256.0.0.1", "01.2.3.4", "1.2.3", "1.2.3.4 "});
    check("ipv6", {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4"},
          {":", ":::", "1:2", "1::2::3", "12345::", "1:2:3:4:5:6:7::8", "1:2:3:4:5:6:7:1.2.3.4",
           "fe80::1%eth0", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:"});
    check("hostname", {"a.example", "xn--4gbwdl.xn--wgbh1c"}, {"-a", "a_b", "", "a..b", "a."});
    check("email", {"a@b.example", "\"a b\"@c", "a@[127.0.0.1]", "te~st@x"},
          {"a", "@b", "a@", ".a@b", "a..b@c", "a@[300.0.0.1]", "a b@c"});
    check("uuid", {"2eb8aa08-aa98-11ea-b4aa-73b441d16380"}, {"2eb8aa08aa9811eab4aa73b441d16380"});
}

TEST_CASE("format: references, pointers, expressions", "[schema]")
{
    check("uri", {"http://a/b?c#d", "urn:x", "http://[::1]:80/"},
          {"/a", "http://a b", "http://a/%zz", "http://[::1/", "http://a:x/", "//a"});
    check("uri-reference", {"/a", "#f", "", "a?b"}, {"\\a", "#a#b", "1:b"});
    check("iri", {"http://ƒøø/∂"}, {"ƒøø"});
    check("uri-template", {"/a/{b:3}/{+c,d*}"}, {"/{a", "/a}", "{}", "{a b}", "{a:0}"});
    check("json-pointer", {"", "/a~0b~1", "/"}, {"a", "/~", "/~2", "#/a"});
    check("relative-json-pointer", {"0", "1/a", "12#"}, {"", "01", "-1", "1#/a", "/a"});
    check("regex", {"^a+$"}, {"^(a", "\\Z"});
    CHECK(find_format("idn-hostname") == nullptr);
    CHECK(find_format("colour") == nullptr);
}

TEST_CASE("format: asserted when asked for, or by a vocabulary only", "[schema]")
{
    const std::string_view schema = R"({"format":"ipv4"})";
    CHECK(accepts(schema, R"("nonsense")"));
    CHECK_FALSE(accepts(schema, R"("nonsense")", {Draft::v2020_12, true, {}}));
    CHECK_FALSE(accepts(schema, R"("nonsense")", {Draft::v4, true, {}}));
    CHECK(accepts(schema, "17", {Draft::v4, true, {}}));
}
