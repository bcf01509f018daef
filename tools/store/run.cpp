// SPDX-License-Identifier: Apache-2.0
#include "tools/store/run.hpp"

#include "common/base/error.hpp"
#include "common/kafka/kafka_sink.hpp"
#include "common/kafka/producer.hpp"
#include "common/ndjson/line_source.hpp"
#include "common/ndjson/open_dead_letters.hpp"
#include "common/ops/metrics_server.hpp"
#include "tools/store/pipeline.hpp"

#include <unistd.h>

#include <array>

namespace tlm::store {

namespace {

// A connection that hangs is given up first.
constexpr milliseconds kAliveBeyondHang{30'000};

std::string owner()
{
    std::array<char, 256> host{};
    static_cast<void>(::gethostname(host.data(), host.size() - 1));
    return std::string{host.data()} + ':' + std::to_string(::getpid());
}

PipelineSettings pipeline_settings(const Options& options)
{
    PipelineSettings settings;
    auto& writer = settings.writer;
    writer.connection.conninfo = conninfo(options);
    writer.connection.purpose =
        options.input.topic.empty() ? "tlm-store" : "tlm-store " + options.input.group;
    writer.target = {pg::parse_table_name(options.table).value(),
                     pg::parse_table_name(options.offset_table).value(), options.input.group,
                     options.input.topic};
    writer.owner = options.member.empty() ? owner() : options.member + '@' + owner();
    writer.wait_for_repair = !options.input.topic.empty();
    writer.hang_timeout = options.hang_timeout;
    settings.max_rows = options.max_rows;
    settings.max_bytes = options.max_bytes;
    settings.max_delay = options.max_delay;
    settings.drain_timeout = options.drain_timeout;
    settings.connect_timeout = options.connect_timeout.limit;
    if (!options.input.files.empty()) {
        settings.files = options.input.files;
    }
    settings.strict = options.strict;
    return settings;
}

OpenTopic topic_opener(const Options& options)
{
    kafka::SourceOptions source;
    source.properties = kafka::Properties{cli::kafka_properties(options.kafka)};
    source.topic = options.input.topic;
    source.group = options.input.group;
    source.member = options.member;
    source.skip_gaps = options.skip_gaps;
    return [source](kafka::PartitionListener* listener) {
        return std::make_unique<kafka::KafkaSource>(source, listener);
    };
}

struct LetterBox {
    DeadLetters letters;
    WaitForTopic topic; ///< empty: not on Kafka
};

LetterBox open_dead_letters(const Options& options)
{
    if (options.dlq.to() != cli::DlqOptions::To::topic) {
        return {ndjson::open_dead_letters(options.dlq.target), {}};
    }
    kafka::ProducerOptions settings;
    settings.properties = kafka::Properties{cli::kafka_properties(options.kafka)};
    const auto producer = std::make_shared<kafka::Producer>(settings);
    const auto topic = options.dlq.topic();
    return {{std::make_unique<kafka::KafkaSink>(producer, topic), DeadLetters::Form::record},
            [producer, topic](milliseconds deadline, int stop_fd) {
                return producer->wait_until_known({&topic, 1}, deadline, stop_fd);
            }};
}

} // namespace

ExitStatus run(const Options& options, ops::Shutdown& shutdown)
{
    auto settings = pipeline_settings(options);
    ops::SdNotify notify;
    ops::Metrics registry("tlm-store");
    StoreMetrics metrics(registry);
    ops::Health health(options.hang_timeout + kAliveBeyondHang);
    std::optional<ops::MetricsServer> server;
    if (!options.metrics.listen.empty()) {
        server.emplace(ops::parse_listen_address(options.metrics.listen, "--metrics-listen"),
                       registry, health);
    }
    auto box = open_dead_letters(options);
    Pipeline pipeline(std::move(settings),
                      {shutdown, health, notify, metrics, box.letters, box.topic});
    if (options.input.from() == cli::InputOptions::From::kafka) {
        return pipeline.run(topic_opener(options));
    }
    ndjson::LineSource source(options.input.files);
    return pipeline.run(source);
}

} // namespace tlm::store
