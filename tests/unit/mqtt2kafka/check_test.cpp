// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/mqtt2kafka/check/finding.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using tlm::mqtt2kafka::check::BrokerFacts;
using tlm::mqtt2kafka::check::Facts;
using tlm::mqtt2kafka::check::Finding;
using tlm::mqtt2kafka::check::judge;
using tlm::mqtt2kafka::check::KafkaFacts;
using tlm::mqtt2kafka::check::Letters;
using tlm::mqtt2kafka::check::MosquittoConf;
using tlm::mqtt2kafka::check::parse_expiration;
using tlm::mqtt2kafka::check::QueueTrial;
using tlm::mqtt2kafka::check::report;
using tlm::mqtt2kafka::check::Severity;
using tlm::mqtt2kafka::check::SizeTrial;
using tlm::mqtt2kafka::check::TopicFacts;
using tlm::mqtt2kafka::check::Verdict;
using tlm::mqtt2kafka::check::verdict;

namespace {

constexpr auto kSoundConf = "per_listener_settings true\n"
                            "persistence true\n"
                            "autosave_interval 1\n"
                            "max_queued_messages 0\n"
                            "max_queued_bytes 1073741824\n"
                            "persistent_client_expiration 14d\n"
                            "listener 8883\n"
                            "allow_anonymous false\n"
                            "use_username_as_clientid true\n";

MosquittoConf conf_of(std::string_view text)
{
    MosquittoConf conf{"broker.conf"};
    conf.add(text);
    return conf;
}

TopicFacts sound_topic(const std::string& name, bool letters)
{
    return {name,
            letters,
            "",
            6,
            3,
            3,
            {{"min.insync.replicas", "2"},
             {"unclean.leader.election.enable", "false"},
             {"cleanup.policy", "delete"},
             {"retention.ms", "604800000"},
             {"retention.bytes", "-1"},
             {"message.timestamp.type", "CreateTime"},
             {"message.timestamp.after.max.ms", "3600000"},
             {"message.timestamp.before.max.ms", "9223372036854775807"},
             {"max.message.bytes", letters ? "4194304" : "1048588"}}};
}

Facts sound()
{
    Facts facts;
    facts.own.filters = {"devices/+/telemetry"};
    facts.own.session_expiry = 24h * 7;
    facts.own.receive_maximum = 10'000;
    facts.own.max_payload = 256UL * 1024;
    facts.own.ts_max_age = 24h;
    facts.own.ts_max_ahead = 5min;
    facts.libraries = {0x020002ff, 2'000'011};
    BrokerFacts broker;
    broker.where = "mqtts://broker:8883";
    broker.port = 8883;
    broker.v5 = broker.greeted = true;
    broker.version = "mosquitto version 2.0.11";
    broker.dropped = 0;
    broker.maximum_packet = 983'040;
    broker.granted = {{"devices/+/telemetry", 1}};
    broker.session_kept = true;
    broker.queue = QueueTrial{2000, 2000, 2000, 2000, true};
    broker.size = SizeTrial{900'000, true, ""};
    broker.stranger_took_over = false;
    broker.conf = conf_of(kSoundConf);
    facts.brokers.push_back(broker);
    facts.kafka = KafkaFacts{
        "", {sound_topic("device.telemetry", false), sound_topic("device.telemetry.dlq", true)}};
    return facts;
}

/// The settings that are named with this severity.
std::vector<std::string> named(const Facts& facts, Severity severity)
{
    std::vector<std::string> names;
    for (const Finding& finding : judge(facts)) {
        if (finding.severity == severity) {
            names.push_back(finding.setting);
        }
    }
    return names;
}

struct Planted {
    const char* setting;
    Severity severity;
    std::function<void(Facts&)> plant;
};

void replace_conf(Facts& facts, std::string_view line, std::string_view by)
{
    std::string text{kSoundConf};
    text.replace(text.find(line), line.size(), by);
    facts.brokers[0].conf = conf_of(text);
}

std::function<void(Facts&)> own(const char* property, const char* value)
{
    return [=](Facts& facts) { facts.own.kafka[property] = value; };
}

std::function<void(Facts&)> line(const char* is, const char* by)
{
    return [=](Facts& facts) { replace_conf(facts, is, by); };
}

std::function<void(Facts&)> topic(const char* setting, const char* value)
{
    return [=](Facts& facts) { facts.kafka->topics[0].settings[setting] = value; };
}

template <typename T>
std::function<void(Facts&)> broker(T BrokerFacts::*field, T value)
{
    return [=](Facts& facts) { facts.brokers[0].*field = value; };
}

constexpr auto kLoses = Severity::loses;
constexpr auto kUntold = Severity::untold;
constexpr auto kNote = Severity::note;

std::vector<Planted> in_command_and_libraries()
{
    return {
        {"output", kLoses, [](Facts& f) { f.own.pipe = true; }},
        {"$share", kLoses, [](Facts& f) { f.own.filters = {"$share/g/devices/+/x"}; }},
        {"session-expiry", kLoses, [](Facts& f) { f.own.session_expiry = 1h; }},
        {"window", kLoses, [](Facts& f) { f.own.receive_maximum = 20; }},
        {"acks", kLoses, own("acks", "1")},
        {"enable.idempotence", kLoses, own("enable.idempotence", "false")},
        {"allow.auto.create.topics", kLoses, own("allow.auto.create.topics", "true")},
        {"partitioner", kLoses, own("partitioner", "consistent_random")},
        {"message.timeout.ms", kNote, own("message.timeout.ms", "300000")},
        {"-X", kLoses, [](Facts& f) { f.own.refused = "no"; }},
        {"on-invalid", kLoses, [](Facts& f) { f.own.drops_invalid = true; }},
        {"no-recover", kNote, [](Facts& f) { f.own.recovers = false; }},
        {"flood-cap", kLoses, [](Facts& f) { f.own.caps_floods = true; }},
        {"dlq", kNote, [](Facts& f) { f.own.letters = Letters::file; }},
        {"dlq", kLoses, [](Facts& f) { f.own.letters = Letters::stream; }},
        {"librdkafka", kLoses, [](Facts& f) { f.libraries.rdkafka = 0x020500ff; }},
        {"librdkafka", kLoses, [](Facts& f) { f.libraries.rdkafka = 0x020a00ff; }},
        {"librdkafka", kUntold, [](Facts& f) { f.libraries.rdkafka = 0x010900ff; }},
        {"libmosquitto", kUntold, [](Facts& f) { f.libraries.mosquitto = 1'006'015; }},
    };
}

std::vector<Planted> in_broker()
{
    return {
        {"mosquitto", kLoses,
         broker<std::string>(&BrokerFacts::version, "mosquitto version 2.0.16")},
        {"dropped", kNote, broker<std::optional<std::uint64_t>>(&BrokerFacts::dropped, 7)},
        {"qos", kLoses, broker<int>(&BrokerFacts::maximum_qos, 0)},
        {"qos", kLoses, [](Facts& f) { f.brokers[0].granted["devices/+/telemetry"] = 0; }},
        {"subscription", kLoses, [](Facts& f) { f.brokers[0].granted["devices/#"] = 0x87; }},
        {"session", kLoses, broker<std::optional<bool>>(&BrokerFacts::session_kept, false)},
        {"session-expiry", kLoses,
         broker<std::optional<std::uint32_t>>(&BrokerFacts::session_expiry, 3600)},
        {"max_queued_messages", kLoses, [](Facts& f) { f.brokers[0].queue->arrived = 1000; }},
        {"redelivery", kLoses, [](Facts& f) { f.brokers[0].queue->again = 0; }},
        {"window", kLoses,
         [](Facts& f) { f.brokers[0].queue->window = f.brokers[0].queue->again = 20; }},
        {"order", kLoses, [](Facts& f) { f.brokers[0].queue->in_order = false; }},
        {"message_size_limit", kLoses, [](Facts& f) { f.brokers[0].size->arrived = false; }},
        {"client id", kLoses, broker<std::optional<bool>>(&BrokerFacts::stranger_took_over, true)},
        {"MQTT 3.1.1", kNote, broker<bool>(&BrokerFacts::v5, false)},
        {"use_username_as_clientid", kUntold, broker<bool>(&BrokerFacts::id_replaced, true)},
        {"queue", kUntold, [](Facts& f) { f.brokers[0].problems["queue"] = "not authorised"; }},
        {"persistence", kUntold, [](Facts& f) { f.brokers[0].conf.reset(); }},
    };
}

std::vector<Planted> in_conf()
{
    return {
        {"persistence", kLoses, line("persistence true", "")},
        {"autosave_interval", kLoses, line("autosave_interval 1", "")},
        {"autosave_interval", kLoses, line("autosave_interval 1", "autosave_interval 0")},
        {"autosave_on_changes", kNote,
         line("autosave_interval 1", "autosave_interval 9\nautosave_on_changes true")},
        {"max_queued_messages", kLoses, line("max_queued_messages 0", "")},
        {"max_queued_messages", kLoses, line("max_queued_messages 0", "max_queued_messages 9000")},
        {"max_queued_bytes", kLoses, line("max_queued_bytes 1073741824", "max_queued_bytes 1000")},
        {"max_queued_bytes", kNote, line("max_queued_bytes 1073741824", "")},
        {"memory_limit", kLoses,
         line("max_queued_messages 0", "max_queued_messages 0\n"
                                       "memory_limit 500000000")},
        {"max_inflight_bytes", kLoses,
         line("max_queued_messages 0", "max_queued_messages 0\nmax_inflight_bytes 10000")},
        {"queue_qos0_messages", kNote,
         line("max_queued_messages 0", "max_queued_messages 0\nqueue_qos0_messages true")},
        {"persistence_location", kLoses,
         line("persistence true", "persistence true\npersistence_location /run/mosquitto")},
        {"acl_file", kNote, line("allow_anonymous false", "allow_anonymous false\nacl_file acl")},
        {"sys_interval", kNote, line("persistence true", "persistence true\nsys_interval 0")},
        {"qos", kLoses, line("listener 8883", "listener 8884 ::1\nmax_qos 0\nlistener 8883")},
        {"message_size_limit", kLoses,
         line("autosave_interval 1", "autosave_interval 1\n"
                                     "message_size_limit 1000")},
        {"persistent_client_expiration", kLoses, line("expiration 14d", "expiration 2h")},
        {"allow_anonymous", kLoses, line("allow_anonymous false", "allow_anonymous true")},
        {"use_username_as_clientid", kLoses, line("use_username_as_clientid true", "")},
        {"use_username_as_clientid", kLoses,
         line("max_queued_messages 0", "max_queued_messages 0\nlistener 1884")},
        {"mosquitto-conf", kUntold, line("listener 8883", "listener 1883")},
    };
}

std::vector<Planted> in_kafka()
{
    return {
        {"Kafka", kUntold, [](Facts& f) { f.kafka->problem = "silent"; }},
        {"topic", kUntold, [](Facts& f) { f.kafka->topics[1].partitions = 0; }},
        {"topic", kUntold, [](Facts& f) { f.kafka->topics[1].problem = "not authorised"; }},
        {"replication factor", kLoses,
         [](Facts& f) { f.kafka->topics[1].replicas = f.kafka->topics[1].in_sync = 1; }},
        {"in-sync replicas", kNote, [](Facts& f) { f.kafka->topics[0].in_sync = 2; }},
        {"min.insync.replicas", kLoses, topic("min.insync.replicas", "1")},
        {"min.insync.replicas", kLoses, topic("min.insync.replicas", "4")},
        {"min.insync.replicas", kNote, topic("min.insync.replicas", "3")},
        {"min.insync.replicas", kUntold, topic("min.insync.replicas", "")},
        {"unclean.leader.election.enable", kLoses, topic("unclean.leader.election.enable", "true")},
        {"cleanup.policy", kLoses, topic("cleanup.policy", "compact,delete")},
        {"retention.ms", kLoses, topic("retention.ms", "3600000")},
        {"retention.ms", kLoses,
         [](Facts& f) { f.kafka->topics[1].settings["retention.ms"] = "3600000"; }},
        {"retention.bytes", kLoses, topic("retention.bytes", "1000000")},
        {"retention.bytes", kLoses,
         [](Facts& f) { f.kafka->topics[1].settings["retention.bytes"] = "0"; }},
        {"retention.bytes", kNote, topic("retention.bytes", "1073741824")},
        {"message.timestamp.after.max.ms", kNote, topic("message.timestamp.after.max.ms", "60000")},
        {"message.timestamp.before.max.ms", kNote,
         topic("message.timestamp.before.max.ms", "60000")},
        {"max.message.bytes", kNote, topic("max.message.bytes", "3000")},
        {"message sizes", kLoses,
         [](Facts& f) { f.kafka->topics[1].settings["max.message.bytes"] = "900000"; }},
        {"message sizes", kLoses,
         broker<std::optional<std::uint32_t>>(&BrokerFacts::maximum_packet, std::nullopt)},
        {"message sizes", kLoses, own("message.max.bytes", "1000000")},
    };
}

} // namespace

TEST_CASE("check: a sound pair is a YES", "[check]")
{
    const auto findings = judge(sound());
    for (const Finding& finding : findings) {
        INFO(finding.setting);
        CHECK(finding.severity == Severity::note);
    }
    CHECK(verdict(findings) == Verdict::yes);
    CHECK(report(sound(), findings).back() == "at least once: YES");
}

TEST_CASE("check: what is planted is named, and nothing else", "[check]")
{
    const auto place = GENERATE(in_command_and_libraries, in_broker, in_conf, in_kafka);
    for (const Planted& one : place()) {
        Facts facts = sound();
        one.plant(facts);
        INFO(one.setting);
        for (const Severity severity : {Severity::loses, Severity::untold}) {
            const std::vector<std::string> wanted(severity == one.severity ? 1 : 0, one.setting);
            CHECK(named(facts, severity) == wanted);
        }
        if (one.severity == Severity::note) {
            const auto now = named(facts, Severity::note);
            CHECK(std::find(now.begin(), now.end(), one.setting) != now.end());
        }
        const auto expected = one.severity == Severity::loses    ? Verdict::no
                              : one.severity == Severity::untold ? Verdict::not_proven
                                                                 : Verdict::yes;
        CHECK(verdict(judge(facts)) == expected);
    }
}

TEST_CASE("check: the last line names each reason once", "[check]")
{
    Facts facts = sound();
    for (TopicFacts& one : facts.kafka->topics) {
        one.settings["min.insync.replicas"] = "1";
    }
    facts.own.kafka["acks"] = "1";
    facts.brokers[0].conf.reset();
    const auto lines = report(facts, judge(facts));
    CHECK(lines.back() == "at least once: NO because acks, min.insync.replicas");

    facts = sound();
    facts.brokers[0].conf.reset();
    CHECK(report(facts, judge(facts)).back() == "at least once: NOT PROVEN because persistence");
}

TEST_CASE("check: a broker that is away hides nothing else", "[check]")
{
    Facts facts = sound();
    facts.brokers[0] = BrokerFacts{};
    facts.brokers[0].problems["connection"] = "refused";
    facts.kafka->topics[0].settings["cleanup.policy"] = "compact";
    CHECK(named(facts, Severity::untold) == std::vector<std::string>{"connection"});
    CHECK(named(facts, Severity::loses) == std::vector<std::string>{"cleanup.policy"});
}

TEST_CASE("check: with a spill folder the dead-letter topic may take less", "[check]")
{
    Facts facts = sound();
    facts.own.spills = true;
    facts.brokers[0].maximum_packet.reset();
    CHECK(verdict(judge(facts)) == Verdict::yes);
}

TEST_CASE("check: a size that nobody tells is no size", "[check]")
{
    Facts facts = sound();
    facts.brokers[0].maximum_packet.reset();
    CHECK(facts.brokers[0].largest_packet() == 268'435'455U); // its configuration has no limit
    facts.brokers[0].conf.reset();
    CHECK(facts.brokers[0].largest_packet() == 268'435'455U); // nor does it say one
    facts.brokers[0].greeted = false;
    CHECK_FALSE(facts.brokers[0].largest_packet());
    CHECK(named(facts, Severity::loses).empty());
}

TEST_CASE("check: on loopback a stranger is a note", "[check]")
{
    Facts facts = sound();
    facts.brokers[0].loopback = true;
    facts.brokers[0].stranger_took_over = true;
    CHECK(verdict(judge(facts)) == Verdict::yes);
}

TEST_CASE("check: mosquitto's configuration is read as mosquitto reads it", "[check]")
{
    SECTION("the last line counts, blanks and comments do not")
    {
        const auto conf =
            conf_of("# persistence true\n  max_queued_messages\t 5 \r\nmax_queued_messages 7");
        CHECK(conf.number("max_queued_messages", 0) == 7);
        CHECK_FALSE(conf.is_true("persistence"));
        CHECK(conf.find("persistence") == nullptr);
    }
    SECTION("included files stand where they are named, and include nothing")
    {
        MosquittoConf conf{"main"};
        std::vector<std::string> folders;
        conf.add("persistence false\ninclude_dir /etc/a b\npersistent_client_expiration 1h\n",
                 [&](std::string_view folder) {
                     folders.emplace_back(folder);
                     conf.add("persistence true\ninclude_dir /c\npersistent_client_expiration 2h");
                 });
        CHECK(folders == std::vector<std::string>{"/etc/a b"});
        CHECK(conf.is_true("persistence"));
        CHECK(*conf.find("persistent_client_expiration") == "1h");
    }
    SECTION("without a listener there is the local one")
    {
        const auto all = conf_of("persistence true\n").listeners();
        REQUIRE(all.size() == 1);
        CHECK(all[0].port == 1883);
        CHECK(all[0].loopback);
        CHECK(all[0].settings.at("allow_anonymous") == "true");
    }
    SECTION("a listener has what stands below it")
    {
        const auto all = conf_of("per_listener_settings true\nuse_username_as_clientid true\n"
                                 "listener 1883 127.0.0.1\nallow_anonymous true\n"
                                 "listener 8883\nallow_anonymous false\n")
                             .listeners();
        REQUIRE(all.size() == 2);
        CHECK(all[0].loopback);
        CHECK(all[0].settings.at("allow_anonymous") == "true");
        CHECK_FALSE(all[1].loopback);
        CHECK(all[1].settings.at("allow_anonymous") == "false");
        CHECK(all[1].settings.count("use_username_as_clientid") == 0);
    }
    SECTION("security is common to all listeners unless it is per listener")
    {
        const auto all = conf_of("listener 1\nlistener 2\nallow_anonymous true\n").listeners();
        REQUIRE(all.size() == 2);
        CHECK(all[0].settings.at("allow_anonymous") == "true");
        CHECK(all[1].settings.at("allow_anonymous") == "true");
    }
    SECTION("a port is a listener of its own, open to everybody")
    {
        const auto all = conf_of("port 1885\n").listeners();
        REQUIRE(all.size() == 1);
        CHECK(all[0].port == 1885);
        CHECK_FALSE(all[0].loopback);
    }
    SECTION("a database counts as persistence")
    {
        CHECK(conf_of("plugin /usr/lib/mosquitto_persist_sqlite.so").has_persistence_plugin());
    }
}

TEST_CASE("check: mosquitto's times", "[check]")
{
    CHECK(parse_expiration("1h") == 1U);
    CHECK(parse_expiration("14d") == 336U);
    CHECK(parse_expiration("2w") == 336U);
    CHECK(parse_expiration("1m") == 720U);
    CHECK(parse_expiration("1y") == 8760U);
    CHECK_FALSE(parse_expiration(""));
    CHECK_FALSE(parse_expiration("d"));
    CHECK_FALSE(parse_expiration("5"));
    CHECK_FALSE(parse_expiration("5s"));
    CHECK_FALSE(parse_expiration("99999999999999999999d"));
}
