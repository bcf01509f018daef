// SPDX-License-Identifier: Apache-2.0
// Writes transactions that end in every way, for tests.
//
//   kafka_transactions BROKERS TOPIC STEP...
//
// A step is `commit:N`, `abort:N` or `open:N`: a transaction of N records to each partition 0 and
// 1, values `STEP-i` with the number of the step. `open` leaves it open and ends the program.
#include <librdkafka/rdkafka.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

constexpr int kPatience = 20'000;

[[noreturn]] void fail(const std::string& what)
{
    std::fprintf(stderr, "kafka_transactions: %s\n", what.c_str());
    std::_Exit(1);
}

void check(rd_kafka_error_t* error, const char* what)
{
    if (error != nullptr) {
        fail(std::string(what) + ": " + rd_kafka_error_string(error));
    }
}

void set(rd_kafka_conf_t* conf, const char* name, const char* value)
{
    std::array<char, 256> text{};
    if (rd_kafka_conf_set(conf, name, value, text.data(), text.size()) != RD_KAFKA_CONF_OK) {
        fail(text.data());
    }
}

/// A topic of librdkafka's own is wanted where a variadic call would cast in the manner of C.
void produce(rd_kafka_topic_t* topic, int step, int count)
{
    for (int i = 0; i < count; ++i) {
        auto value = std::to_string(step) + '-' + std::to_string(i);
        for (int partition = 0; partition < 2; ++partition) {
            if (rd_kafka_produce(topic, partition, RD_KAFKA_MSG_F_COPY, value.data(), value.size(),
                                 nullptr, 0, nullptr) != 0) {
                fail(rd_kafka_err2str(rd_kafka_last_error()));
            }
        }
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) {
        fail("say BROKERS TOPIC STEP...");
    }
    auto* const conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[1]);
    set(conf, "transactional.id", "kafka-transactions");
    std::array<char, 256> text{};
    auto* const client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size());
    if (client == nullptr) {
        fail(text.data());
    }
    check(rd_kafka_init_transactions(client, kPatience), "init");
    auto* const topic = rd_kafka_topic_new(client, argv[2], nullptr);
    for (int step = 3; step < argc; ++step) {
        const std::string_view word = argv[step];
        const auto colon = word.find(':');
        int count = 0;
        std::from_chars(word.data() + colon + 1, word.data() + word.size(), count);
        check(rd_kafka_begin_transaction(client), "begin");
        produce(topic, step - 3, count);
        if (rd_kafka_flush(client, kPatience) != RD_KAFKA_RESP_ERR_NO_ERROR) {
            fail("not all was written");
        }
        if (word.starts_with("open")) {
            std::_Exit(0); // the transaction times out later, or the next one of this id ends it
        }
        if (word.starts_with("abort")) {
            check(rd_kafka_abort_transaction(client, kPatience), "abort");
        } else {
            check(rd_kafka_commit_transaction(client, kPatience), "commit");
        }
    }
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
    return 0;
}
