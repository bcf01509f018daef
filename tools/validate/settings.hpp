// SPDX-License-Identifier: Apache-2.0
// What tlm-validate runs with, all of it checked.
#pragma once

#include "common/base/time.hpp"
#include "common/flow/dead_letters.hpp"
#include "common/formats/format_sources.hpp"
#include "common/kafka/config.hpp"
#include "common/validation/flood_cap.hpp"
#include "common/validation/rule_sources.hpp"
#include "common/validation/stage.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tlm::validate {

enum class Command { validate, check, infer, whatif };

struct Settings {
    Command command = Command::validate;
    kafka::Properties kafka;
    std::string topic; ///< what to read; empty: the files
    std::string group;
    std::vector<std::string> files; ///< none: standard input
    std::string to_topic;           ///< empty: standard output
    formats::FormatSources formats; ///< of what is read
    validation::RuleSources rules;
    validation::StageSettings stage;
    validation::FloodCapSettings flood;
    DeadLetterTarget dead_letters;
    std::string metrics_listen;
    milliseconds connect_timeout{30'000}; ///< files only
    milliseconds drain_timeout{10'000};
    std::optional<EpochMs> since; ///< whatif: where in a topic to begin
    bool values = false;          ///< bare values, no records
    bool strict = false;
};

} // namespace tlm::validate
