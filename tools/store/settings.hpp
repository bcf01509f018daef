// SPDX-License-Identifier: Apache-2.0
// What tlm-store runs with, all of it checked.
#pragma once

#include "common/flow/dead_letters.hpp"
#include "common/kafka/config.hpp"
#include "common/kafka/kafka_source.hpp"
#include "tools/store/pipeline.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tlm::store {

struct Settings {
    PipelineSettings pipeline;
    std::optional<kafka::SourceOptions> topic; ///< what to read; else the files
    std::vector<std::string> files;            ///< none: standard input
    DeadLetterTarget dead_letters;
    kafka::Properties kafka; ///< for a topic of dead letters
    std::string metrics_listen;
};

} // namespace tlm::store
