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

/// Words, up to a width that a terminal has; what follows the first line is indented.
void append_wrapped(std::vector<std::string>& lines, std::string_view begin, std::string_view text)
{
    constexpr std::size_t kWidth = 100;
    std::string line{begin};
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (line.size() > begin.size() && line.size() + 1 + end > kWidth) {
            lines.push_back(std::move(line));
            line.assign(begin.size(), ' ');
        }
        line += line.size() > begin.size() ? " " : "";
        line += text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    lines.push_back(std::move(line));
}

void append_block(std::vector<std::string>& lines, const Finding& finding)
{
    const std::string_view begin = title(finding.severity);
    const std::string indent(begin.size(), ' ');
    if (!lines.empty()) {
        lines.emplace_back();
    }
    append_wrapped(lines, begin, finding.setting + ": " + finding.found);
    append_wrapped(lines, indent, finding.effect);
    if (!finding.remedy.empty()) {
        append_wrapped(lines, indent, finding.remedy);
    }
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

std::optional<std::uint64_t> BrokerFacts::largest_packet() const
{
    if (maximum_packet) {
        return *maximum_packet;
    }
    if (conf) {
        const auto limit = conf->number("max_packet_size", 0);
        return limit == 0 ? kLargestPacket : limit;
    }
    // MQTT 3.1.1 has no word for it.
    return greeted && v5 ? std::optional{kLargestPacket} : std::nullopt;
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
    std::vector<std::string> lines;
    for (const std::string& sentence : proved(facts)) {
        append_wrapped(lines, "seen    ", sentence);
    }
    for (const Severity severity : {Severity::loses, Severity::untold, Severity::note}) {
        for (const Finding& finding : findings) {
            if (finding.severity == severity) {
                append_block(lines, finding);
            }
        }
    }
    if (!lines.empty()) {
        lines.emplace_back();
    }
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
