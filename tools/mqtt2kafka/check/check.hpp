// SPDX-License-Identifier: Apache-2.0
// mqtt2kafka --check: whether this MQTT broker and this Kafka keep the promise.
#pragma once

#include "common/base/exit_status.hpp"
#include "tools/mqtt2kafka/settings.hpp"

#include <filesystem>
#include <vector>

namespace tlm::ops {
class Shutdown;
}

namespace tlm::mqtt2kafka::check {

/// Looks at everything, writes the report to standard output and returns ok when the verdict is
/// YES, else failure. `confs` are mosquitto's configurations, in the order of the brokers; there
/// may be fewer. Forwards nothing. Throws Error usage when a file cannot be read or the properties
/// of Kafka are wrong.
[[nodiscard]] ExitStatus run(const Settings& settings,
                             const std::vector<std::filesystem::path>& confs,
                             ops::Shutdown& shutdown);

} // namespace tlm::mqtt2kafka::check
