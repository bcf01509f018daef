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

constexpr milliseconds kAlive{60'000}; // a loop that has not turned for so long is stuck

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

DeadLetters open_dead_letters(const Options& options)
{
    if (options.dlq.to() != cli::DlqOptions::To::topic) {
        return ndjson::open_dead_letters(options.dlq.target);
    }
    kafka::ProducerOptions producer;
    producer.properties = kafka::Properties{cli::kafka_properties(options.kafka)};
    return {std::make_unique<kafka::KafkaSink>(std::make_shared<kafka::Producer>(producer),
                                               options.dlq.topic()),
            DeadLetters::Form::record};
}

} // namespace

ExitStatus run(const Options& options, ops::Shutdown& shutdown)
{
    auto settings = pipeline_settings(options);
    ops::SdNotify notify;
    ops::Metrics registry("tlm-store");
    StoreMetrics metrics(registry);
    ops::Health health(kAlive);
    std::optional<ops::MetricsServer> server;
    if (!options.metrics.listen.empty()) {
        server.emplace(ops::parse_listen_address(options.metrics.listen), registry, health);
    }
    auto letters = open_dead_letters(options);
    Pipeline pipeline(std::move(settings), {shutdown, health, notify, metrics, letters});
    if (options.input.from() == cli::InputOptions::From::kafka) {
        return pipeline.run(topic_opener(options));
    }
    ndjson::LineSource source(options.input.files);
    return pipeline.run(source);
}

} // namespace tlm::store
