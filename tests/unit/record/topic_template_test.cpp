// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/record/topic_template.hpp"
#include "tests/support/catch.hpp"

using tlm::TopicTemplate;

TEST_CASE("topic template: the device id is the level at the placeholder", "[record]")
{
    const TopicTemplate plain{"devices/{deviceId}/telemetry"};
    CHECK(plain.device_id("devices/pump-17/telemetry") == "pump-17");
    CHECK(plain.device_id("devices//telemetry") == "");
    CHECK_FALSE(plain.device_id("devices/a/b/telemetry"));
    CHECK_FALSE(plain.device_id("devices/telemetry"));
    CHECK_FALSE(plain.device_id("devices/a/telemetry/x"));
    CHECK_FALSE(plain.device_id("xdevices/a/telemetry"));
    CHECK_FALSE(plain.device_id(""));

    CHECK(TopicTemplate{"{deviceId}"}.device_id("a") == "a");
    CHECK_FALSE(TopicTemplate{"{deviceId}"}.device_id("a/b"));
    CHECK(TopicTemplate{"{deviceId}/up"}.device_id("a/up") == "a");
}

TEST_CASE("topic template: wildcards stand for other levels", "[record]")
{
    const TopicTemplate site{"+/site/{deviceId}"};
    CHECK(site.device_id("eu/site/d1") == "d1");
    CHECK_FALSE(site.device_id("eu/other/d1"));
    CHECK_FALSE(site.device_id("eu/site"));
    CHECK_FALSE(site.device_id("eu/site/d1/x"));

    const TopicTemplate tail{"d/{deviceId}/#"};
    CHECK(tail.device_id("d/x") == "x");
    CHECK(tail.device_id("d/x/") == "x");
    CHECK(tail.device_id("d/x/y/z") == "x");
    CHECK_FALSE(tail.device_id("d"));
    CHECK_FALSE(tail.device_id("e/x/y"));
}

TEST_CASE("topic template: exactly one whole level is the placeholder", "[record]")
{
    for (const char* text :
         {"", "devices/+/telemetry", "{deviceId}/{deviceId}", "d-{deviceId}/x", "a/{deviceid}",
          "{deviceId}/x{deviceId}", "a/b+/{deviceId}", "#/{deviceId}", "{deviceId}/a#"}) {
        INFO(text);
        CHECK_THROWS_AS(TopicTemplate{text}, tlm::Error);
    }
}

TEST_CASE("topic template: without wildcards it gives the topic of a device", "[record]")
{
    for (const char* text : {"devices/{deviceId}/telemetry", "{deviceId}", "{deviceId}/up"}) {
        const TopicTemplate t{text};
        REQUIRE(t.is_topic());
        CHECK(t.device_id(t.topic("pump-17")) == "pump-17");
    }
    CHECK(TopicTemplate{"d/{deviceId}/t"}.topic("a") == "d/a/t");
    CHECK_FALSE(TopicTemplate{"+/{deviceId}"}.is_topic());
    CHECK_FALSE(TopicTemplate{"d/{deviceId}/#"}.is_topic());
}

TEST_CASE("topic template: the filter comes from the template", "[record]")
{
    CHECK(TopicTemplate{"devices/{deviceId}/telemetry"}.filter() == "devices/+/telemetry");
    CHECK(TopicTemplate{"+/{deviceId}/#"}.filter() == "+/+/#");
    CHECK(TopicTemplate{"{deviceId}"}.filter() == "+");
}

TEST_CASE("topic template: a filter that can never fit is refused", "[record]")
{
    const TopicTemplate t{"devices/{deviceId}/telemetry"};
    for (const char* fits : {"devices/+/telemetry", "devices/pump-17/telemetry", "#", "devices/#",
                             "+/+/+", "devices/+/telemetry/#", "$share/g/devices/+/telemetry"}) {
        INFO(fits);
        CHECK_NOTHROW(t.require_agreement(fits));
    }
    for (const char* wrong :
         {"devices/+/state", "devices/+", "+/+/+/+", "other/#", "", "devices/#/telemetry",
          "devices/a+/telemetry", "$share/g", "$share//devices/+/telemetry", "devices/+/\xff"}) {
        INFO(wrong);
        CHECK_THROWS_AS(t.require_agreement(wrong), tlm::Error);
    }
}
