// SPDX-License-Identifier: Apache-2.0
// Options that several tools share: plain structs, added to a table by composition.
#pragma once

#include "common/base/time.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlm::cli {

class OptionTable;

/// Throws Error usage, which names `flag`, when no broker would accept a topic of this name.
void require_topic_name(std::string_view flag, std::string_view name);

/// -b, -X, --kafka-config.
struct KafkaOptions {
    std::string brokers;                              ///< HOST:PORT,...; empty: not given
    std::vector<std::string> properties;              ///< `name=value`, for librdkafka
    std::optional<std::filesystem::path> config_file; ///< `name=value` lines, may hold secrets
};

/// Adds the group "Kafka". -X refuses names that hold secrets.
void add_kafka(OptionTable& table, KafkaOptions& options);

using KafkaProperties = std::vector<std::pair<std::string, std::string>>;

/// The properties for librdkafka, weakest first: those of the file, -X, then bootstrap.servers of
/// -b. Reads the file; throws Error usage, also when it holds a secret and everybody may read it.
[[nodiscard]] KafkaProperties kafka_properties(const KafkaOptions& options);

/// -t, -g and FILE operands: where a pipeable tool reads.
struct InputOptions {
    enum class From { kafka, files, standard_input };

    std::string topic;
    std::string group;              ///< consumer group
    std::vector<std::string> files; ///< `-` is stdin

    /// -t means Kafka, else operands, else stdin.
    [[nodiscard]] From from() const noexcept;
};

/// Adds the group "Input". `default_group` is the consumer group where none is named. A topic
/// without brokers, or beside operands, is a usage error.
void add_input(OptionTable& table, InputOptions& options, const KafkaOptions& kafka,
               std::string default_group);

/// --to-topic: where a pipeable tool writes; empty: stdout.
struct OutputOptions {
    std::string topic;
};

/// Adds the group "Output".
void add_output(OptionTable& table, OutputOptions& options, const KafkaOptions& kafka);

/// --dlq: where dead letters go.
struct DlqOptions {
    enum class To { standard_error, file, topic };

    std::string target; ///< as written: a file, `topic:NAME`, or empty for stderr

    [[nodiscard]] To to() const noexcept;
    [[nodiscard]] std::string topic() const; ///< NAME; empty when to() is not topic
    [[nodiscard]] std::string file() const;  ///< empty when to() is not file
};

void add_dlq(OptionTable& table, DlqOptions& options, const KafkaOptions& kafka);

/// Throws Error usage when dead letters would go to the topic that `flag` names: what reads it
/// would reject them again, for ever.
void require_own_topic(const DlqOptions& dlq, std::string_view flag, std::string_view topic);

/// --metrics-listen: empty, no listener; see ops::parse_listen_address().
struct MetricsOptions {
    std::string listen;
};

void add_metrics(OptionTable& table, MetricsOptions& options);

/// --connect-timeout: how long a bounded tool waits for its servers at the start.
struct ConnectTimeout {
    milliseconds limit{30000};
};

void add_connect_timeout(OptionTable& table, ConnectTimeout& options);

/// Where a file of secrets is: a relative name that does not exist is in $CREDENTIALS_DIRECTORY,
/// where there is one (systemd LoadCredential=).
[[nodiscard]] std::filesystem::path find_secret_file(const std::filesystem::path& path);

/// Reads a secret from a file of one line, found as find_secret_file() does; line breaks at its end
/// are not part of it. Throws Error usage, which names `flag`, when it cannot be read, is empty or
/// longer than 64 KiB, or everybody may read it.
[[nodiscard]] std::string read_secret_file(std::string_view flag,
                                           const std::filesystem::path& path);

} // namespace tlm::cli
