// SPDX-License-Identifier: Apache-2.0
// What the pipeline needs to know, all of it checked.
#pragma once

#include "common/base/time.hpp"
#include "common/ops/listen.hpp"
#include "tools/ws/last_values.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tlm::ws {

/// Where records come from: a topic, else files, else stdin.
struct InputSettings {
    std::vector<std::pair<std::string, std::string>> kafka; ///< librdkafka's, weakest first
    std::string topic;                                      ///< empty: files or stdin
    std::string from;               ///< `beginning`, `end` or what parse_time() reads
    std::vector<std::string> files; ///< `-` is stdin; none: stdin
    bool exit_at_end = false;
    milliseconds connect_timeout{30'000}; ///< with exit_at_end
};

struct Settings {
    ops::ListenAddress listen;
    std::vector<std::string> allowed_origins;
    std::size_t max_clients = 10'000;
    milliseconds tick{250};
    milliseconds late{60'000};
    milliseconds silent{300'000};
    InputSettings input;
    StoreLimits store;
    std::optional<ops::ListenAddress> metrics_listen; ///< none: no metrics over HTTP
};

} // namespace tlm::ws
