// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/run.hpp"

#include "common/base/error.hpp"
#include "common/codebook/codebook.hpp"
#include "common/kafka/kafka_sink.hpp"
#include "common/kafka/producer.hpp"
#include "common/ndjson/open_dead_letters.hpp"
#include "common/ops/log.hpp"
#include "common/ops/metrics_server.hpp"
#include "common/ops/random.hpp"
#include "common/rulebook/schema_files.hpp"
#include "tools/validate/pipeline.hpp"
#include "tools/validate/study.hpp"

#include <unistd.h>

#include <memory>
#include <vector>

namespace tlm::validate {

namespace {

constexpr milliseconds kAlive{60'000}; // a loop that has not turned for so long is stuck
constexpr milliseconds kWaitInterval{10'000};
/// What a value is decoded to must fit into a record that everybody reads.
constexpr formats::DecodeLimits kDecodeLimits{.max_json = 1024UL * 1024 - 16UL * 1024,
                                              .max_depth = Limits{}.max_depth};

/// The sinks, and the producer that the Kafka ones share.
struct Outputs {
    std::shared_ptr<kafka::Producer> producer; ///< null without Kafka
    std::vector<std::string> topics;
    std::unique_ptr<Sink> records;
    ndjson::LineSink* lines = nullptr; ///< records, when they go to stdout
    std::optional<DeadLetters> letters;
};

Outputs open_outputs(const Settings& settings, std::size_t window)
{
    Outputs outputs;
    for (const std::string& topic : {settings.to_topic, settings.dead_letters.topic}) {
        if (!topic.empty()) {
            outputs.topics.push_back(topic);
        }
    }
    if (!outputs.topics.empty()) {
        kafka::ProducerOptions producer;
        producer.properties = settings.kafka;
        producer.window = 2 * window; // a record and, once refused, a dead letter
        producer.wake_on_delivery = false;
        outputs.producer = std::make_shared<kafka::Producer>(producer);
    }
    if (settings.to_topic.empty()) {
        auto lines = std::make_unique<ndjson::LineSink>(STDOUT_FILENO, "standard output");
        outputs.lines = lines.get();
        outputs.records = std::move(lines);
    } else {
        outputs.records = std::make_unique<kafka::KafkaSink>(outputs.producer, settings.to_topic);
    }
    outputs.letters = settings.dead_letters.topic.empty()
                          ? ndjson::open_dead_letters(settings.dead_letters.file)
                          : kafka::open_dead_letters(outputs.producer, settings.dead_letters.topic);
    return outputs;
}

validation::StageSettings stage_settings(const Settings& settings)
{
    auto stage = settings.stage;
    // Nobody outside may aim at a collision of device ids.
    stage.key = {ops::random_seed(), ops::random_seed()};
    return stage;
}

/// Everything around the pipeline, in the order in which it ends.
class Runner {
  public:
    Runner(const Settings& settings, ops::Shutdown& shutdown)
        : m_settings(settings),
          m_shutdown(shutdown),
          m_registry("tlm-validate"),
          m_metrics(m_registry),
          m_health(kAlive),
          m_codebook(codebook::open_codebook(settings.formats, kDecodeLimits)),
          m_judge(settings.values ? Form::values : Form::records, stage_settings(settings),
                  rulebook::load_schemas(settings.rules), rulebook::load_registry(settings.rules),
                  {.max_payload_bytes = kDecodeLimits.max_json}),
          m_outputs(open_outputs(settings, m_pipeline.window.items))
    {
        shutdown.reload_on_hangup();
        if (!settings.metrics_listen.empty()) {
            m_server.emplace(ops::parse_listen_address(settings.metrics_listen, "--metrics-listen"),
                             m_registry, m_health);
        }
        m_pipeline.form = settings.values ? Form::values : Form::records;
        m_pipeline.strict = settings.strict;
        m_pipeline.drain_timeout = settings.drain_timeout;
        m_pipeline.flood = settings.flood;
        m_pipeline.key = {ops::random_seed(), ops::random_seed()};
    }

    [[nodiscard]] ExitStatus run()
    {
        if (!m_settings.topic.empty()) {
            return run_kafka();
        }
        if (m_outputs.producer &&
            m_outputs.producer->wait_until_known(m_outputs.topics, m_settings.connect_timeout,
                                                 m_shutdown.fd()) == kafka::Wait::stopped) {
            return ExitStatus::ok;
        }
        ndjson::LineSource source(m_settings.files);
        Pipeline pipeline(m_pipeline, around(), m_judge, false);
        pipeline.on_reload = [this] { reload(); };
        ready();
        return pipeline.run(source);
    }

  private:
    [[nodiscard]] Surroundings around()
    {
        return {m_shutdown,         m_health,           m_notify,        m_metrics,
                *m_outputs.records, *m_outputs.letters, m_outputs.lines, m_codebook.decoder.get()};
    }

    [[nodiscard]] ExitStatus run_kafka()
    {
        kafka::SourceOptions options;
        options.properties = m_settings.kafka;
        options.topic = m_settings.topic;
        options.group = m_settings.group;
        Pipeline pipeline(m_pipeline, around(), m_judge, true);
        kafka::KafkaSource source(options, &pipeline);
        const bool known =
            wait_for([this](milliseconds slice, int stop_fd) {
                return m_outputs.producer == nullptr
                           ? kafka::Wait::ready
                           : m_outputs.producer->wait_until_known(m_outputs.topics, slice, stop_fd);
            }) &&
            wait_for([&source](milliseconds slice, int stop_fd) {
                return source.wait_until_known(slice, stop_fd);
            });
        if (!known) {
            return ExitStatus::ok;
        }
        pipeline.on_reload = [this, &pipeline] {
            reload();
            pipeline.use(m_codebook.decoder.get());
        };
        ready();
        return pipeline.run(source);
    }

    /// A service waits for its servers. False when it is told to stop first.
    template <typename Known>
    [[nodiscard]] bool wait_for(const Known& known)
    {
        for (;;) {
            try {
                return known(kWaitInterval, m_shutdown.fd()) == kafka::Wait::ready;
            } catch (const Error& error) {
                if (!error.retriable()) {
                    throw;
                }
                m_notify.status(error.what());
                m_notify.extend_timeout(2 * kWaitInterval);
                m_health.progress(std::chrono::steady_clock::now());
            }
        }
    }

    /// All or nothing: with a file that is wrong the old rules stay.
    void reload()
    {
        m_notify.reloading();
        try {
            auto schemas = rulebook::load_schemas(m_settings.rules);
            auto codebook = codebook::open_codebook(m_settings.formats, kDecodeLimits);
            m_judge.use(std::move(schemas), rulebook::load_registry(m_settings.rules));
            m_codebook = std::move(codebook);
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
        m_notify.status("validating");
    }

    const Settings& m_settings;
    ops::Shutdown& m_shutdown;
    PipelineSettings m_pipeline;
    ops::SdNotify m_notify;
    ops::Metrics m_registry;
    ValidateMetrics m_metrics;
    ops::Health m_health;
    codebook::Codebook m_codebook;
    Judge m_judge; ///< before a sink is opened: a wrong schema must leave no trace
    Outputs m_outputs;
    std::optional<ops::MetricsServer> m_server; ///< it reads the others
};

} // namespace

ExitStatus run(const Settings& settings, ops::Shutdown& shutdown)
{
    switch (settings.command) {
    case Command::check:
        return check(settings);
    case Command::infer:
        return infer(settings, shutdown);
    case Command::whatif:
        return whatif(settings, shutdown);
    case Command::validate:
        break;
    }
    return Runner(settings, shutdown).run();
}

} // namespace tlm::validate
