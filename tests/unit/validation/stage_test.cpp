// SPDX-License-Identifier: Apache-2.0
#include "common/validation/stage.hpp"
#include "tests/support/catch.hpp"

#include <simdjson.h>

#include <string>
#include <utility>
#include <vector>

using namespace tlm;
using namespace tlm::validation;

namespace {

constexpr EpochMs kStart = 1'767'225'600'000;

/// A stage fed with lines, as a pipe feeds it.
class Fed {
  public:
    explicit Fed(StageSettings settings = {}) : stage(std::move(settings)) {}

    /// What goes on, or `dlq reason path` or `drop reason`.
    std::string feed(std::string_view line, std::string_view topic = "t")
    {
        const auto verdict = m_reader.read(line);
        const auto& record = std::get<Record>(verdict);
        last = stage.judge(record, m_reader.data(), topic);
        if (last.fate != Fate::go_on) {
            return (last.fate == Fate::drop ? "drop " : "dlq ") +
                   std::string{reason_name(last.reject->reason)} + " " + last.reject->path;
        }
        std::string out;
        append_record(out, last.record);
        CHECK(last.changed == (out != line));
        return out;
    }

    void undelivered(std::string_view line)
    {
        const auto verdict = m_reader.read(line);
        stage.undelivered(std::get<Record>(verdict));
    }

    Stage stage;
    Judgement last;

  private:
    RecordReader m_reader;
};

std::string line(std::string_view id, std::string_view data, std::string_view rest = "")
{
    return R"({"v":1,"deviceId":")" + std::string{id} + R"(","ts":1767225600000,)" +
           R"("receivedAt":1767225600000,)" + std::string{rest} + R"("data":)" + std::string{data} +
           "}";
}

std::string message(int boot, int seq)
{
    return line("a", "{}",
                "\"boot\":" + std::to_string(boot) + ",\"seq\":" + std::to_string(seq) + ",");
}

OnInvalidPolicy policy(std::initializer_list<std::string_view> texts)
{
    OnInvalidPolicy policy;
    for (const auto text : texts) {
        REQUIRE(policy.set(text));
    }
    return policy;
}

std::uint64_t invalid(const Fed& fed, Reason reason)
{
    return fed.stage.counts().invalid[static_cast<std::size_t>(reason)];
}

/// A schema that wants `x` to be a number.
std::optional<Reject> want_number(const simdjson::dom::element& data)
{
    return data["x"].is_number() ? std::nullopt
                                 : std::optional{Reject{Reason::not_an_object, "/x",
                                                        "must be a number", "/properties/x/type"}};
}

} // namespace

TEST_CASE("stage: with nothing asked for every record goes on as it is", "[validation]")
{
    Fed fed;
    for (const auto& text : {line("a", R"({ "x" : 1.50 })"), line("a", "{}", R"("tags":{ },)"),
                             message(1, 1), message(1, 1)}) {
        CHECK(fed.feed(text) == text);
    }
    CHECK(fed.stage.counts().valid == 4);
    CHECK(fed.stage.devices() == 0);
}

TEST_CASE("stage: duplicates are rejected, gaps and disorder are counted", "[validation]")
{
    Fed fed({.sequence = true});
    for (const auto& text : {message(1, 1), message(1, 2), message(1, 5), message(1, 4),
                             message(2, 1), message(1, 6)}) {
        CHECK(fed.feed(text) == text);
    }
    CHECK(fed.last.sequence.order == Order::old_boot);
    CHECK(fed.feed(message(2, 1)) == "dlq duplicate /seq");
    CHECK(fed.last.reject->detail == "seq 1 of boot 2 was let through before");
    const auto& counts = fed.stage.counts();
    CHECK(counts.missing == 2);
    CHECK(counts.order[static_cast<std::size_t>(Order::gap)] == 1);
    CHECK(counts.order[static_cast<std::size_t>(Order::out_of_order)] == 1);
    CHECK(counts.order[static_cast<std::size_t>(Order::old_boot)] == 1);
    CHECK(invalid(fed, Reason::duplicate) == 1);
}

TEST_CASE("stage: disorder becomes a tag when asked for", "[validation]")
{
    Fed fed({.sequence = true, .tag_order = true});
    CHECK(fed.feed(message(1, 1)) == message(1, 1));
    CHECK(fed.feed(line("a", "{}", R"("boot":1,"seq":3,"tags":{ "site" : "A" },)")) ==
          line("a", "{}", R"("boot":1,"seq":3,"tags":{"site":"A","tlm-order":"gap"},)"));
}

TEST_CASE("stage: what was not let through or not delivered is no duplicate", "[validation]")
{
    Fed fed({.sequence = true});
    fed.stage.use_profile({.schema = want_number});
    const auto text = [](std::string_view data) { return line("a", data, R"("boot":1,"seq":7,)"); };
    CHECK(fed.feed(text(R"({"x":"7"})")) == "dlq not_an_object /x");
    CHECK(fed.feed(text(R"({"x":7})")) == text(R"({"x":7})"));
    CHECK(fed.feed(text(R"({"x":7})")) == "dlq duplicate /seq");
    fed.undelivered(text(R"({"x":7})"));
    CHECK(fed.feed(text(R"({"x":7})")) == text(R"({"x":7})"));
    fed.undelivered(line("nobody", "{}", R"("seq":1,)"));
}

TEST_CASE("stage: a device may send no more than the limit", "[validation]")
{
    Fed fed({.limit = parse_rate("1/s,burst=2"), .sequence = true});
    const auto text = line("a", R"({"x":1})");
    CHECK(fed.feed(text) == text);
    CHECK(fed.feed(text) == text);
    CHECK(fed.feed(text) == "dlq rate_limited ");
    CHECK(fed.feed(line("b", "{}")) == line("b", "{}"));
    // One that was refused is not seen: no gap, and no duplicate when it comes again.
    CHECK(fed.feed(message(1, 1)) == "dlq rate_limited ");
    const std::string later = R"({"v":1,"deviceId":"a","ts":1767225609000,)"
                              R"("receivedAt":1767225609000,"boot":1,"seq":1,"data":{}})";
    CHECK(fed.feed(later) == later);
    CHECK(fed.stage.counts().missing == 0);
}

TEST_CASE("stage: times that are not believable are rejected, skew is an estimate", "[validation]")
{
    Fed fed({.skew = true, .ts = {.max_age = std::chrono::hours{1}}});
    const auto at = [](EpochMs ts) {
        return R"({"v":1,"deviceId":"a","ts":)" + std::to_string(ts) +
               R"(,"receivedAt":1767225600000,"data":{}})";
    };
    CHECK(fed.feed(at(kStart - 60'000)) == at(kStart - 60'000));
    CHECK(fed.last.skew == std::chrono::minutes{1});
    CHECK(fed.feed(at(kStart - 3'600'001)) == "dlq ts_too_old /ts");
    CHECK(fed.last.skew == std::chrono::minutes{1});
    CHECK(fed.feed(at(kStart + 1'000'000'000)) == at(kStart + 1'000'000'000));
    CHECK(fed.last.skew == milliseconds{-1'000'000'000});
}

TEST_CASE("stage: the registry adds tags and says who is unknown", "[validation]")
{
    const auto registry = Registry::parse("deviceId,site,model\na,A,x1\nb,,\n", "r");
    Fed fed({.unknown_device = UnknownDevice::mark});
    fed.stage.use_registry(registry);
    CHECK(fed.feed(line("a", "{}")) == line("a", "{}", R"("tags":{"site":"A","model":"x1"},)"));
    CHECK(fed.feed(line("a", "{}", R"("tags":{"owner" : 1, "site":"B"},)")) ==
          line("a", "{}", R"("tags":{"owner":1,"site":"A","model":"x1"},)"));
    // A key with escapes is the same key.
    CHECK(fed.feed(line("a", "{}", R"("tags":{"s\u0069te":"B"},)")) ==
          line("a", "{}", R"("tags":{"site":"A","model":"x1"},)"));
    // What is there already is not written again.
    const auto done = line("a", "{}", R"("tags":{"site":"A","model":"x1"},)");
    CHECK(fed.feed(done) == done);
    CHECK(fed.feed(line("b", "{}")) == line("b", "{}"));
    CHECK(fed.feed(line("c", "{}")) == line("c", "{}", R"("tags":{"tlm-device":"unknown"},)"));
    CHECK(fed.stage.counts().unknown_devices == 1);

    fed.stage.use_registry(nullptr);
    CHECK(fed.feed(line("c", "{}")) == line("c", "{}"));

    Fed strict({.unknown_device = UnknownDevice::reject, .sequence = true});
    strict.stage.use_registry(registry);
    CHECK(strict.feed(line("c", "{}")) == "dlq unknown_device ");
    CHECK(strict.stage.devices() == 0);
}

TEST_CASE("stage: the schema judges what coercion has made", "[validation]")
{
    Fed fed;
    fed.stage.use_profile(
        {.schema = want_number,
         .rules = parse_rules(R"({"values":{"/x":{"text":"comma","max":50}}})", "r")});
    CHECK(fed.feed(line("a", R"({"y":0, "x":"21,5"})")) == line("a", R"({"y":0, "x":21.5})"));
    CHECK(fed.feed(line("a", R"({ "x":21.50})")) == line("a", R"({ "x":21.50})"));
    CHECK(fed.feed(line("a", R"({"x":"warm"})")) == "dlq not_an_object /x");
    CHECK(fed.feed(line("a", R"({"x":"51"})")) == "dlq out_of_range /x");
    CHECK(fed.stage.counts().coerced == 1);
    const auto failing = fed.stage.failing().top(9);
    REQUIRE(failing.size() == 2);
    CHECK(failing[0].failing == Failing{"not_an_object", "/properties/x/type", ""});
    CHECK(failing[1].failing == Failing{"out_of_range", "/values/~1x/max", ""});
}

TEST_CASE("stage: the policy decides on the fate of what is invalid", "[validation]")
{
    Fed fed(
        {.sequence = true, .on_invalid = policy({"mark", "duplicate=drop", "ts_too_old=pass"})});
    fed.stage.use_profile({.rules = parse_rules(R"({"values":{"/x":{"max":50}}})", "r")});
    CHECK(fed.feed(line("a", R"({"x":51})", R"("tags":{"tlm-path":"/y","site":"A"},)")) ==
          line("a", R"({"x":51})",
               R"("tags":{"site":"A","tlm-reason":"out_of_range","tlm-path":"/x"},)"));
    CHECK(fed.last.reject->detail == "51 is above 50");
    CHECK(fed.feed(message(1, 1)) == message(1, 1));
    CHECK(fed.feed(message(1, 1)) == "drop duplicate /seq");
    const auto& counts = fed.stage.counts();
    CHECK(counts.marked == 1);
    CHECK(counts.dropped == 1);
    CHECK(counts.dead_letters == 0);
    CHECK(counts.valid == 1);
    CHECK(counts.judged == 3);

    Fed passing({.on_invalid = policy({"pass"})});
    passing.stage.use_profile({.rules = parse_rules(R"({"values":{"/x":{"max":50}}})", "r")});
    CHECK(passing.feed(line("a", R"({"x":51})")) == line("a", R"({"x":51})"));
    CHECK(passing.last.reject);
    CHECK(passing.stage.counts().passed == 1);

    OnInvalidPolicy wrong;
    for (const auto* text : {"", "keep", "not_json=mark", "duplicate=", "=mark", "nothing=drop"}) {
        INFO(text);
        CHECK_FALSE(wrong.set(text));
    }
    CHECK(parse_unknown_device("mark") == UnknownDevice::mark);
    CHECK_FALSE(parse_unknown_device("dlq"));
}

TEST_CASE("stage: schema and rules follow from the map", "[validation]")
{
    Fed fed;
    fed.stage.use_registry(Registry::parse("deviceId,model\na,x1\nb,x2\n", "r"));
    const auto rules = [](std::string_view max) {
        return parse_rules(R"({"values":{"/x":{"step_per_s":1,"max":)" + std::string{max} + "}}}",
                           "r");
    };
    fed.stage.use_profiles(SchemaMap::parse(R"({"schemas":[{"tags":{"model":"x1"},"schema":"1"},
                                                {"tags":{"model":"x2"},"schema":"2"}]})",
                                            "map"),
                           {{.rules = rules("10")}, {.rules = rules("20")}});
    CHECK(fed.feed(line("a", R"({"x":15})")) == "dlq out_of_range /x");
    CHECK(fed.feed(line("b", R"({"x":15})")).starts_with("{"));
    CHECK(fed.feed(line("c", R"({"x":15})")) == "dlq no_schema ");
    CHECK(fed.stage.failing().top(1)[0].failing.type == "x1");
}

TEST_CASE("stage: another profile of the same device has readings of its own", "[validation]")
{
    Fed fed;
    const auto rules = parse_rules(R"({"values":{"/x":{"stuck_readings":2}}})", "r");
    fed.stage.use_profiles(
        SchemaMap::parse(R"({"schemas":[{"data":{"/k":1},"schema":null},{"schema":null}]})", "m"),
        {{.rules = rules}, {.rules = rules}});
    const auto at = [](int second, std::string_view data) {
        return R"({"v":1,"deviceId":"a","ts":)" + std::to_string(kStart + second * 1'000) +
               R"(,"receivedAt":1767225600000,"data":)" + std::string{data} + "}";
    };
    CHECK(fed.feed(at(1, R"({"k":1,"x":5})")).starts_with("{"));
    CHECK(fed.feed(at(2, R"({"k":2,"x":5})")).starts_with("{"));
    CHECK(fed.feed(at(3, R"({"k":1,"x":5})")) == "dlq stuck_value /x");
    CHECK(fed.feed(at(4, R"({"k":2,"x":5})")) == "dlq stuck_value /x");
}
