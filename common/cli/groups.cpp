// SPDX-License-Identifier: Apache-2.0
#include "common/cli/groups.hpp"

#include "common/base/error.hpp"
#include "common/base/kafka_names.hpp"
#include "common/base/text_file.hpp"
#include "common/cli/config_file.hpp"
#include "common/cli/option_table.hpp"
#include "common/cli/parse.hpp"
#include "common/ops/listen.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace tlm::cli {

namespace {

constexpr std::size_t kMaxSecret = 64U << 10U;
constexpr std::size_t kMaxProperties = 1U << 20U;
constexpr std::string_view kTopicPrefix = "topic:";

std::pair<std::string, std::string> split_property(const std::string& text)
{
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
        throw usage_error(fmt::format("--property: '{}' is not NAME=VALUE", text));
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

void refuse_world_readable(const std::filesystem::path& path, std::string_view what)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_mode & S_IROTH) != 0) {
        throw usage_error(fmt::format("{}: {} holds a secret and everybody may read it: "
                                      "chmod o-r {}",
                                      what, path.string(), path.string()));
    }
}

/// An optional topic of the brokers: its name must be one, and there must be brokers.
void check_topic(OptionTable& table, const KafkaOptions& kafka, const std::string& topic,
                 std::string_view flag)
{
    table.check([&kafka, &topic, flag] {
        if (topic.empty()) {
            return;
        }
        require_topic_name(flag, topic);
        if (kafka.brokers.empty() && !kafka.config_file) {
            throw usage_error(fmt::format("{} needs --brokers (or --kafka-config)", flag));
        }
    });
}

} // namespace

void require_topic_name(std::string_view flag, std::string_view name)
{
    if (!is_topic_name(name)) {
        throw usage_error(fmt::format("{}: '{}' cannot be a Kafka topic: that is 1 to 249 of "
                                      "[A-Za-z0-9._-]",
                                      flag, name));
    }
}

void add_kafka(OptionTable& table, KafkaOptions& options)
{
    table.group("Kafka");
    Option& brokers =
        table.add(options.brokers, "brokers", 'b', "HOST:PORT,...", "Kafka brokers to begin with.");
    brokers.expected = "HOST:PORT, or several with commas between them";
    brokers.set = [&options](std::string_view text) {
        options.brokers = text;
        return is_broker_list(text);
    };
    table.add(options.config_file, "kafka-config", 0, "FILE",
              "File of librdkafka properties, one NAME=VALUE a line; the place for secrets.");
    Option& property = table.add(options.properties, "property", 'X', "NAME=VALUE",
                                 "Set a librdkafka property; stronger than --kafka-config.");
    property.set = [&options](std::string_view text) {
        const auto [name, value] = split_property(std::string{text});
        if (name == "bootstrap.servers" || name == "metadata.broker.list") {
            throw usage_error(fmt::format("--property: {} is said with --brokers", name));
        }
        if (is_secret_property(name)) {
            throw usage_error(
                fmt::format("--property: {} is a secret and other users can see it there: "
                            "write it to a file and name that with --kafka-config FILE",
                            name));
        }
        options.properties.emplace_back(text);
        return true;
    };
}

KafkaProperties kafka_properties(const KafkaOptions& options)
{
    KafkaProperties properties;
    if (options.config_file) {
        const auto path = find_secret_file(*options.config_file);
        const std::string text = read_text_file(path, kMaxProperties, "--kafka-config");
        for (ConfigEntry& entry : parse_properties(text, path.string())) {
            if (is_secret_property(entry.key)) {
                refuse_world_readable(path, "--kafka-config");
            }
            properties.emplace_back(std::move(entry.key), std::move(entry.value));
        }
    }
    for (const std::string& text : options.properties) {
        properties.push_back(split_property(text));
    }
    if (!options.brokers.empty()) {
        properties.emplace_back("bootstrap.servers", options.brokers);
    }
    return properties;
}

InputOptions::From InputOptions::from() const noexcept
{
    if (!topic.empty()) {
        return From::kafka;
    }
    return files.empty() ? From::standard_input : From::files;
}

void add_input(OptionTable& table, InputOptions& options, const KafkaOptions& kafka,
               std::string default_group)
{
    options.group = std::move(default_group);
    table.group("Input");
    table.add(options.topic, "topic", 't', "TOPIC",
              "Read this Kafka topic; without it FILE operands, else standard input.");
    table.add(options.group, "group", 'g', "GROUP", "Kafka consumer group.");
    table.operands(options.files, "FILE", "NDJSON to read; - is standard input.");
    check_topic(table, kafka, options.topic, "--topic");
    table.check([&options] {
        if (!options.topic.empty() && !options.files.empty()) {
            throw usage_error("--topic and FILE operands exclude each other");
        }
    });
}

void add_output(OptionTable& table, OutputOptions& options, const KafkaOptions& kafka)
{
    table.group("Output");
    table.add(options.topic, "to-topic", 0, "TOPIC",
              "Write to this Kafka topic; without it standard output.");
    check_topic(table, kafka, options.topic, "--to-topic");
}

DlqOptions::To DlqOptions::to() const noexcept
{
    if (target.empty()) {
        return To::standard_error;
    }
    return target.compare(0, kTopicPrefix.size(), kTopicPrefix) == 0 ? To::topic : To::file;
}

std::string DlqOptions::topic() const
{
    return to() == To::topic ? target.substr(kTopicPrefix.size()) : "";
}

std::string DlqOptions::file() const
{
    return to() == To::file ? target : "";
}

void add_dlq(OptionTable& table, DlqOptions& options, const KafkaOptions& kafka)
{
    table.group("Output");
    Option& dlq = table.add(options.target, "dlq", 0, "FILE|topic:NAME",
                            "Where dead letters go: appended to FILE, or to a Kafka topic.");
    dlq.complete = Complete::file;
    dlq.default_note = "standard error";
    table.check([&options, &kafka] {
        if (options.to() != DlqOptions::To::topic) {
            return;
        }
        if (options.topic().empty()) {
            throw usage_error("--dlq: 'topic:' is not followed by the name of a topic");
        }
        require_topic_name("--dlq", options.topic());
        if (kafka.brokers.empty() && !kafka.config_file) {
            throw usage_error("--dlq topic:NAME needs --brokers (or --kafka-config)");
        }
    });
}

void require_own_topic(const DlqOptions& dlq, std::string_view flag, std::string_view topic)
{
    if (dlq.to() == DlqOptions::To::topic && dlq.topic() == topic) {
        throw usage_error(fmt::format("--dlq and {} name the same topic, '{}': dead letters need "
                                      "one of their own",
                                      flag, topic));
    }
}

void add_metrics(OptionTable& table, MetricsOptions& options)
{
    table.group("Operation");
    Option& listen = table.add(options.listen, "metrics-listen", 0, "ADDR:PORT",
                               "Serve /metrics, /healthz and /readyz over HTTP there; port 0 "
                               "takes a free one and logs it.");
    listen.default_note = "off";
    table.check([&options] {
        if (!options.listen.empty()) {
            static_cast<void>(ops::parse_listen_address(options.listen, "--metrics-listen"));
        }
    });
}

void add_connect_timeout(OptionTable& table, ConnectTimeout& options)
{
    table.group("Operation");
    table.add(options.limit, "connect-timeout", 0, "DURATION",
              "Give up with status 1 when the servers do not answer for so long at the start.");
}

std::filesystem::path find_secret_file(const std::filesystem::path& path)
{
    std::error_code ignored;
    if (path.is_relative() && !std::filesystem::exists(path, ignored)) {
        if (const auto directory = process_environment("CREDENTIALS_DIRECTORY")) {
            return std::filesystem::path{*directory} / path;
        }
    }
    return path;
}

std::string read_secret_file(std::string_view flag, const std::filesystem::path& path)
{
    const std::filesystem::path file = find_secret_file(path);
    refuse_world_readable(file, flag);
    std::string secret = read_text_file(file, kMaxSecret, flag);
    while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) {
        secret.pop_back();
    }
    if (secret.empty()) {
        throw usage_error(fmt::format("{}: {} is empty", flag, file.string()));
    }
    return secret;
}

} // namespace tlm::cli
