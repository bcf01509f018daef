// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/check/finding.hpp"

#include "tools/mqtt2kafka/check/limits.hpp"

#include <algorithm>

namespace tlm::mqtt2kafka::check {
namespace {

bool any(const std::vector<Finding>& findings, Severity severity) noexcept
{
    return std::any_of(findings.begin(), findings.end(),
                       [severity](const Finding& one) { return one.severity == severity; });
}

std::string_view title(Severity severity) noexcept
{
    switch (severity) {
    case Severity::loses:
        return "LOSES   ";
    case Severity::untold:
        return "UNTOLD  ";
    case Severity::note:
        return "note    ";
    }
    return {};
}

/// The settings with this severity, each once.
std::string names(const std::vector<Finding>& findings, Severity severity)
{
    std::vector<std::string> seen;
    std::string list;
    for (const Finding& finding : findings) {
        if (finding.severity != severity ||
            std::find(seen.begin(), seen.end(), finding.setting) != seen.end()) {
            continue;
        }
        seen.push_back(finding.setting);
        list += (list.empty() ? "" : ", ") + finding.setting;
    }
    return list;
}

void prove(const BrokerFacts& broker, std::vector<std::string>& sentences)
{
    const std::string at = " at " + broker.where;
    if (!broker.version.empty()) {
        sentences.push_back(broker.version + at + ", by MQTT " + (broker.v5 ? "5" : "3.1.1"));
    }
    if (const auto& trial = broker.queue) {
        sentences.push_back(std::to_string(trial->arrived) + " of " + std::to_string(trial->sent) +
                            " messages came that were published while their session was away" +
                            (trial->in_order ? ", in their order" : ""));
        sentences.push_back(std::to_string(trial->again) + " of " + std::to_string(trial->window) +
                            " unacknowledged messages came again after the connection broke");
    }
    if (broker.size && broker.size->arrived) {
        sentences.push_back("a message of " + std::to_string(broker.size->bytes) +
                            " bytes came through");
    }
}

} // namespace

std::uint64_t BrokerFacts::largest_packet() const
{
    if (maximum_packet) {
        return *maximum_packet;
    }
    const auto limit = conf ? conf->number("max_packet_size", 0) : 0;
    return limit == 0 ? kLargestPacket : limit;
}

std::vector<Finding> judge(const Facts& facts)
{
    std::vector<Finding> findings;
    judge_libraries(facts, findings);
    judge_own(facts, findings);
    for (const BrokerFacts& broker : facts.brokers) {
        judge_broker(facts, broker, findings);
    }
    if (!facts.kafka) {
        return findings;
    }
    if (!facts.kafka->problem.empty()) {
        findings.push_back({Severity::untold, "Kafka", facts.kafka->problem,
                            "Its topics could not be looked at.", ""});
        return findings;
    }
    for (const TopicFacts& topic : facts.kafka->topics) {
        judge_topic(facts, topic, findings);
    }
    return findings;
}

std::vector<std::string> proved(const Facts& facts)
{
    std::vector<std::string> sentences;
    for (const BrokerFacts& broker : facts.brokers) {
        prove(broker, sentences);
    }
    if (facts.kafka && facts.kafka->problem.empty()) {
        for (const TopicFacts& topic : facts.kafka->topics) {
            if (topic.problem.empty() && topic.partitions > 0) {
                sentences.push_back("topic " + topic.name + ": partitions " +
                                    std::to_string(topic.partitions) + ", copies " +
                                    std::to_string(topic.replicas) + ", in sync " +
                                    std::to_string(topic.in_sync));
            }
        }
    }
    return sentences;
}

Verdict verdict(const std::vector<Finding>& findings) noexcept
{
    if (any(findings, Severity::loses)) {
        return Verdict::no;
    }
    return any(findings, Severity::untold) ? Verdict::not_proven : Verdict::yes;
}

std::vector<std::string> report(const Facts& facts, const std::vector<Finding>& findings)
{
    const std::string indent(title(Severity::note).size(), ' ');
    std::vector<std::string> lines;
    for (const std::string& sentence : proved(facts)) {
        lines.push_back("seen    " + sentence);
    }
    for (const Severity severity : {Severity::loses, Severity::untold, Severity::note}) {
        for (const Finding& finding : findings) {
            if (finding.severity != severity) {
                continue;
            }
            lines.emplace_back();
            lines.push_back(std::string(title(severity)) + finding.setting + ": " + finding.found);
            lines.push_back(indent + finding.effect);
            if (!finding.remedy.empty()) {
                lines.push_back(indent + finding.remedy);
            }
        }
    }
    lines.emplace_back();
    switch (verdict(findings)) {
    case Verdict::yes:
        lines.emplace_back("at least once: YES");
        break;
    case Verdict::no:
        lines.push_back("at least once: NO because " + names(findings, Severity::loses));
        break;
    case Verdict::not_proven:
        lines.push_back("at least once: NOT PROVEN because " + names(findings, Severity::untold));
        break;
    }
    return lines;
}

} // namespace tlm::mqtt2kafka::check
