// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/run.hpp"

#include "common/base/error.hpp"
#include "common/kafka/kafka_sink.hpp"
#include "common/kafka/producer.hpp"
#include "common/ndjson/open_dead_letters.hpp"
#include "common/ops/log.hpp"
#include "common/ops/metrics_server.hpp"
#include "common/rulebook/schema_files.hpp"
#include "tools/validate/pipeline.hpp"
#include "tools/validate/study.hpp"

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace tlm::validate {

namespace {

constexpr milliseconds kAlive{60'000}; // a loop that has not turned for so long is stuck
constexpr milliseconds kWaitInterval{10'000};

/// The sinks, and the producer that the Kafka ones share.
struct Outputs {
    std::shared_ptr<kafka::Producer> producer; ///< null without Kafka
    std::vector<std::string> topics;
    std::unique_ptr<Sink> records;
    ndjson::LineSink* lines = nullptr; ///< records, when they go to stdout
    std::optional<DeadLetters> letters;
};

Outputs open_outputs(const Options& options, const PipelineSettings& settings)
{
    Outputs outputs;
    const bool dead_topic = options.dlq.to() == cli::DlqOptions::To::topic;
    if (dead_topic || !options.output.topic.empty()) {
        kafka::ProducerOptions producer;
        producer.properties = kafka::Properties{cli::kafka_properties(options.kafka)};
        producer.window = 2 * settings.window.items; // a record and, once refused, a dead letter
        producer.wake_on_delivery = false;
        outputs.producer = std::make_shared<kafka::Producer>(producer);
    }
    const auto open_topic = [&outputs](const std::string& name) {
        outputs.topics.push_back(name);
        return std::make_unique<kafka::KafkaSink>(outputs.producer, name);
    };
    if (options.output.topic.empty()) {
        auto lines = std::make_unique<ndjson::LineSink>(STDOUT_FILENO, "standard output");
        outputs.lines = lines.get();
        outputs.records = std::move(lines);
    } else {
        outputs.records = open_topic(options.output.topic);
    }
    if (dead_topic) {
        outputs.letters.emplace(open_topic(options.dlq.topic()), DeadLetters::Form::record);
    } else {
        outputs.letters = ndjson::open_dead_letters(options.dlq.target);
    }
    return outputs;
}

validation::StageSettings stage_settings(const Options& options)
{
    auto settings = options.stage;
    std::random_device random; // nobody outside may aim at a collision of device ids
    const auto number = [&random] { return std::uint64_t{random()} << 32U | random(); };
    settings.key = {number(), number()};
    return settings;
}

/// Everything around the pipeline, in the order in which it ends.
class Runner {
  public:
    Runner(const Options& options, ops::Shutdown& shutdown)
        : m_options(options),
          m_shutdown(shutdown),
          m_registry("tlm-validate"),
          m_metrics(m_registry),
          m_health(kAlive),
          m_judge(options.values ? Form::values : Form::records, stage_settings(options),
                  rulebook::load_schemas(options.rules), rulebook::load_registry(options.rules)),
          m_outputs(open_outputs(options, m_settings))
    {
        if (options.rules.any()) {
            shutdown.reload_on_hangup();
        }
        if (!options.metrics.listen.empty()) {
            m_server.emplace(ops::parse_listen_address(options.metrics.listen, "--metrics-listen"),
                             m_registry, m_health);
        }
        m_settings.form = options.values ? Form::values : Form::records;
        m_settings.strict = options.strict;
        m_settings.drain_timeout = options.drain_timeout;
    }

    [[nodiscard]] ExitStatus run()
    {
        if (m_options.input.from() == cli::InputOptions::From::kafka) {
            return run_kafka();
        }
        if (m_outputs.producer &&
            m_outputs.producer->wait_until_known(m_outputs.topics, m_options.connect_timeout.limit,
                                                 m_shutdown.fd()) == kafka::Wait::stopped) {
            return ExitStatus::ok;
        }
        ndjson::LineSource source(m_options.input.files);
        Pipeline pipeline(m_settings, around(), m_judge, false);
        pipeline.on_reload = [this] { reload(); };
        ready();
        return pipeline.run(source);
    }

  private:
    [[nodiscard]] Surroundings around()
    {
        return {m_shutdown,         m_health,           m_notify,       m_metrics,
                *m_outputs.records, *m_outputs.letters, m_outputs.lines};
    }

    [[nodiscard]] ExitStatus run_kafka()
    {
        kafka::SourceOptions options;
        options.properties = kafka::Properties{cli::kafka_properties(m_options.kafka)};
        options.topic = m_options.input.topic;
        options.group = m_options.input.group;
        if (!wait_for_outputs()) {
            return ExitStatus::ok;
        }
        Pipeline pipeline(m_settings, around(), m_judge, true);
        kafka::KafkaSource source(options, &pipeline);
        if (source.wait_until_known(milliseconds::max(), m_shutdown.fd()) == kafka::Wait::stopped) {
            return ExitStatus::ok;
        }
        pipeline.on_reload = [this] { reload(); };
        ready();
        return pipeline.run(source);
    }

    /// A service waits for its servers. False when it is told to stop first.
    [[nodiscard]] bool wait_for_outputs()
    {
        while (m_outputs.producer) {
            try {
                return m_outputs.producer->wait_until_known(m_outputs.topics, kWaitInterval,
                                                            m_shutdown.fd()) == kafka::Wait::ready;
            } catch (const Error& error) {
                if (!error.retriable()) {
                    throw;
                }
                m_notify.extend_timeout(2 * kWaitInterval);
                m_health.progress(std::chrono::steady_clock::now());
            }
        }
        return true;
    }

    /// All or nothing: with a file that is wrong the old rules stay.
    void reload()
    {
        m_notify.reloading();
        try {
            auto schemas = rulebook::load_schemas(m_options.rules);
            m_judge.use(std::move(schemas), rulebook::load_registry(m_options.rules));
            m_metrics.reloads.add();
            log::info("schemas and rules were read again");
        } catch (const Error& error) {
            m_metrics.failed_reloads.add();
            log::error("schemas and rules stay as they were: {}", error.what());
        }
        m_notify.ready();
    }

    void ready()
    {
        m_health.set_ready(true);
        m_notify.ready();
    }

    const Options& m_options;
    ops::Shutdown& m_shutdown;
    PipelineSettings m_settings;
    ops::SdNotify m_notify;
    ops::Metrics m_registry;
    ValidateMetrics m_metrics;
    ops::Health m_health;
    Judge m_judge; ///< before a sink is opened: a wrong schema must leave no trace
    Outputs m_outputs;
    std::optional<ops::MetricsServer> m_server; ///< it reads the others
};

} // namespace

ExitStatus run(const Options& options, ops::Shutdown& shutdown)
{
    switch (options.command) {
    case Command::check:
        return check(options);
    case Command::infer:
        return infer(options, shutdown);
    case Command::whatif:
        return whatif(options, shutdown);
    case Command::validate:
        break;
    }
    return Runner(options, shutdown).run();
}

} // namespace tlm::validate
