// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/pipeline.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/codebook/codebook.hpp"
#include "common/codebook/sparkplug_state_file.hpp"
#include "common/kafka/kafka_sink.hpp"
#include "common/mqtt/url.hpp"
#include "common/ndjson/line_sink.hpp"
#include "common/ndjson/open_dead_letters.hpp"
#include "common/ndjson/spill_folder.hpp"
#include "common/ops/log.hpp"
#include "common/ops/random.hpp"
#include "common/ops/signals.hpp"
#include "common/rulebook/schema_files.hpp"
#include "common/rulebook/stage_report.hpp"
#include "tools/mqtt2kafka/bridge.hpp"
#include "tools/mqtt2kafka/forwarder.hpp"
#include "tools/mqtt2kafka/monitor.hpp"
#include "tools/mqtt2kafka/recovery.hpp"
#include "tools/mqtt2kafka/standby.hpp"

#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tlm::mqtt2kafka {
namespace {

using std::chrono::seconds;

/// How often systemd hears that we are still waiting.
constexpr milliseconds kWaitInterval = seconds{10};

/// Who we are, and what is asked for that keeps less than we promise.
void announce(const Settings& settings)
{
    for (const mqtt::Url& url : settings.brokers) {
        log::info("client id '{}' at {}", settings.subscriber.client_id, mqtt::format_url(url));
    }
    if (settings.subscriber.filters.front().starts_with("$share/")) {
        log::warn("a shared subscription: the messages of one device may pass each other, and what "
                  "a member had that died waits until it is back");
    }
    if (settings.topic.empty()) {
        log::warn("records go to standard output and are acknowledged when they are written: what "
                  "the reader of a pipe has not processed is lost when it dies");
    }
}

/// The sinks, and the producer that the Kafka ones share.
struct Outputs {
    std::shared_ptr<kafka::Producer> producer; ///< null without Kafka
    std::vector<std::string> topics;
    std::unique_ptr<Sink> records;
    ndjson::LineSink* lines = nullptr; ///< records, when they go to stdout
    std::optional<DeadLetters> dead_letters;
    std::unique_ptr<Spill> spill; ///< null without --spill-dir
};

std::shared_ptr<kafka::Producer> open_producer(const Settings& settings)
{
    kafka::ProducerOptions options;
    options.properties = kafka::Properties{settings.kafka};
    options.window = 2 * settings.window.items; // a record and, after its refusal, a dead letter
    options.linger = milliseconds{1};
    options.wake_on_delivery = false;
    return std::make_shared<kafka::Producer>(options);
}

Outputs open_outputs(const Settings& settings)
{
    Outputs outputs;
    if (!settings.spill_dir.empty()) {
        outputs.spill = std::make_unique<ndjson::SpillFolder>(settings.spill_dir);
    }
    const DeadLetterTarget& dead_letters = settings.dead_letters;
    for (const std::string& topic : {settings.topic, dead_letters.topic, settings.lease}) {
        if (!topic.empty()) {
            outputs.topics.push_back(topic);
        }
    }
    if (!outputs.topics.empty()) {
        outputs.producer = open_producer(settings);
    }
    if (settings.topic.empty()) {
        auto lines = std::make_unique<ndjson::LineSink>(STDOUT_FILENO, "standard output");
        outputs.lines = lines.get();
        outputs.records = std::move(lines);
    } else {
        outputs.records = std::make_unique<kafka::KafkaSink>(outputs.producer, settings.topic);
    }
    outputs.dead_letters = dead_letters.topic.empty()
                               ? ndjson::open_dead_letters(dead_letters.file)
                               : kafka::open_dead_letters(outputs.producer, dead_letters.topic);
    return outputs;
}

/// False when a stop was requested first.
bool wait_for_kafka(const Outputs& outputs, Monitor& monitor, ops::Shutdown& shutdown)
{
    if (!outputs.producer) {
        return true;
    }
    while (true) {
        try {
            return outputs.producer->wait_until_known(outputs.topics, kWaitInterval,
                                                      shutdown.fd()) == kafka::Wait::ready;
        } catch (const Error& error) {
            if (!error.retriable()) {
                throw;
            }
            monitor.waiting(error.what()); // the producer has logged it
            monitor.progress(std::chrono::steady_clock::now());
        }
    }
}

/// What the files of the validation stage hold.
struct Rules {
    validation::SchemaSet schemas;
    std::shared_ptr<const validation::Registry> registry;
};

Rules read_rules(const Settings& settings)
{
    return {rulebook::load_schemas(settings.rules), rulebook::load_registry(settings.rules)};
}

/// All or nothing: with a file that is wrong the old rules stay. Sparkplug's memory stays as well.
void reload(const Settings& settings, Forwarder& forwarder, codebook::Codebook& book,
            Monitor& monitor)
{
    try {
        Rules rules = read_rules(settings);
        if (book.sparkplug == nullptr) {
            auto next = codebook::open_codebook(settings.formats, settings.decode_limits);
            forwarder.use(next.decoder.get());
            book = std::move(next);
        }
        forwarder.use(std::move(rules.schemas), std::move(rules.registry));
        monitor.reloaded(true);
        log::info("schemas and rules were read again");
    } catch (const Error& error) {
        monitor.reloaded(false);
        log::error("schemas and rules stay as they were: {}", error.what());
    }
}

Forwarder make_forwarder(const Settings& settings, Outputs& outputs)
{
    TranslateOptions translate = settings.translate;
    translate.seed = ops::random_seed();
    translate.client_id = settings.subscriber.client_id;
    Resolve resolve = settings.resolve;
    resolve.spill = outputs.spill.get();
    return Forwarder{std::move(translate),  settings.window,          *outputs.records,
                     *outputs.dead_letters, outputs.lines != nullptr, resolve};
}

/// Says what was judged, and sends what stands for a flood of dead letters.
void sum_up(Forwarder& forwarder)
{
    if (forwarder.stage() != nullptr) {
        rulebook::log_summary(*forwarder.stage());
    }
    rulebook::log_summary(forwarder.flood_cap());
    forwarder.finish(SystemClock{}.wall());
}

/// The file of --sparkplug-state, with what it has given back to the decoder; null without one.
std::unique_ptr<codebook::SparkplugStateFile>
open_memory(const Settings& settings, const codebook::Codebook& book, Forwarder& forwarder)
{
    if (book.sparkplug == nullptr || !settings.formats.sparkplug_state) {
        return nullptr;
    }
    auto file = std::make_unique<codebook::SparkplugStateFile>(*settings.formats.sparkplug_state,
                                                               settings.topic);
    forwarder.resume(file->load(book.sparkplug->memory()));
    return file;
}

} // namespace

ExitStatus run(const Settings& settings, ops::Shutdown& shutdown)
{
    announce(settings);
    codebook::Codebook book = codebook::open_codebook(settings.formats, settings.decode_limits);
    Rules rules = read_rules(settings); // before anything is opened: a wrong file leaves no trace
    Monitor monitor{settings.metrics_listen};
    Outputs outputs = open_outputs(settings);
    if (!wait_for_kafka(outputs, monitor, shutdown)) {
        return ExitStatus::ok;
    }
    Forwarder forwarder = make_forwarder(settings, outputs);
    const OutputState state{
        [&outputs] { return !outputs.producer || outputs.producer->connected(); },
        [&outputs] { return outputs.lines != nullptr && outputs.lines->reader_gone(); }};
    forwarder.use(std::move(rules.schemas), std::move(rules.registry));
    forwarder.use(book.decoder.get());
    std::optional<Standby> standby;
    if (!settings.lease.empty()) {
        standby.emplace(settings);
        if (!standby->wait(monitor, shutdown)) {
            return ExitStatus::ok;
        }
    }
    const auto memory = open_memory(settings, book, forwarder);
    std::optional<Recovery> recovery;
    if (settings.recover) {
        recovery.emplace(settings, forwarder);
        if (!recovery->run(monitor, shutdown)) {
            if (standby) {
                standby->close();
            }
            return ExitStatus::ok;
        }
    }
    Bridge bridge{settings, forwarder, monitor, shutdown, state, recovery ? &*recovery : nullptr};
    if (settings.rules.any() || (settings.formats.any() && book.sparkplug == nullptr)) {
        shutdown.reload_on_hangup();
        bridge.on_reload = [&] { reload(settings, forwarder, book, monitor); };
    }
    if (memory) {
        bridge.before_acknowledging = [&memory, &book, &forwarder] {
            memory->keep(book.sparkplug->memory(), forwarder.checkpoint());
        };
    }
    if (standby) {
        bridge.hold = [&standby](Monotonic now) { return standby->hold(now); };
    }
    const ExitStatus status = bridge.run();
    if (recovery) {
        recovery->close();
    }
    sum_up(forwarder);
    if (standby) {
        standby->close();
    }
    if (status == ExitStatus::ok) {
        outputs.records->close();
        outputs.dead_letters->close();
    }
    return status;
}

} // namespace tlm::mqtt2kafka
