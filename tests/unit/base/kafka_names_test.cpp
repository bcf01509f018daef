// SPDX-License-Identifier: Apache-2.0
#include "common/base/kafka_names.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace tlm;

TEST_CASE("Kafka names: a topic's name is what a broker accepts", "[base]")
{
    for (const auto* name : {"device.telemetry", "a", "A-1_b", "...", "..a"}) {
        CAPTURE(name);
        CHECK(is_topic_name(name));
    }
    for (const auto* name : {"", ".", "..", "a b", "a/b", "a,b", "caf\xc3\xa9", "a\n"}) {
        CAPTURE(name);
        CHECK_FALSE(is_topic_name(name));
    }
    CHECK(is_topic_name(std::string(249, 'x')));
    CHECK_FALSE(is_topic_name(std::string(250, 'x')));
}

TEST_CASE("Kafka names: properties that hold secrets", "[base]")
{
    for (const auto* name : {"sasl.password", "ssl.key.password", "ssl.keystore.password",
                             "sasl.oauthbearer.client.secret", "ssl.key.pem",
                             "sasl.oauthbearer.config", "sasl.jaas.config"}) {
        CAPTURE(name);
        CHECK(is_secret_property(name));
    }
    for (const auto* name : {"acks", "bootstrap.servers", "ssl.key.location", "sasl.username"}) {
        CAPTURE(name);
        CHECK_FALSE(is_secret_property(name));
    }
}

TEST_CASE("Kafka names: lists of brokers", "[base]")
{
    for (const auto* const good : {"h", "h:9092", "a:1,b:65535,c", "127.0.0.1:9092", "[::1]:9092",
                                   "[::1]", "::1", "PLAINTEXT://h:9092", "SSL://a,b_c.d-e:2"}) {
        CAPTURE(good);
        CHECK(is_broker_list(good));
    }
    for (const auto* const bad :
         {"", ",", "h:9092,", ",h", "h:99999", "h:0", "h:", "h:abc", ":9092", "a,b:x", "a b:1",
          "[::1]:0", "[::1", "SSL://", "a/b:1", "h:+1"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_broker_list(bad));
    }
}
