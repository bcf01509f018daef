// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tools/sim/topic_template.hpp"

using namespace tlm;
using namespace tlm::sim;

TEST_CASE("topic template: the device's id is put in, at every place", "[sim]")
{
    TopicTemplate plain{"devices/{deviceId}/telemetry"};
    CHECK(plain.topic("sim-00001") == "devices/sim-00001/telemetry");
    CHECK(plain.topic("a") == "devices/a/telemetry");
    CHECK(TopicTemplate{"{deviceId}"}.topic("a") == "a");
    CHECK(TopicTemplate{"{deviceId}/{deviceId}"}.topic("ab") == "ab/ab");
}

TEST_CASE("topic template: what gives no legal topic of the device is a usage error", "[sim]")
{
    for (const auto text :
         {std::string_view{"devices/telemetry"}, std::string_view{""},
          std::string_view{"devices/+/{deviceId}"}, std::string_view{"#{deviceId}"},
          std::string_view{"a\0{deviceId}", 12}, std::string_view{"{deviceid}"}}) {
        CHECK_THROWS_AS(TopicTemplate{text}, Error);
    }
    CHECK_THROWS_AS(TopicTemplate{std::string(40'000, 'x') + "{deviceId}"}, Error);
}
