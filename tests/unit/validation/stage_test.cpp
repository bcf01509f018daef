// SPDX-License-Identifier: Apache-2.0
#include "common/validation/stage.hpp"
#include "tests/support/catch.hpp"

#include <simdjson.h>

#include <memory>
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
    explicit Fed(const StageSettings& settings = {}) : stage(settings) {}

    /// What goes on, or `dlq reason path` or `drop reason`.
    std::string feed(std::string_view line, std::string_view topic = "t")
    {
        const auto verdict = m_reader.read(line);
        const auto& record = std::get<Record>(verdict);
        const auto data = m_reader.data();
        const auto tags = m_reader.tags();
        last = stage.judge(
            record,
            {.data = data, .tags = tags ? &*tags : nullptr, .topic = topic, .place = "/data"});
        if (last.fate != Fate::go_on) {
            return (last.fate == Fate::drop ? "drop " : "dlq ") +
                   std::string{reason_name(last.reject->reason)} + " " + last.reject->path;
        }
        std::string out;
        append_changed(out, line, record, last.record);
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

/// line() with tags that were not there before.
std::string with_tags(std::string_view tags, std::string_view id)
{
    return R"({"tags":)" + std::string{tags} + "," + line(id, "{}").substr(1);
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
std::shared_ptr<const schema::Schema> want_number()
{
    return schema::Schema::compile(R"({"properties":{"x":{"type":"number"}}})", "", {});
}

SchemaSet only_rules(std::string_view values)
{
    SchemaSet set;
    set.otherwise_rules = parse_rules(R"({"values":)" + std::string{values} + "}", "r");
    return set;
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
    CHECK(fed.feed(message(2, 1)) == "dlq duplicate /data/seq");
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
    SchemaSet set;
    set.otherwise = want_number();
    fed.stage.use_schemas(set);
    const auto text = [](std::string_view data) { return line("a", data, R"("boot":1,"seq":7,)"); };
    CHECK(fed.feed(text(R"({"x":"7"})")) == "dlq schema /data/x");
    CHECK(fed.feed(text(R"({"x":7})")) == text(R"({"x":7})"));
    CHECK(fed.feed(text(R"({"x":7})")) == "dlq duplicate /data/seq");
    fed.undelivered(text(R"({"x":7})"));
    CHECK(fed.feed(text(R"({"x":7})")) == text(R"({"x":7})"));
    fed.undelivered(line("nobody", "{}", R"("seq":1,)"));
    fed.stage.read_again();
    CHECK(fed.feed(text(R"({"x":7})")) == text(R"({"x":7})"));
    CHECK(fed.last.sequence.order == Order::first);
}

TEST_CASE("stage: without a seq ts and content tell a duplicate", "[validation]")
{
    Fed fed({.sequence = true});
    SchemaSet set;
    set.otherwise = want_number();
    fed.stage.use_schemas(set);
    const auto at = [](int ms, std::string_view data, std::string_view id = "a") {
        return R"({"v":1,"deviceId":")" + std::string{id} + R"(","ts":)" + std::to_string(ms) +
               R"(,"receivedAt":1767225600000,"data":)" + std::string{data} + "}";
    };
    const std::string one = R"({"x":1})";
    CHECK(fed.feed(at(1, one)) == at(1, one));
    CHECK(fed.feed(at(1, one)) == "dlq duplicate /data/ts");
    CHECK(fed.last.sequence.order == Order::duplicate);
    CHECK(fed.feed(at(1, R"({"x":2})")) == at(1, R"({"x":2})"));
    CHECK(fed.feed(at(2, one)) == at(2, one));
    CHECK(fed.feed(at(1, one, "b")) == at(1, one, "b"));
    CHECK(fed.feed(at(1, one)) == "dlq duplicate /data/ts"); // among the last
    for (int ms = 10; ms < 20; ++ms) {
        CHECK(fed.feed(at(ms, one)) == at(ms, one));
    }
    CHECK(fed.feed(at(14, one)) == "dlq duplicate /data/ts");
    CHECK(fed.feed(at(13, one)) == at(13, one)); // further back than is remembered
    const std::string ours =
        R"({"v":1,"deviceId":"a","ts":1,"tsSource":"bridge","receivedAt":1,"data":{"x":1}})";
    CHECK(fed.feed(ours) == ours);
    CHECK(fed.feed(ours) == ours); // two equal ones may both be true
    CHECK(fed.feed(at(30, R"({"x":"1"})")) == "dlq schema /data/x");
    CHECK(fed.feed(at(30, R"({"x":"1"})")) == "dlq schema /data/x");
    CHECK(fed.feed(at(31, one)) == at(31, one));
    fed.undelivered(at(31, one));
    CHECK(fed.feed(at(31, one)) == at(31, one));
    CHECK(fed.feed(at(31, one)) == "dlq duplicate /data/ts");
    fed.stage.read_again();
    CHECK(fed.feed(at(31, one)) == at(31, one));
}

TEST_CASE("stage: a device may send no more than the limit", "[validation]")
{
    Fed fed({.limit = parse_rate("1/s,burst=2"), .sequence = true});
    for (const std::string& text : {line("a", R"({"x":1})"), line("a", R"({"x":2})")}) {
        CHECK(fed.feed(text) == text);
    }
    CHECK(fed.feed(line("a", R"({"x":3})")) == "dlq rate_limited ");
    CHECK(fed.feed(line("b", "{}")) == line("b", "{}"));
    // One that was refused is not seen: no gap, and no duplicate when it comes again.
    CHECK(fed.feed(message(1, 1)) == "dlq rate_limited ");
    const std::string later = R"({"v":1,"deviceId":"a","ts":1767225609000,)"
                              R"("receivedAt":1767225609000,"boot":1,"seq":1,"data":{}})";
    CHECK(fed.feed(later) == later);
    CHECK(fed.stage.counts().missing == 0);
}

TEST_CASE("stage: devices that are forgotten do not count among the clocks", "[validation]")
{
    Fed fed({.skew = true, .max_devices = 8});
    for (int i = 0; i < 20; ++i) {
        const std::string late = R"({"v":1,"deviceId":"d)" + std::to_string(i) +
                                 R"(","ts":1767225600000,"receivedAt":1767225690000,"data":{}})";
        CHECK(fed.feed(late) == late);
    }
    CHECK(fed.stage.devices() == 8);
    CHECK(fed.stage.evicted_devices() == 12);
    CHECK(fed.stage.clocks().devices(ClockError::behind_1m) == 8);
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
    CHECK(fed.feed(line("a", "{}")) == with_tags(R"({"site":"A","model":"x1"})", "a"));
    CHECK(fed.feed(line("a", "{}", R"("tags":{"owner" : 1, "site":"B"},)")) ==
          line("a", "{}", R"("tags":{"owner":1,"site":"A","model":"x1"},)"));
    // A key with escapes is the same key.
    CHECK(fed.feed(line("a", "{}", R"("tags":{"s\u0069te":"B"},)")) ==
          line("a", "{}", R"("tags":{"site":"A","model":"x1"},)"));
    // What is there already is not written again.
    const auto done = line("a", "{}", R"("tags":{"site":"A","model":"x1"},)");
    CHECK(fed.feed(done) == done);
    CHECK(fed.feed(line("b", "{}")) == line("b", "{}"));
    CHECK(fed.feed(line("c", "{}")) == with_tags(R"({"tlm-device":"unknown"})", "c"));
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
    auto set = only_rules(R"({"/x":{"text":"comma","max":50}})");
    set.otherwise = want_number();
    fed.stage.use_schemas(set);
    CHECK(fed.feed(line("a", R"({"y":0, "x":"21,5"})")) == line("a", R"({"y":0, "x":21.5})"));
    CHECK(fed.feed(line("a", R"({ "x":21.50})")) == line("a", R"({ "x":21.50})"));
    CHECK(fed.feed(line("a", R"({"x":"warm"})")) == "dlq schema /data/x");
    CHECK(fed.feed(line("a", R"({"x":"51"})")) == "dlq out_of_range /data/x");
    CHECK(fed.stage.counts().coerced == 1);
    const auto failing = fed.stage.failing().top(9);
    REQUIRE(failing.size() == 2);
    CHECK(failing[0].failing == Failing{"schema", "/properties/x/type", ""});
    CHECK(failing[1].failing == Failing{"out_of_range", "/values/~1x/max", ""});
}

TEST_CASE("stage: the policy decides on the fate of what is invalid", "[validation]")
{
    Fed fed(
        {.sequence = true, .on_invalid = policy({"mark", "duplicate=drop", "ts_too_old=pass"})});
    fed.stage.use_schemas(only_rules(R"({"/x":{"max":50}})"));
    CHECK(fed.feed(line("a", R"({"x":51})", R"("tags":{"site":"A"},)")) ==
          line("a", R"({"x":51})", R"("tags":{"site":"A"},)"));
    CHECK(fed.last.marked);
    CHECK(fed.last.reject->path == "/data/x");
    CHECK(fed.last.reject->detail == "51 is above 50");
    CHECK(fed.feed(message(1, 1)) == message(1, 1));
    CHECK(fed.feed(message(1, 1)) == "drop duplicate /data/seq");
    const auto& counts = fed.stage.counts();
    CHECK(counts.marked == 1);
    CHECK(counts.dropped == 1);
    CHECK(counts.dead_letters == 0);
    CHECK(counts.valid == 1);
    CHECK(counts.judged == 3);

    Fed passing({.on_invalid = policy({"pass"})});
    passing.stage.use_schemas(only_rules(R"({"/x":{"max":50}})"));
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

TEST_CASE("stage: schema and rules follow from the map and the tags of the registry",
          "[validation]")
{
    Fed fed;
    fed.stage.use_registry(Registry::parse("deviceId,model\na,x1\nb,x2\n", "r"));
    auto set = only_rules(R"({"/x":{"max":30}})");
    set.map = SchemaMap::parse("tags.model x1 1.json 1.rules\ntags.model x2 2.json\n", "map");
    set.mapped = {want_number(), want_number()};
    set.mapped_rules = {parse_rules(R"({"values":{"/x":{"step_per_s":1,"max":10}}})", "r"),
                        nullptr};
    fed.stage.use_schemas(set);
    CHECK_FALSE(fed.stage.needs_topic());
    CHECK(fed.feed(line("a", R"({"x":15})")) == "dlq out_of_range /data/x");
    CHECK(fed.stage.failing().top(1)[0].failing.type == "x1");
    CHECK(fed.feed(line("b", R"({"x":35})")).starts_with("{"));
    CHECK(fed.feed(line("b", R"({"x":"35"})")) == "dlq schema /data/x");
    CHECK(fed.feed(line("c", R"({"x":"35"})")).starts_with("{"));
    CHECK(fed.feed(line("c", R"({"x":35})")) == "dlq out_of_range /data/x");
}

TEST_CASE("stage: each choice of the map has readings of its own", "[validation]")
{
    Fed fed;
    const auto rules = parse_rules(R"({"values":{"/x":{"stuck_readings":2}}})", "r");
    SchemaSet set;
    set.map = SchemaMap::parse("data.k 1 a.json a.rules\ndata.k 2 b.json b.rules\n", "map");
    set.mapped = {want_number(), want_number()};
    set.mapped_rules = {rules, rules};
    fed.stage.use_schemas(set);
    const auto at = [](int second, std::string_view data) {
        return R"({"v":1,"deviceId":"a","ts":)" + std::to_string(kStart + second * 1'000) +
               R"(,"receivedAt":1767225600000,"data":)" + std::string{data} + "}";
    };
    CHECK(fed.feed(at(1, R"({"k":1,"x":5})")).starts_with("{"));
    CHECK(fed.feed(at(2, R"({"k":2,"x":5})")).starts_with("{"));
    CHECK(fed.feed(at(3, R"({"k":1,"x":5})")) == "dlq stuck_value /data/x");
    CHECK(fed.feed(at(4, R"({"k":2,"x":5})")) == "dlq stuck_value /data/x");
    fed.stage.use_schemas(set);
    CHECK(fed.feed(at(5, R"({"k":1,"x":5})")).starts_with("{"));
}

TEST_CASE("stage: bytes that nobody changed stay, wherever they stand", "[validation]")
{
    Fed fed;
    fed.stage.use_registry(Registry::parse("deviceId,site\na,A\n", "r"));
    fed.stage.use_schemas(only_rules(R"({"/x":{"text":"comma"}})"));
    const std::string rest = R"("receivedAt":1767225600000, "later":[1.0] ,"deviceId":"a","v":1})";
    CHECK(fed.feed(R"( { "data" : {"x":"1,5"} ,"ts":1, "tags": {} , )" + rest) ==
          R"( { "data" : {"x":1.5} ,"ts":1, "tags": {"site":"A"} , )" + rest);
    CHECK(fed.feed(R"({"tags":{ "o":1 },"ts":1,"data":{"x":"1,5"},)" + rest) ==
          R"({"tags":{"o":1,"site":"A"},"ts":1,"data":{"x":1.5},)" + rest);
    CHECK(fed.feed(R"( { "ts":1,"data":{"x":2},)" + rest) ==
          R"( {"tags":{"site":"A"}, "ts":1,"data":{"x":2},)" + rest);
}
