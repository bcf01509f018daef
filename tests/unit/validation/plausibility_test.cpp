// SPDX-License-Identifier: Apache-2.0
#include "common/record/guarded_json.hpp"
#include "common/validation/plausibility.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace tlm;
using namespace tlm::validation;

namespace {

constexpr EpochMs kStart = 1'767'225'600'000;

/// One device under one set of rules.
class Device {
  public:
    explicit Device(std::string_view values)
        : m_plausibility(parse_rules(R"({"values":)" + std::string{values} + "}", "rules")),
          m_readings(m_plausibility.width())
    {}

    /// The reason and path, or nothing.
    std::string judge(std::string_view data, EpochMs seconds)
    {
        const auto root = m_json.parse(data);
        const auto reject = m_plausibility.judge(std::get<simdjson::dom::element>(root),
                                                 kStart + seconds * 1'000, m_readings.data());
        m_last = reject.value_or(Reject{});
        return reject ? std::string{reason_name(reject->reason)} + " " + reject->path : "";
    }

    [[nodiscard]] const Reject& last() const { return m_last; }

    [[nodiscard]] std::size_t width() const { return m_plausibility.width(); }

  private:
    GuardedJson m_json{32};
    Plausibility m_plausibility;
    std::vector<Reading> m_readings;
    Reject m_last{};
};

} // namespace

TEST_CASE("plausibility: a range has both its ends", "[validation]")
{
    Device device(R"({"/t":{"min":-40,"max":125},"/a/b":{"max":1}})");
    CHECK(device.width() == 0);
    CHECK(device.judge(R"({"t":-40})", 0).empty());
    CHECK(device.judge(R"({"t":125.0})", 0).empty());
    CHECK(device.judge(R"({"t":-40.5})", 0) == "out_of_range /t");
    CHECK(device.last().detail == "-40.5 is below -40");
    CHECK(device.last().schema_path == "/values/~1t/min");
    CHECK(device.judge(R"({"t":126,"a":{"b":2}})", 0) == "out_of_range /t");
    CHECK(device.judge(R"({"a":{"b":2}})", 0) == "out_of_range /a/b");
    CHECK(device.last().schema_path == "/values/~1a~1b/max");
    CHECK(device.judge(R"({"t":"126"})", 0).empty());
    CHECK(device.judge(R"({"t":null})", 0).empty());
}

TEST_CASE("plausibility: a step is measured against the last plausible reading", "[validation]")
{
    Device device(R"({"/t":{"max":500,"step_per_s":5}})");
    CHECK(device.judge(R"({"t":20})", 0).empty());
    CHECK(device.judge(R"({"t":25})", 1).empty());
    CHECK(device.judge(R"({"t":80})", 2) == "too_steep /t");
    CHECK(device.last().detail == "from 25 to 80 in 1 s is faster than 5 a second");
    CHECK(device.judge(R"({"t":600})", 3) == "out_of_range /t");
    CHECK(device.judge(R"({"t":26})", 4).empty());
    // Late and repeated times say nothing about speed.
    CHECK(device.judge(R"({"t":90})", 4).empty());
    CHECK(device.judge(R"({"t":90})", 2).empty());
    // A new level that stays is believed when enough time has passed.
    CHECK(device.judge(R"({"t":126})", 14) == "too_steep /t");
    CHECK(device.judge(R"({"t":126})", 24).empty());
}

TEST_CASE("plausibility: a value is stuck after so many readings or so long", "[validation]")
{
    Device device(R"({"/n":{"stuck_readings":3},"/d":{"stuck_for":"10s"}})");
    CHECK(device.width() == 2);
    CHECK(device.judge(R"({"n":1,"d":1})", 0).empty());
    CHECK(device.judge(R"({"n":1,"d":1})", 1).empty());
    CHECK(device.judge(R"({"n":1,"d":1})", 2) == "stuck_value /n");
    CHECK(device.last().detail == "1 in 3 readings in a row");
    CHECK(device.judge(R"({"n":1,"d":1})", 3) == "stuck_value /n");
    CHECK(device.judge(R"({"n":2,"d":1})", 9).empty());
    CHECK(device.judge(R"({"n":3,"d":1})", 10) == "stuck_value /d");
    CHECK(device.last().detail == "1 for 10s and longer");
    CHECK(device.judge(R"({"n":3,"d":1.5})", 11).empty());
    CHECK(device.judge(R"({"d":1.5})", 20).empty());
}

TEST_CASE("plausibility: judges the value where a rename puts it", "[validation]")
{
    Device device(R"({"/f":{"unit":"F to C","rename":"c","max":100}})");
    CHECK(device.judge(R"({"f":212})", 0).empty());
    CHECK(device.judge(R"({"c":101})", 0) == "out_of_range /c");
    CHECK(device.last().schema_path == "/values/~1f/max");
}
