// SPDX-License-Identifier: Apache-2.0
#include "common/record/record.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace tlm;

namespace {

std::string verdict_of(const std::string& line)
{
    RecordReader reader;
    const auto verdict = reader.read(line);
    if (const auto* reject = std::get_if<Reject>(&verdict)) {
        return std::string{reason_name(reject->reason)} + " at '" + reject->path +
               "': " + reject->detail;
    }
    std::string out;
    append_record(out, std::get<Record>(verdict));
    return out;
}

} // namespace

TEST_CASE("record: what was written is read back byte for byte", "[record]")
{
    for (
        const std::string line :
        {R"({"v":1,"deviceId":"a","ts":1,"receivedAt":2,"data":{}})",
         R"({"v":1,"deviceId":"a","ts":-1,"tsSource":"bridge","receivedAt":2,"data":{ "x":1.50 }})",
         R"({"v":1,"deviceId":"a","ts":1,"receivedAt":2,"boot":7,"seq":42,"tags":{"site":"A,}\""},"data":{"a":[{"b":"}]\\"}],"data":1}})"}) {
        CHECK(verdict_of(line) == line);
    }
}

TEST_CASE("record: a payload at the limit of depth is read back", "[record]")
{
    const auto line_with = [](std::size_t depth) {
        return R"({"v":1,"deviceId":"a","ts":1,"receivedAt":2,"data":{"a":)" +
               std::string(depth - 1, '[') + '0' + std::string(depth - 1, ']') + "}}";
    };
    const auto deepest = Limits{}.max_depth;
    CHECK(verdict_of(line_with(deepest)) == line_with(deepest));
    CHECK(verdict_of(line_with(deepest + 1)).starts_with("too_deep"));
}

TEST_CASE("record: members may stand in any order and unknown ones are ignored", "[record]")
{
    CHECK(
        verdict_of(
            R"( { "data" : {"x":[1,"]"]} , "later":{"data":{"no":1}}, "v":1,"receivedAt":2,"ts":1,"deviceId":"a" } )") ==
        R"({"v":1,"deviceId":"a","ts":1,"receivedAt":2,"data":{"x":[1,"]"]}})");
}

TEST_CASE("record: data and tags keep their bytes, with escapes in the line and without",
          "[record]")
{
    const std::string data = R"({ "a" : [ 1 , "}" , { } ] ,"b":{"c":"", "d":-1.50e1 },"e":true})";
    const std::string tags = R"({ "site" : "A" , "é":"{\"no\":1}","n": null , "o":{ "p":[] } })";
    const std::string plain_tags = R"({ "site" : "A" , "é":"{","n": 0 , "o":{ "p":[] } , "q":{} })";
    const std::string rest = R"("v":1,"deviceId":"a" , "ts" : 1,"receivedAt":2)";
    for (const std::string& tag : {plain_tags, tags}) {
        const std::string expected = R"({"v":1,"deviceId":"a","ts":1,"receivedAt":2,"tags":)" +
                                     tag + R"(,"data":)" + data + "}";
        INFO(tag);
        CHECK(verdict_of("{" + rest + ",\"tags\":" + tag + ",\"data\":" + data + "}") == expected);
        CHECK(verdict_of(" { \"tags\" :\t" + tag + " , " + rest + " , \"data\" : " + data +
                         " } ") == expected);
        CHECK(verdict_of("{\"data\":" + data + ",\"tags\":" + tag + "," + rest + "}") == expected);
        CHECK(verdict_of("{\"x\":[{}]," + rest + ",\"data\":" + data + ",\"tags\":" + tag +
                         ",\"invalid\":{\"data\":{}}}") == expected);
    }
    CHECK(verdict_of("{" + rest + R"(,"d\u0061ta":{}})") ==
          "not_a_record at '/data': its key must not be escaped");
}

TEST_CASE("record: what is not a record says which member and why", "[record]")
{
    CHECK(verdict_of("x").starts_with("not_json at ''"));
    CHECK(verdict_of("[]").starts_with("not_an_object at ''"));
    CHECK(verdict_of("{}") == "not_a_record at '': v is missing");
    CHECK(verdict_of(R"({"v":2})") == "not_a_record at '/v': must be 1");
    CHECK(verdict_of(R"({"v":1,"deviceId":"a b"})") ==
          "not_a_record at '/deviceId': is not a device id");
    CHECK(verdict_of(R"({"v":1,"deviceId":"a","ts":"x"})") ==
          "not_a_record at '/ts': must be epoch milliseconds");
    CHECK(verdict_of(R"({"v":1,"deviceId":"a","ts":1,"receivedAt":1})") ==
          "not_a_record at '': data is missing");
    CHECK(verdict_of(R"({"v":1,"deviceId":"a","ts":1,"receivedAt":1,"data":3})") ==
          "not_a_record at '/data': must be an object");
    CHECK(verdict_of(R"({"v":1,"deviceId":"a","ts":1,"receivedAt":1,"\u0064ata":{}})") ==
          "not_a_record at '/data': its key must not be escaped");
    CHECK(
        verdict_of(
            R"({"v":1,"deviceId":"a","ts":1,"receivedAt":1,"t\u0061gs":{"site":"A"},"data":{}})") ==
        "not_a_record at '/tags': its key must not be escaped");
    CHECK(verdict_of("").starts_with("not_json at ''"));
    CHECK(verdict_of(R"({"v":1,"deviceId":"a","ts":1,"receivedAt":1,"data":{"x":{"y":1,"y":1}}})")
              .starts_with("duplicate_key at '/data/x/y'"));
}
