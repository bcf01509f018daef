// SPDX-License-Identifier: Apache-2.0
// The consumer on brokers that answer as no test could ask of real ones: librdkafka's mock cluster.
#include "common/base/error.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/kafka/producer.hpp"
#include "tests/support/catch.hpp"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace tlm;

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::int16_t kOffsetCommit = 8; // Kafka's number of the request
constexpr const char* kTopic = "t";

/// One broker with one topic of two partitions.
class MockCluster {
  public:
    MockCluster()
        : m_client(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0)),
          m_cluster(rd_kafka_mock_cluster_new(m_client, 1))
    {
        rd_kafka_mock_topic_create(m_cluster, kTopic, 2, 1);
    }

    MockCluster(const MockCluster&) = delete;
    MockCluster& operator=(const MockCluster&) = delete;

    ~MockCluster()
    {
        rd_kafka_mock_cluster_destroy(m_cluster);
        rd_kafka_destroy(m_client);
    }

    [[nodiscard]] kafka::SourceOptions options(const std::string& group = "") const
    {
        kafka::SourceOptions options{.topic = std::string{kTopic}, .group = group};
        options.properties.set("bootstrap.servers", rd_kafka_mock_cluster_bootstraps(m_cluster));
        return options;
    }

    void set_leader(std::int32_t partition, std::int32_t broker)
    {
        rd_kafka_mock_partition_set_leader(m_cluster, kTopic, partition, broker);
    }

    void refuse_next_commit()
    {
        rd_kafka_mock_push_request_errors(m_cluster, kOffsetCommit, 1,
                                          RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
    }

    /// Puts one record into each partition.
    void produce()
    {
        kafka::ProducerOptions options;
        options.properties.set("bootstrap.servers", rd_kafka_mock_cluster_bootstraps(m_cluster));
        kafka::Producer producer(options);
        const auto topic = producer.open_topic(kTopic);
        Ticket ticket = 0;
        for (const auto* key : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
            REQUIRE(producer.produce(topic, {.value = "v", .key = key}, ++ticket));
        }
        REQUIRE(producer.flush(milliseconds{10'000}));
    }

  private:
    rd_kafka_t* m_client;
    rd_kafka_mock_cluster_t* m_cluster;
};

/// Commits what it is told when its partitions are taken.
class CommitsLate final : public kafka::PartitionListener {
  public:
    std::vector<std::optional<std::int64_t>>
    on_assigned(std::span<const std::int32_t> partitions) override
    {
        return std::vector<std::optional<std::int64_t>>(partitions.size());
    }

    void on_revoked(std::span<const std::int32_t> partitions, bool) override
    {
        for (const auto partition : partitions) {
            source->commit(partition, 1);
        }
    }

    kafka::KafkaSource* source = nullptr;
};

void poll_until_read(kafka::KafkaSource& source)
{
    std::vector<Input> batch;
    const auto until = SteadyClock::now() + milliseconds{60'000};
    while (batch.empty() && SteadyClock::now() < until) {
        source.poll(batch, 100, milliseconds{100});
    }
    REQUIRE_FALSE(batch.empty());
}

std::string closed(kafka::KafkaSource& source)
{
    try {
        source.close();
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

} // namespace

TEST_CASE("consumer: a partition without a leader leaves its caller most of the time", "[kafka]")
{
    MockCluster cluster;
    cluster.set_leader(1, -1);
    auto options = cluster.options();
    options.start.at = kafka::Start::At::end;
    kafka::KafkaSource source(options);

    // Neither is it woken for nothing, nor does it wait long for what nobody answers.
    std::vector<Input> batch;
    std::vector<SteadyClock::duration> blocked;
    for (const auto begin = SteadyClock::now(); SteadyClock::now() - begin < milliseconds{2'000};) {
        pollfd waiting{source.wake_fd(), POLLIN, 0};
        ::poll(&waiting, 1, 50);
        const auto before = SteadyClock::now();
        source.poll(batch, 100, milliseconds{0});
        blocked.push_back(SteadyClock::now() - before);
    }
    CHECK(blocked.size() < 60);
    std::sort(blocked.begin(), blocked.end());
    CHECK(blocked.at(blocked.size() / 2) < milliseconds{50});
    CHECK(source.partitions().size() == 2);

    cluster.set_leader(1, 1);
    const auto until = SteadyClock::now() + milliseconds{60'000};
    const auto known = [&] {
        const auto states = source.partitions();
        return std::all_of(states.begin(), states.end(),
                           [](const auto& state) { return state.position >= 0; });
    };
    while (!known() && SteadyClock::now() < until) {
        source.poll(batch, 100, milliseconds{100});
    }
    CHECK(known());
}

TEST_CASE("consumer: a commit that is written on revocation is written", "[kafka]")
{
    MockCluster cluster;
    cluster.produce();
    auto options = cluster.options("g");
    options.commit_interval = milliseconds{600'000};
    kafka::KafkaSource source(options);
    poll_until_read(source);
    source.commit(source.partitions().front().partition, 1);
    cluster.refuse_next_commit();
    CHECK(closed(source).empty());
}

TEST_CASE("consumer: a commit that fails on revocation is missing", "[kafka]")
{
    MockCluster cluster;
    cluster.produce();
    auto options = cluster.options("g");
    options.commit_interval = milliseconds{600'000};
    CommitsLate listener;
    kafka::KafkaSource source(options, &listener);
    listener.source = &source;
    poll_until_read(source);
    cluster.refuse_next_commit();
    CHECK(closed(source).find("did not take the last committed offsets") != std::string::npos);
}
