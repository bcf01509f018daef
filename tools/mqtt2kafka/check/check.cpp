// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/check/check.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "common/kafka/config.hpp"
#include "common/kafka/producer.hpp"
#include "common/kafka/topic_inquiry.hpp"
#include "common/mqtt/trial.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"
#include "tools/mqtt2kafka/check/broker_trial.hpp"
#include "tools/mqtt2kafka/check/finding.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace tlm::mqtt2kafka::check {
namespace {

using std::chrono::seconds;
namespace fs = std::filesystem;

constexpr std::string_view kFlag = "--mosquitto-conf";
constexpr std::size_t kLongestConf = 1024UL * 1024;
constexpr std::size_t kMostIncluded = 200;
constexpr milliseconds kKafkaAnswer = seconds{5};

/// Of an include_dir, in mosquitto's order: by name, the upper case of a letter before its lower.
std::vector<fs::path> files_of(const fs::path& folder)
{
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".conf" && files.size() < kMostIncluded) {
            files.push_back(entry.path());
        }
    }
    if (error) {
        throw usage_error(std::string(kFlag) + ": " + folder.string() + ": " + error.message());
    }
    std::sort(files.begin(), files.end());
    return files;
}

MosquittoConf read_conf(const fs::path& path)
{
    MosquittoConf conf{path.string()};
    conf.add(read_text_file(path, kLongestConf, kFlag), [&conf](std::string_view folder) {
        for (const fs::path& file : files_of(folder)) {
            conf.add(read_text_file(file, kLongestConf, kFlag));
        }
    });
    return conf;
}

bool drops_invalid(const TranslateOptions& translate)
{
    if (!translate.stage) {
        return false;
    }
    for (std::size_t reason = 0; reason < kReasonCount; ++reason) {
        if (translate.stage->on_invalid.fate(static_cast<Reason>(reason)) ==
            validation::OnInvalid::drop) {
            return true;
        }
    }
    return false;
}

/// Dead letters in a file: what is there now, or is made when the bridge starts.
void find_letters(const std::string& path, OwnFacts& own)
{
    const bool standard_error = path.empty() || path == "-";
    own.letters_to = standard_error ? "standard error" : path;

    struct stat status {};

    const int unknown =
        standard_error ? ::fstat(STDERR_FILENO, &status) : ::stat(path.c_str(), &status);
    const bool to_be_made = unknown != 0 && !standard_error;
    own.letters = to_be_made || S_ISREG(status.st_mode) ? Letters::file : Letters::stream;
}

/// The properties as they count, secrets hidden.
std::map<std::string, std::string, std::less<>> readable(const kafka::Properties& properties)
{
    std::map<std::string, std::string, std::less<>> map;
    for (const std::string& line : properties.describe()) {
        const auto equals = line.find('=');
        map.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return map;
}

OwnFacts own_facts(const Settings& settings)
{
    OwnFacts own;
    own.pipe = settings.topic.empty();
    own.filters = settings.subscriber.filters;
    own.session_expiry = settings.subscriber.session_expiry;
    own.receive_maximum = settings.subscriber.receive_maximum;
    own.max_payload = settings.translate.limits.max_payload_bytes;
    own.spills = !settings.spill_dir.empty();
    own.recovers = settings.recover;
    own.drops_invalid = drops_invalid(settings.translate);
    own.caps_floods = settings.resolve.flood.limit.has_value();
    if (settings.dead_letters.topic.empty()) {
        find_letters(settings.dead_letters.file, own);
    }
    own.ts_max_age = settings.translate.ts_max_age;
    own.ts_max_ahead = settings.translate.ts_max_ahead;
    if (own.pipe && own.letters != Letters::topic) {
        return own;
    }
    own.kafka = readable(kafka::Properties{settings.kafka});
    try {
        kafka::ProducerOptions options;
        options.properties = kafka::Properties{settings.kafka};
        const kafka::Producer producer{options};
    } catch (const Error& error) {
        own.refused = error.what();
    }
    return own;
}

/// What has to do with reaching Kafka: the rest is judged, and may be what librdkafka refuses.
kafka::Properties inquiry_properties(const Settings& settings)
{
    constexpr std::array<std::string_view, 4> kOfProducing{
        "acks", "request.required.acks", "enable.idempotence", "transactional.id"};
    kafka::Properties properties;
    for (const auto& [name, value] : settings.kafka) {
        if (std::find(kOfProducing.begin(), kOfProducing.end(), name) == kOfProducing.end()) {
            properties.set(name, value);
        }
    }
    return properties;
}

std::optional<KafkaFacts> kafka_facts(const Settings& settings)
{
    std::vector<std::string> topics;
    for (const std::string& topic : {settings.topic, settings.dead_letters.topic}) {
        if (!topic.empty()) {
            topics.push_back(topic);
        }
    }
    if (topics.empty()) {
        return std::nullopt;
    }
    KafkaFacts facts;
    try {
        for (auto& topic :
             kafka::describe_topics(inquiry_properties(settings), topics, kKafkaAnswer)) {
            facts.topics.push_back({topic.name, topic.name == settings.dead_letters.topic,
                                    topic.problem, topic.partitions, topic.replicas, topic.in_sync,
                                    std::move(topic.settings)});
        }
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::usage) {
            throw;
        }
        facts.problem = error.what();
    }
    return facts;
}

void print(const std::vector<std::string>& lines)
{
    std::string text;
    for (const std::string& line : lines) {
        text += log::escape(line) + '\n';
    }
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
        std::fflush(stdout) != 0) {
        throw fatal_error("standard output cannot be written");
    }
}

} // namespace

ExitStatus run(const Settings& settings, const std::vector<fs::path>& confs,
               ops::Shutdown& shutdown)
{
    std::vector<MosquittoConf> read; // before anything is connected: a wrong file leaves no trace
    read.reserve(confs.size());
    for (const fs::path& path : confs) {
        read.push_back(read_conf(path));
    }
    Facts facts;
    facts.own = own_facts(settings);
    facts.libraries = {kafka::library_version(), mqtt::library_version()};
    facts.kafka = kafka_facts(settings);
    for (std::size_t i = 0; i < settings.brokers.size(); ++i) {
        mqtt::SubscriberOptions bridge = settings.subscriber;
        bridge.url = settings.brokers[i];
        facts.brokers.push_back(
            try_broker(bridge, i < read.size() ? std::optional{read[i]} : std::nullopt, shutdown));
    }
    const auto findings = judge(facts);
    print(report(facts, findings));
    return verdict(findings) == Verdict::yes ? ExitStatus::ok : ExitStatus::failure;
}

} // namespace tlm::mqtt2kafka::check
