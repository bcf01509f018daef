// SPDX-License-Identifier: Apache-2.0
#include "common/record/dead_letter.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace tlm;

namespace {

DeadLetter sample(std::string_view payload)
{
    DeadLetter letter{
        {Reason::duplicate_key, "/a/b~1c", "the key stands twice"}, payload, "pump-1", {}, 42, 1};
    letter.source = {{"mqtt-topic", "devices/pump-1/telemetry"}};
    return letter;
}

} // namespace

TEST_CASE("dead letter: headers name the reason, the place and the source", "[record]")
{
    CHECK(dead_letter_headers(sample("x")) ==
          std::vector<Header>{{"tlm-reason", "duplicate_key"},
                              {"tlm-detail", "the key stands twice"},
                              {"tlm-path", "/a/b~1c"},
                              {"tlm-source-mqtt-topic", "devices/pump-1/telemetry"},
                              {"tlm-received-at", "42"},
                              {"tlm-attempt", "1"}});
}

TEST_CASE("dead letter: one line of JSON holds every byte of the payload", "[record]")
{
    std::string line;
    append_dead_letter(line, sample("{\"a\":1,\n\"a\":2}"));
    CHECK(line ==
          R"({"reason":"duplicate_key","detail":"the key stands twice","path":"/a/b~1c",)"
          R"("source":{"mqtt-topic":"devices/pump-1/telemetry"},"receivedAt":42,"attempt":1,)"
          R"("key":"pump-1","payload":"{\"a\":1,\n\"a\":2}"})");
    line.clear();
    append_dead_letter(line, sample(std::string_view{"\xFF\x00", 2}));
    CHECK(line.find(R"("payload_b64":"/wA=")") != std::string::npos);
}

TEST_CASE("dead letter: a violated schema names its keyword", "[record]")
{
    auto letter = sample("{}");
    letter.reject = {Reason::not_a_record, "/a", "too small", "/properties/a/minimum"};
    const auto headers = dead_letter_headers(letter);
    CHECK(std::find(headers.begin(), headers.end(),
                    Header{"tlm-schema", "/properties/a/minimum"}) != headers.end());
    std::string line;
    append_dead_letter(line, letter);
    CHECK(line.find(R"("path":"/a","schema":"/properties/a/minimum","source")") !=
          std::string::npos);
}

TEST_CASE("dead letter: headers of the original stay, those of an earlier rejection do not",
          "[record]")
{
    auto letter = sample("{}");
    const std::vector<Header> before{{"mqtt-qos", "1"},
                                     {"tlm-reason", "not_json"},
                                     {"tlm-source-offset", "7"},
                                     {"tlm-attempt", "2"},
                                     {"tlm-ts-replaced", "too-old"}};
    letter.headers = before;
    letter.attempt = attempts_before(before) + 1;
    CHECK(dead_letter_headers(letter) ==
          std::vector<Header>{{"mqtt-qos", "1"},
                              {"tlm-ts-replaced", "too-old"},
                              {"tlm-reason", "duplicate_key"},
                              {"tlm-detail", "the key stands twice"},
                              {"tlm-path", "/a/b~1c"},
                              {"tlm-source-mqtt-topic", "devices/pump-1/telemetry"},
                              {"tlm-received-at", "42"},
                              {"tlm-attempt", "3"}});
    CHECK(attempts_before({}) == 0);
}
