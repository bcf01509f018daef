// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/kafka/config.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/kafka/producer.hpp"
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
                                                  {"transactional.id", "t"}}));
    properties.set(name, value);
    CHECK(kind_of_producer(properties) == ErrorKind::usage);
}

TEST_CASE("producer: saying the same again is allowed", "[kafka]")
{
    auto properties = with_brokers();
    properties.set("request.required.acks", "-1");
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
