// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/validation/registry.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace tlm;
using namespace tlm::validation;

namespace {

/// The tags; `-` when the device is not listed.
std::string tags_of(std::string_view text, std::string_view id)
{
    const auto registry = Registry::parse(text, "r");
    const auto* tags = registry->find(id);
    return tags == nullptr ? "-" : *tags;
}

std::string mistake(std::string_view text)
{
    try {
        static_cast<void>(Registry::parse(text, "r.csv"));
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("registry: a row of CSV becomes the tags of a device", "[validation]")
{
    const std::string text = "\xEF\xBB\xBFsite,deviceId,model\r\n"
                             "A,pump-1,x1\r\n"
                             "\"Halle \"\"3\"\", Süd\",pump-2,\n"
                             "\n"
                             ",pump-3,\n"
                             "\"two\nlines\",pump-4,x2";
    CHECK(tags_of(text, "pump-1") == R"({"site":"A","model":"x1"})");
    CHECK(tags_of(text, "pump-2") == R"({"site":"Halle \"3\", Süd"})");
    CHECK(tags_of(text, "pump-3").empty());
    CHECK(tags_of(text, "pump-4") == R"({"site":"two\nlines","model":"x2"})");
    CHECK(tags_of(text, "pump-5") == "-");
    CHECK(tags_of("deviceId\n", "a") == "-");
}

TEST_CASE("registry: a line of NDJSON keeps its values as they are written", "[validation]")
{
    const std::string text = R"({"deviceId":"pump-1","site":"A","floor":1.50,"at":{"x":[1, 2]}}
  { "site" : "B" , "deviceId" : "pump-2" }

{"deviceId":"pump-3"})";
    CHECK(tags_of(text, "pump-1") == R"({"site":"A","floor":1.50,"at":{"x":[1, 2]}})");
    CHECK(tags_of(text, "pump-2") == R"({"site":"B"})");
    CHECK(tags_of(text, "pump-3").empty());
    CHECK(tags_of(text, "pump-4") == "-");
}

TEST_CASE("registry: one mistake anywhere and nothing is taken", "[validation]")
{
    CHECK(mistake("").starts_with("r.csv: line 1: the file is empty"));
    CHECK(mistake("id,site\na,b\n").find("one must be deviceId") != std::string::npos);
    CHECK(mistake("deviceId,site,site\n").find("site stands twice") != std::string::npos);
    CHECK(mistake("deviceId,tlm-x\n").find("begins with tlm-") != std::string::npos);
    CHECK(mistake("deviceId,site\na,b\nc\n") == "r.csv: line 3: 1 cells where 2 columns are named");
    CHECK(mistake("deviceId\na\n\"b\nc\"\n").starts_with("r.csv: line 3: 'b"));
    CHECK(mistake("deviceId\na\na\n") == "r.csv: line 3: the device a stands twice");
    CHECK(mistake("deviceId,x\n\"a").find("line 2: a quote is not closed") != std::string::npos);
    CHECK(mistake("deviceId,x\na,\"b\"c\n").find("line 2") != std::string::npos);
    CHECK(mistake("deviceId,x\na,b\"c\n").find("line 2: a quote inside") != std::string::npos);
    CHECK(mistake("deviceId,x\na,\xFF\n").find("not UTF-8") != std::string::npos);
    CHECK(mistake("{\"deviceId\":\"a\"}\n{\"deviceId\":1}\n").starts_with("r.csv: line 2: is not"));
    CHECK(mistake("{\"deviceId\":\"a\"}\n{}x\n").starts_with("r.csv: line 2: not JSON"));
    CHECK(mistake("{\"deviceId\":\"a b\"}").find("is not a device id") != std::string::npos);
    CHECK(
        mistake("{\"deviceId\":\"a\",\"x\":\"" + std::string(20'000, 'x') + "\"}").find("16 KiB") !=
        std::string::npos);
}
