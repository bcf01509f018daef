// SPDX-License-Identifier: Apache-2.0
// What `mqtt2kafka --check` has to say of the facts.
#pragma once

#include "tools/mqtt2kafka/check/facts.hpp"

#include <string>
#include <vector>

namespace tlm::mqtt2kafka::check {

enum class Severity {
    loses,  ///< messages are lost by it
    untold, ///< whether messages are lost by it could not be found out
    note,   ///< nothing is lost, but somebody should know
};

/// One setting, and what follows from its value.
struct Finding {
    Severity severity = Severity::loses;
    std::string setting; ///< a short name, the same for the same cause
    std::string found;   ///< its value, and where
    std::string effect;  ///< what is lost by it
    std::string remedy;  ///< what to set instead; empty: nothing
};

/// All findings, in the order of the way that a message takes. Pure.
[[nodiscard]] std::vector<Finding> judge(const Facts& facts);

/// What was proved on the live pair, a sentence each.
[[nodiscard]] std::vector<std::string> proved(const Facts& facts);

// The parts of judge(), each in its file.
void judge_libraries(const Facts& facts, std::vector<Finding>& findings);
void judge_own(const Facts& facts, std::vector<Finding>& findings);
void judge_broker(const Facts& facts, const BrokerFacts& broker, std::vector<Finding>& findings);
void judge_conf(const BrokerFacts& broker, std::vector<Finding>& findings);
void judge_topic(const Facts& facts, const TopicFacts& topic, std::vector<Finding>& findings);

enum class Verdict {
    yes,
    no,
    not_proven, ///< no setting that loses was found, but not everything could be seen
};

[[nodiscard]] Verdict verdict(const std::vector<Finding>& findings) noexcept;

/// The lines for people: what was proved, a block for each finding, and the verdict as the last
/// one. What servers and files said stands in them as it is: escape it before it reaches a
/// terminal.
[[nodiscard]] std::vector<std::string> report(const Facts& facts,
                                              const std::vector<Finding>& findings);

} // namespace tlm::mqtt2kafka::check
