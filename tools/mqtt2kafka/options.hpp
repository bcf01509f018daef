// SPDX-License-Identifier: Apache-2.0
// The command line of mqtt2kafka.
#pragma once

#include "common/cli/format_options.hpp"
#include "common/cli/groups.hpp"
#include "common/cli/option_table.hpp"
#include "common/validation/rule_sources.hpp"
#include "common/validation/stage.hpp"
#include "tools/mqtt2kafka/settings.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::mqtt2kafka {

enum class MqttVersion { automatic, v5, v311 };

/// As the user gave it; the initial values are the documented defaults.
struct Options {
    std::vector<std::string> mqtt;
    bool mqtt_cluster = false;
    std::vector<std::string> filters;
    std::string shared; ///< group of a shared subscription; empty: none
    std::string topic_template = "devices/{deviceId}/telemetry";
    std::string id;
    MqttVersion mqtt_version = MqttVersion::automatic;
    milliseconds keep_alive = std::chrono::seconds{60};
    std::uint64_t receive_maximum = 10'000;
    std::uint64_t window = AckWindow::Bound{}.items;
    std::uint64_t window_bytes = AckWindow::Bound{}.bytes;
    mqtt::Retained retained = mqtt::Retained::once;
    milliseconds session_expiry = std::chrono::hours{7 * 24};
    std::string mqtt_user;
    std::optional<std::filesystem::path> mqtt_password_file;
    std::optional<std::filesystem::path> mqtt_ca;
    std::optional<std::filesystem::path> mqtt_cert;
    std::optional<std::filesystem::path> mqtt_key;

    cli::KafkaOptions kafka;
    std::string topic = "device.telemetry";
    std::string output;
    cli::DlqOptions dlq;
    std::optional<std::filesystem::path> spill_dir;
    milliseconds stuck_after = Resolve{}.stuck_after;
    std::uint64_t max_payload = 256UL * 1024;
    milliseconds ts_max_age = std::chrono::hours{24};
    milliseconds ts_max_ahead = std::chrono::minutes{5};

    formats::FormatSources formats;
    validation::RuleSources rules;
    validation::StageSettings stage;
    validation::FloodCapSettings flood;
    std::string lease; ///< topic; empty: none
    bool no_recover = false;
    bool check = false;
    std::vector<std::filesystem::path> mosquitto_conf;
    milliseconds drain_timeout = std::chrono::seconds{30};
    cli::MetricsOptions metrics;
};

/// `options` must outlive the table.
[[nodiscard]] cli::OptionTable make_table(Options& options);

/// Reads the files that hold secrets and fills in what depends on other options. Throws Error
/// usage.
[[nodiscard]] Settings make_settings(const Options& options);

} // namespace tlm::mqtt2kafka
