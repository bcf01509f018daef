// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/config.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/kafka/producer.hpp"
#include "common/kafka/topic_query.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace tlm;
using kafka::Properties;

namespace {

ErrorKind kind_of_producer(const Properties& properties)
{
    try {
        const kafka::Producer producer({.properties = properties});
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::in_doubt; // stands for: nothing was thrown
}

std::string text_of_producer(const Properties& properties)
{
    try {
        const kafka::Producer producer({.properties = properties});
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

Properties with_brokers()
{
    Properties properties;
    properties.set("bootstrap.servers", "127.0.0.1:1");
    return properties;
}

} // namespace

TEST_CASE("properties: the later of two names of one property wins", "[kafka]")
{
    const std::vector<std::pair<std::string, std::string>> pairs{{"linger.ms", "5"},
                                                                 {"queue.buffering.max.ms", "7"}};
    Properties properties(pairs);
    CHECK(*properties.find("linger.ms") == "7");
    properties.set_default("linger.ms", "9");
    CHECK(*properties.find("linger.ms") == "7");
    CHECK(properties.find("acks") == nullptr);
}

TEST_CASE("properties: secrets are not described", "[kafka]")
{
    Properties properties;
    properties.set("sasl.password", "hunter2");
    properties.set("sasl.username", "pump");
    CHECK(properties.describe() ==
          std::vector<std::string>{"sasl.password=***", "sasl.username=pump"});
}

TEST_CASE("properties: a wrong one is named, a secret's value is not", "[kafka]")
{
    auto properties = with_brokers();
    SECTION("unknown")
    {
        properties.set("no.such", "1");
        CHECK(text_of_producer(properties) == "there is no Kafka property 'no.such'");
    }
    SECTION("value")
    {
        properties.set("linger.ms", "soon");
        CHECK_THAT(text_of_producer(properties),
                   Catch::Contains("'linger.ms'") && Catch::Contains("'soon'"));
    }
    SECTION("secret")
    {
        // A key that is not PEM: refused when the client is made or when the property is set.
        properties.set("ssl.key.pem", "hunter2");
        properties.set("security.protocol", "ssl");
        const auto text = text_of_producer(properties);
        CHECK_FALSE(text.empty());
        CHECK(text.find("hunter2") == std::string::npos);
    }
}

TEST_CASE("producer: what its promises rest on cannot be switched off", "[kafka]")
{
    auto properties = with_brokers();
    const auto [name, value] =
        GENERATE(table<std::string, std::string>({{"acks", "1"},
                                                  {"request.required.acks", "0"},
                                                  {"enable.idempotence", "false"},
                                                  {"delivery.report.only.error", "true"},
                                                  {"queue.buffering.max.kbytes", "4095"},
                                                  {"message.max.bytes", "67108865"},
                                                  {"enabled_events", "1"},
                                                  {"log.queue", "true"},
                                                  {"plugin.library.paths", "monitor"},
                                                  {"test.mock.num.brokers", "1"},
                                                  {"transactional.id", "t"}}));
    properties.set(name, value);
    CHECK(kind_of_producer(properties) == ErrorKind::usage);
}

TEST_CASE("topic: what librdkafka has against it is said", "[kafka]")
{
    auto properties = with_brokers();
    properties.set("linger.ms", "900000"); // above its default of message.timeout.ms
    kafka::ClientState state;
    const auto client =
        kafka::make_client(RD_KAFKA_PRODUCER, properties, state, [](rd_kafka_conf_t*) {});
    const auto count = [&](const std::string& topic) {
        return kafka::count_partitions(client.get(), topic, milliseconds{0});
    };
    CHECK_THROWS_WITH(count(std::string(600, 't')), Catch::Contains("cannot be a Kafka topic: "));
    CHECK_THROWS_WITH(count("t"), Catch::StartsWith("Kafka: Incompatible configuration") &&
                                      Catch::Contains("`linger.ms`"));
}

TEST_CASE("topic: who only asks lingers for nothing", "[kafka]")
{
    auto properties = with_brokers();
    properties.set("linger.ms", "900000");
    kafka::TopicQuery query(properties, "t");
    CHECK_THROWS_WITH(query.count_partitions(milliseconds{1}, -1),
                      Catch::Contains("do not answer"));
}

TEST_CASE("producer: saying the same again is allowed", "[kafka]")
{
    auto properties = with_brokers();
    properties.set("request.required.acks", "-1");
    properties.set("queue.buffering.max.kbytes", "4096"); // a largest message, and no byte more
    CHECK(kind_of_producer(properties) == ErrorKind::in_doubt);
}

TEST_CASE("producer: without brokers there is none", "[kafka]")
{
    CHECK(kind_of_producer({}) == ErrorKind::usage);
}

TEST_CASE("source: what the program decides is not for properties", "[kafka]")
{
    auto properties = with_brokers();
    properties.set(GENERATE("enable.auto.commit", "enable.auto.offset.store"), "true");
    CHECK_THROWS_AS(kafka::KafkaSource({.properties = properties, .topic = "t"}), Error);
}
