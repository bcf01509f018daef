// SPDX-License-Identifier: Apache-2.0
#include "tools/store/run.hpp"

#include "common/kafka/kafka_sink.hpp"
#include "common/kafka/producer.hpp"
#include "common/ndjson/line_source.hpp"
#include "common/ndjson/open_dead_letters.hpp"
#include "common/ops/metrics_server.hpp"

#include <memory>
#include <utility>

namespace tlm::store {

namespace {

// A connection that hangs is given up first.
constexpr milliseconds kAliveBeyondHang{30'000};

struct LetterBox {
    DeadLetters letters;
    WaitForTopic topic; ///< empty: not on Kafka
};

LetterBox open_dead_letters(const Settings& settings)
{
    const auto& [topic, file] = settings.dead_letters;
    if (topic.empty()) {
        return {ndjson::open_dead_letters(file), {}};
    }
    kafka::ProducerOptions options;
    options.properties = settings.kafka;
    const auto producer = std::make_shared<kafka::Producer>(options);
    return {kafka::open_dead_letters(producer, topic),
            [producer, name = topic](milliseconds deadline, int stop_fd) {
                return producer->wait_until_known({&name, 1}, deadline, stop_fd);
            }};
}

} // namespace

ExitStatus run(const Settings& settings, ops::Shutdown& shutdown)
{
    ops::SdNotify notify;
    ops::Metrics registry("tlm-store");
    StoreMetrics metrics(registry);
    ops::Health health(settings.pipeline.writer.hang_timeout + kAliveBeyondHang);
    std::optional<ops::MetricsServer> server;
    if (!settings.metrics_listen.empty()) {
        server.emplace(ops::parse_listen_address(settings.metrics_listen, "--metrics-listen"),
                       registry, health);
    }
    auto box = open_dead_letters(settings);
    Pipeline pipeline(settings.pipeline,
                      {shutdown, health, notify, metrics, box.letters, box.topic});
    if (settings.topic) {
        return pipeline.run([&settings](kafka::PartitionListener* listener) {
            return std::make_unique<kafka::KafkaSource>(*settings.topic, listener);
        });
    }
    ndjson::LineSource source(settings.files);
    return pipeline.run(source);
}

} // namespace tlm::store
