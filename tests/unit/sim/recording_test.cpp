// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/recording.hpp"

using namespace tlm;
using namespace tlm::sim;

namespace {

using Format = RecordingFormat;

std::vector<Recording> good(std::string_view text, Format format = Format::csv)
{
    auto parsed = parse_recording(text, format, "file");
    if (const auto* const bad = std::get_if<BadLine>(&parsed)) {
        FAIL(bad->line << ": " << bad->text);
    }
    return std::get<std::vector<Recording>>(parsed);
}

std::size_t bad_line(std::string_view text, Format format = Format::csv)
{
    INFO(text);
    const auto parsed = parse_recording(text, format, "file");
    REQUIRE(std::holds_alternative<BadLine>(parsed));
    CHECK_FALSE(std::get<BadLine>(parsed).text.empty());
    return std::get<BadLine>(parsed).line;
}

/// `TIME MEMBERS`, a line each.
std::string shown(const Recording& recording)
{
    std::string out;
    for (const auto& row : recording.rows) {
        out += std::to_string(row.ts) + " " + std::string{recording.members(row)} + "\n";
    }
    return out;
}

} // namespace

TEST_CASE("csv: a series with its header", "[sim]")
{
    const auto recordings =
        good("timestamp,value\n2013-12-02 21:15:00,73.967322\n2013-12-02 21:20:00,-7e-3\n");
    REQUIRE(recordings.size() == 1);
    CHECK(recordings[0].device == "file");
    CHECK(shown(recordings[0]) == "1386018900000 \"value\":73.967322\n"
                                  "1386019200000 \"value\":-0.007\n");
}

TEST_CASE("csv: no header, no last newline, CRLF, fractions and zones", "[sim]")
{
    CHECK(shown(good("2013-12-02 21:15:00,1\r\n"
                     "2013-12-02 21:15:00.250000,2\r\n"
                     "2013-12-02T22:15:01+01:00,3")[0]) == "1386018900000 \"value\":1\n"
                                                           "1386018900250 \"value\":2\n"
                                                           "1386018901000 \"value\":3\n");
}

TEST_CASE("csv: several columns, empty cells, words, quotes, and a column of devices", "[sim]")
{
    const auto recordings = good("time,deviceId,temp,note,on,seq\n"
                                 "1700000000,a,1.50,\"x,\"\"y\"\"\",true,7\n"
                                 "1700000001,b,,late,false,8\n"
                                 "1700000000500,a,2,,true,9\n");
    REQUIRE(recordings.size() == 2);
    CHECK(recordings[0].device == "a");
    CHECK(shown(recordings[0]) ==
          "1700000000000 \"temp\":1.5,\"note\":\"x,\\\"y\\\"\",\"on\":true\n"
          "1700000000500 \"temp\":2,\"on\":true\n");
    CHECK(shown(recordings[1]) == "1700000001000 \"note\":\"late\",\"on\":false\n");
}

TEST_CASE("csv: an empty cell is no value, a row of them nothing", "[sim]")
{
    const auto alone = good(
        "timestamp,value\n2026-01-01 00:00:00,1\n2026-01-01 00:00:01,\n2026-01-01 00:00:02,3\n");
    REQUIRE(alone.at(0).rows.size() == 2);
    CHECK(alone[0].members(alone[0].rows[1]) == R"("value":3)");
    CHECK(good("2026-01-01 00:00:00,\n2026-01-01 00:00:01,2\n").at(0).rows.size() == 1);
    const auto beside = good("t,a,b\n2026-01-01 00:00:00,,\n2026-01-01 00:00:01,,2\n");
    REQUIRE(beside.at(0).rows.size() == 1);
    CHECK(beside[0].members(beside[0].rows[0]) == R"("b":2)");
    CHECK(good("t,deviceId\n2026-01-01 00:00:00,a\n").at(0).rows.size() == 1); // a sign of life
    CHECK(bad_line("2026-01-01 00:00:00,\n") == 0);
}

TEST_CASE("csv: a bad line is named by its number", "[sim]")
{
    const std::string head = "timestamp,value\n2013-12-02 21:15:00,1\n";
    CHECK(bad_line(head + "2013-12-02 21:20:00\n") == 3);
    CHECK(bad_line(head + "2013-13-02 21:20:00,1\n") == 3);
    CHECK(bad_line(head + "2013-12-02 21:20:00,nan\n") == 3);
    CHECK(bad_line(head + "2013-12-02 21:20:00,1,2\n") == 3);
    CHECK(bad_line(head + "timestamp,value\n") == 3);
    CHECK(bad_line("just words\n") == 1);
    CHECK(bad_line("2013-12-02 21:20:00,1,2\n") == 1); // several columns need names
    CHECK(bad_line("t,deviceId,v\n2013-12-02,a/b,1\n") == 2);
    CHECK(bad_line(head + "\"2013") == 3);
    CHECK(bad_line(head + "2013-12-02 21:20:00,\"\n\n\"1\n") == 5);
    CHECK(bad_line("\nt,a,b,a\n2013-12-02,1,2,3\n") == 2); // one name, two values
    CHECK(bad_line("timestamp,\xff\n") == 0);
    CHECK(bad_line("") == 0);
    CHECK(bad_line("timestamp,value\n") == 0);
}

TEST_CASE("ndjson: records and payloads", "[sim]")
{
    const auto recordings = good(
        R"({"v":1,"deviceId":"p","ts":5,"receivedAt":6,"data":{"ts":5,"seq":1,"a":1.50,"b":[1, 2]}})"
        "\n"
        R"({"ts":"1970-01-01T00:00:01Z","deviceId":"q","t":"x"})"
        "\n\n"
        R"({"boot":3,"ts":2,"c":null})",
        Format::ndjson);
    REQUIRE(recordings.size() == 3);
    CHECK(recordings[0].device == "p");
    CHECK(shown(recordings[0]) == "5 \"a\":1.50,\"b\":[1, 2]\n");
    CHECK(recordings[1].device == "q");
    CHECK(shown(recordings[1]) == "1000 \"t\":\"x\"\n");
    CHECK(recordings[2].device == "file");
    CHECK(shown(recordings[2]) == "2 \"c\":null\n");
    CHECK(bad_line("{\"ts\":1}\n{\"a\":1}\n", Format::ndjson) == 2);
    CHECK(bad_line("{\"ts\":1}\n\n{\"ts\":1,\n", Format::ndjson) == 3);
    CHECK(bad_line("{\"ts\":1,\"deviceId\":\"a b\"}", Format::ndjson) == 1);
}

TEST_CASE("line protocol: fields, tags, escapes, strings and times", "[sim]")
{
    const auto recordings = good(
        "# comment\n"
        R"(cpu,host=a\ b,device=pump\,7 usage=1.5,n=-3i,u=7u,on=t,s="x \"y\" , =",l\ m=2 1700000000000000000)"
        "\n"
        "cpu usage=2 1700000000001\r\n"
        "cpu,host=h f=F 1700000000\n",
        Format::line_protocol);
    REQUIRE(recordings.size() == 3);
    CHECK(recordings[0].device == "pump_7");
    CHECK(shown(recordings[0]) ==
          "1700000000000 \"usage\":1.5,\"n\":-3,\"u\":7,\"on\":true,\"s\":\"x \\\"y\\\" , =\","
          "\"l m\":2\n");
    CHECK(recordings[1].device == "file");
    CHECK(shown(recordings[1]) == "1700000000001 \"usage\":2\n");
    CHECK(recordings[2].device == "h");
    CHECK(shown(recordings[2]) == "1700000000000 \"f\":false\n");
}

TEST_CASE("line protocol: a bad line is named by its number", "[sim]")
{
    for (const auto* line :
         {"cpu", "cpu a=1", "cpu a 1", "cpu a=x 1", "cpu a=1 x", "cpu a=1i2 1", "cpu a=\"x 1",
          "cpu,host= a=1 1", "cpu a=1,  1", "cpu a=nan 1", "cpu a=i 1"}) {
        CHECK(bad_line(std::string{"ok a=1 1\n"}.append(line), Format::line_protocol) == 2);
    }
}

TEST_CASE("recording: rows are sorted by time, those of one time keep their order", "[sim]")
{
    CHECK(shown(good("1970-01-01 00:00:02,1\n1970-01-01 00:00:01,2\n1970-01-01 00:00:01,3\n")[0]) ==
          "1000 \"value\":2\n1000 \"value\":3\n2000 \"value\":1\n");
}

TEST_CASE("recording: aligned series begin together and keep their own pace", "[sim]")
{
    std::vector<Recording> recordings{{"a", {{1'000}, {1'020}}, ""}, {"b", {{5'000}, {5'010}}, ""}};
    CHECK(span_of(recordings) == milliseconds{4'010});
    align_starts(recordings);
    CHECK(recordings[0].rows[0].ts == 5'000);
    CHECK(recordings[0].rows[1].ts == 5'020);
    CHECK(recordings[1].rows[0].ts == 5'000);
}

TEST_CASE("recording: device and format follow from the name of the file", "[sim]")
{
    CHECK(device_id_of("data/ec2_cpu_24ae8d.csv") == "ec2_cpu_24ae8d");
    CHECK(device_id_of("pump 17 (new).ndjson") == "pump_17__new_");
    CHECK(device_id_of("plain") == "plain");
    CHECK(device_id_of("/x/.csv").empty());
    CHECK(device_id_of(std::string(300, 'a')).size() == 128);
    CHECK(recording_format("a.lp") == Format::line_protocol);
    CHECK(recording_format("a.json") == Format::ndjson);
    CHECK(recording_format("a") == Format::csv);
}
