// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/recording.hpp"

using namespace tlm;
using namespace tlm::sim;

namespace {

std::vector<Point> good(std::string_view csv, std::uint32_t device = 0)
{
    auto parsed = parse_recording(csv, device);
    REQUIRE(std::holds_alternative<std::vector<Point>>(parsed));
    return std::get<std::vector<Point>>(parsed);
}

std::size_t bad_line(std::string_view csv)
{
    const auto parsed = parse_recording(csv, 0);
    REQUIRE(std::holds_alternative<BadLine>(parsed));
    CHECK_FALSE(std::get<BadLine>(parsed).text.empty());
    return std::get<BadLine>(parsed).line;
}

} // namespace

TEST_CASE("recording: a series with its header", "[sim]")
{
    const auto points =
        good("timestamp,value\n2013-12-02 21:15:00,73.967322\n2013-12-02 21:20:00,-7e-3\n", 3);
    REQUIRE(points.size() == 2);
    CHECK(points[0].ts == 1'386'018'900'000);
    CHECK(points[0].value == 73.967322);
    CHECK(points[0].device == 3);
    CHECK(points[1].ts - points[0].ts == 300'000);
    CHECK(points[1].value == -7e-3);
}

TEST_CASE("recording: no header, no last newline, CRLF, fractions and zones", "[sim]")
{
    const auto points = good("2013-12-02 21:15:00,1\r\n"
                             "2013-12-02 21:15:00.250000,2\r\n"
                             "2013-12-02T22:15:01+01:00,3");
    REQUIRE(points.size() == 3);
    CHECK(points[1].ts - points[0].ts == 250);
    CHECK(points[2].ts - points[0].ts == 1'000);
    CHECK(points[2].value == 3);
}

TEST_CASE("recording: a bad line is named by its number", "[sim]")
{
    const std::string head = "timestamp,value\n2013-12-02 21:15:00,1\n";
    CHECK(bad_line(head + "2013-12-02 21:20:00\n") == 3);
    CHECK(bad_line(head + "2013-13-02 21:20:00,1\n") == 3);
    CHECK(bad_line(head + "2013-12-02 21:20:00,\n") == 3);
    CHECK(bad_line(head + "2013-12-02 21:20:00,nan\n") == 3);
    CHECK(bad_line(head + "2013-12-02 21:20:00,1,2\n") == 3);
    CHECK(bad_line(head + "\n2013-12-02 21:20:00,1\n") == 3);
    CHECK(bad_line(head + "timestamp,value\n") == 3);
    CHECK(bad_line("time,value\n") == 1);
    CHECK(bad_line("") == 0);
    CHECK(bad_line("timestamp,value\n") == 0);
}

TEST_CASE("recording: aligned series begin together and keep their own pace", "[sim]")
{
    std::vector<std::vector<Point>> recordings{{{1'020, 1, 0}, {1'000, 2, 0}},
                                               {{5'000, 3, 1}, {5'010, 4, 1}}};
    align_starts(recordings);
    CHECK(recordings[0][0].ts == 5'020);
    CHECK(recordings[0][1].ts == 5'000);
    CHECK(recordings[1][0].ts == 5'000);
    CHECK(recordings[1][1].ts == 5'010);
}

TEST_CASE("recording: several files become one series in time order", "[sim]")
{
    const auto points = merge({{{10, 1, 0}, {30, 2, 0}, {20, 3, 0}}, {{10, 4, 1}, {15, 5, 1}}});
    std::vector<double> values;
    for (const auto& point : points) {
        values.push_back(point.value);
    }
    CHECK(values == std::vector<double>{1, 4, 5, 3, 2});
}

TEST_CASE("recording: the device is named by the file", "[sim]")
{
    CHECK(device_id_of("data/ec2_cpu_24ae8d.csv") == "ec2_cpu_24ae8d");
    CHECK(device_id_of("pump 17 (new).csv") == "pump_17__new_");
    CHECK(device_id_of("plain") == "plain");
    CHECK(device_id_of("/x/.csv").empty());
    CHECK(device_id_of(std::string(300, 'a')).size() == 128);
}
