// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tests/unit/cli/fixture.hpp"

namespace tlm::cli {

TEST_CASE("parse: every subset of sources, the strongest wins", "[cli]")
{
    const TemporaryFolder folder;
    const std::string file = folder.write("conf", "topic = from-file\nproperty = f=1\n");
    for (unsigned sources = 0; sources < 8; ++sources) {
        const bool flag = (sources & 1U) != 0;
        const bool variable = (sources & 2U) != 0;
        const bool config = (sources & 4U) != 0;
        std::vector<const char*> arguments;
        Variables variables{{"TLM_UNKNOWN", "is ignored"}};
        if (flag) {
            arguments = {"-t", "from-flag", "-X", "a=1", "--property=a=2"};
        }
        if (variable) {
            variables["TLM_TOPIC"] = "from-environment";
            variables["TLM_PROPERTY"] = "e=1\ne=2\n";
        }
        if (config) {
            arguments.insert(arguments.end(), {"--config", file.c_str()});
        }
        Sample sample;
        OptionTable table = sample.table();
        REQUIRE(parse_with(table, arguments, variables).outcome == Outcome::run);
        INFO("sources " << sources);
        const std::string& source = table.find("topic")->source;
        using Strings = std::vector<std::string>;
        if (flag) {
            CHECK(sample.topic == "from-flag");
            CHECK(sample.properties == Strings{"a=1", "a=2"});
            CHECK(source == "flag");
        } else if (variable) {
            CHECK(sample.topic == "from-environment");
            CHECK(sample.properties == Strings{"e=1", "e=2"});
            CHECK(source == "environment TLM_TOPIC");
        } else if (config) {
            CHECK(sample.topic == "from-file");
            CHECK(sample.properties == Strings{"f=1"});
            CHECK(source == file + ":1");
        } else {
            CHECK(sample.topic == "none");
            CHECK(sample.properties == Strings{"default=1"});
            CHECK(source == "default");
        }
        CHECK(table.is_set("topic") == (sources != 0));
    }
}

TEST_CASE("parse: every kind of value", "[cli]")
{
    Sample sample;
    OptionTable table = sample.table();
    REQUIRE(parse_with(table, {"-nc", "7", "--linger=1m30s", "--batch", "1Mi", "--factor", "0.25",
                               "--mode", "safe", "--file", "a b", "--from", "-15m", "x", "-",
                               "[a,b]", "--", "--topic"})
                .outcome == Outcome::run);
    CHECK(sample.dry_run);
    CHECK(sample.count == 7);
    CHECK(sample.linger == milliseconds{90000});
    CHECK(sample.batch == 1U << 20U);
    CHECK(sample.factor == 0.25);
    CHECK(sample.mode == Sample::Mode::safe);
    CHECK(sample.file == std::filesystem::path{"a b"});
    REQUIRE(sample.from);
    CHECK(std::abs(*sample.from + 15 * 60 * 1000 - SystemClock{}.wall()) < 60000);
    CHECK(sample.operands == std::vector<std::string>{"x", "-", "[a,b]", "--topic"});
    CHECK(sample.topic == "none");
}

TEST_CASE("parse: values that look like something else", "[cli]")
{
    Sample sample;
    OptionTable table = sample.table();
    REQUIRE(
        parse_with(table, {"--topic==", "operand", "-X", "--count=", "-X=y", "-X[1,2]"}).outcome ==
        Outcome::run);
    CHECK(sample.topic == "=");
    CHECK(sample.operands == std::vector<std::string>{"operand"});
    CHECK(sample.properties == std::vector<std::string>{"--count=", "=y", "[1,2]"});
    CHECK(sample.count == 10);
}

TEST_CASE("parse: a flag can be switched off by a stronger source", "[cli]")
{
    Sample sample;
    OptionTable table = sample.table();
    parse_with(table, {"--dry-run=false"}, {{"TLM_DRY_RUN", "true"}});
    CHECK_FALSE(sample.dry_run);
    CHECK(error_of(Sample{}.table(), {"--dry-run=1"}) == "--dry-run: '1' is not true or false");
    CHECK(error_of(sample.table(), {}, {{"TLM_DRY_RUN", ""}}) ==
          "TLM_DRY_RUN: '' is not true or false");
}

TEST_CASE("parse: errors on the command line", "[cli]")
{
    Sample sample;
    const auto error = [&sample](const std::vector<const char*>& arguments) {
        return error_of(sample.table(), arguments);
    };
    CHECK(error({"--topik", "x"}) == "unknown option --topik: did you mean --topic?");
    CHECK(error({"--zap", "x"}) == "unknown option --zap");
    CHECK(error({"--topik=x"}) == "unknown option --topik: did you mean --topic?");
    CHECK(error({"--zzzzzzzzzz"}) == "unknown option --zzzzzzzzzz");
    CHECK(error({"-Z"}) == "unknown option -Z");
    CHECK(error({"-nZ"}) == "unknown option -Z");
    CHECK(error({"--topic"}) == "--topic: its value is missing");
    CHECK(error({"-t"}) == "--topic: its value is missing");
    CHECK(error({"-t", "a", "--topic", "b"}) == "--topic is given 2 times: it takes one value");
    CHECK(error({"-n", "-n"}) == "--dry-run is given 2 times: it takes one value");
    CHECK(error({"-c", "0"}) == "--count: '0' is not a whole number from 1 to 100");
    CHECK(error({"-c", "101"}) == "--count: '101' is not a whole number from 1 to 100");
    CHECK(error({"-c", "1x"}) == "--count: '1x' is not a whole number from 1 to 100");
    CHECK(error({"--linger", "5"}) == "--linger: '5' is not a duration such as 250ms, 5s or 1h30m");
    CHECK(error({"--factor", "2.5"}) == "--factor: '2.5' is not a number from 0 to 2");
    CHECK(error({"--mode", "slow"}) == "--mode: 'slow' is not one of fast, safe");
    CHECK(error({"--file", ""}) == "--file: the value is empty");
    CHECK(error({"--topic="}) == "--topic: the value is empty");
    CHECK(error({"-X", "a=b", "-X", ""}) == "--property: the value is empty");
    CHECK(error({"-qv"}) == "--quiet and --verbose exclude each other");
    CHECK(error({"--generate", "tcsh"}) == "--generate: 'tcsh' is not one of man, bash, zsh, fish");
    CHECK(error({"--config", "/nonexistent/x"}) ==
          "--config: cannot read /nonexistent/x: No such file or directory");
    CHECK(error({"--config", "/"}) == "--config: cannot read /: Is a directory");
}

TEST_CASE("parse: errors in the environment and in the file", "[cli]")
{
    const TemporaryFolder folder;
    Sample sample;
    const auto error = [&](const std::string& text) {
        const std::string file = folder.write("conf", text);
        const std::string got = error_of(sample.table(), {"--config", file.c_str()});
        const std::string prefix = folder.path().string() + "/";
        return got.compare(0, prefix.size(), prefix) == 0 ? got.substr(prefix.size()) : got;
    };
    CHECK(error_of(sample.table(), {}, {{"TLM_COUNT", "many"}}) ==
          "TLM_COUNT: 'many' is not a whole number from 1 to 100");
    CHECK(error("\ncount = many\n") == "conf:2 count: 'many' is not a whole number from 1 to 100");
    CHECK(error("topci = x\n") == "conf:1: unknown key 'topci': did you mean 'topic'?");
    CHECK(error("qqqqqqqqqqqq = x\n") == "conf:1: unknown key 'qqqqqqqqqqqq'");
    CHECK(error("topic = a\n# x\ntopic = b\n").find("conf:3 topic: given before, at ") == 0);
    for (const auto* key : {"help", "version", "print-config", "config", "generate"}) {
        CHECK(error(std::string{key} + " = true\n").find("conf:1: unknown key") == 0);
    }
    // What a stronger source replaces is not judged, but its key must exist.
    CHECK(error_of(sample.table(), {"-c5"}, {{"TLM_COUNT", "many"}}) == "no error");
}

TEST_CASE("parse: help and version win over what is wrong", "[cli]")
{
    Sample sample;
    for (const std::vector<const char*>& arguments :
         std::vector<std::vector<const char*>>{{"--help"},
                                               {"-h"},
                                               {"--nonsense", "-h"},
                                               {"-c", "0", "--help"},
                                               {"-nh"},
                                               {"-h", "--topic"}}) {
        OptionTable table = sample.table();
        const auto result = parse_with(table, arguments);
        CHECK(result.outcome == Outcome::done);
        CHECK(result.text.find("usage: prog [OPTION]") == 0);
    }
    OptionTable table = sample.table();
    CHECK(parse_with(table, {"-V", "--config", "/nonexistent"}).text.find("prog ") == 0);
    OptionTable other = sample.table();
    CHECK(parse_with(other, {"--", "--help"}).outcome == Outcome::run);
}

TEST_CASE("parse: operands only where the tool takes them", "[cli]")
{
    OptionTable table("prog", "do something", "");
    CHECK(error_of(std::move(table), {"x"}) == "unexpected operand 'x': prog takes none");
}

TEST_CASE("parse: of quiet and verbose the stronger source holds", "[cli]")
{
    Sample sample;
    OptionTable table = sample.table();
    REQUIRE(parse_with(table, {"-v"}, {{"TLM_QUIET", "true"}}).outcome == Outcome::run);
    CHECK(table.common().verbose);
    CHECK_FALSE(table.common().quiet);
}

TEST_CASE("parse: checks of several options run last", "[cli]")
{
    Sample sample;
    OptionTable table = sample.table();
    table.check([&sample] {
        if (sample.count == 5 && sample.dry_run) {
            throw usage_error("five dry runs");
        }
    });
    CHECK(error_of(std::move(table), {"-n", "-c5"}) == "five dry runs");
}

TEST_CASE("parse: print-config reads back as the same options", "[cli]")
{
    const TemporaryFolder folder;
    Sample first;
    OptionTable table = first.table();
    const auto printed = parse_with(table, {"--print-config",
                                            "-t",
                                            " a \"b\" #c\\ ",
                                            "-X",
                                            "x=1",
                                            "-X",
                                            "y=#",
                                            "-n",
                                            "--linger",
                                            "90061ms",
                                            "--batch",
                                            "1000",
                                            "--factor",
                                            "0.1",
                                            "--mode",
                                            "safe",
                                            "--file",
                                            "/x y",
                                            "--from",
                                            "2026-01-01"},
                                    {{"TLM_COUNT", "42"}});
    REQUIRE(printed.outcome == Outcome::done);
    CHECK(printed.text.find("count = 42  # environment TLM_COUNT\n") != std::string::npos);
    CHECK(printed.text.find("mode = safe  # flag\n") != std::string::npos);
    CHECK(printed.text.find("\n# log-format = auto  # default\n") != std::string::npos);

    const std::string file = folder.write("conf", printed.text);
    Sample second;
    OptionTable again = second.table();
    REQUIRE(parse_with(again, {"--config", file.c_str()}).outcome == Outcome::run);
    CHECK(second.topic == " a \"b\" #c\\ ");
    CHECK(second.properties == first.properties);
    CHECK(second.count == 42);
    CHECK(second.dry_run);
    CHECK(second.linger == first.linger);
    CHECK(second.batch == first.batch);
    CHECK(second.factor == first.factor);
    CHECK(second.mode == first.mode);
    CHECK(second.file == first.file);
    CHECK(second.from == EpochMs{1767225600000});
}

} // namespace tlm::cli
