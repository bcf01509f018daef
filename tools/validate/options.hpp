// SPDX-License-Identifier: Apache-2.0
// The command line of tlm-validate.
#pragma once

#include "common/base/time.hpp"
#include "common/cli/format_options.hpp"
#include "common/cli/groups.hpp"
#include "common/cli/option_table.hpp"
#include "tools/validate/settings.hpp"

#include <optional>

namespace tlm::validate {

struct Options {
    Command command = Command::validate;
    cli::KafkaOptions kafka;
    cli::InputOptions input;
    cli::OutputOptions output;
    formats::FormatSources formats;
    validation::RuleSources rules;
    validation::StageSettings stage;
    validation::FloodCapSettings flood;
    cli::DlqOptions dlq;
    cli::MetricsOptions metrics;
    cli::ConnectTimeout connect_timeout;

    bool values = false;
    bool strict = false;
    std::optional<EpochMs> since; ///< whatif: where in a topic to begin
    milliseconds drain_timeout{10'000};
};

/// Binds the options; they must outlive the table.
[[nodiscard]] cli::OptionTable make_table(Options& options);

/// Reads the files that hold secrets. Throws Error usage.
[[nodiscard]] Settings make_settings(const Options& options);

} // namespace tlm::validate
