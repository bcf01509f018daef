// SPDX-License-Identifier: Apache-2.0
// What the command line and the libraries do to the promise.
#include "common/base/units.hpp"
#include "tools/mqtt2kafka/check/finding.hpp"
#include "tools/mqtt2kafka/check/limits.hpp"

#include <algorithm>
#include <array>

namespace tlm::mqtt2kafka::check {
namespace {

/// Versions of librdkafka, as its number says them: `from` and later, before `until`.
struct BadVersions {
    LibraryVersion from;
    LibraryVersion until;
    std::string_view effect;
};

constexpr std::array kBadVersions{
    BadVersions{0x02050000, 0x02050300,
                "It ends the process when a Kafka broker asks for telemetry that it does not have, "
                "and so does every restart"},
    BadVersions{0x020a0000, 0x020a0100,
                "It can go on looking for brokers for ever when all of them were away at once"},
};

/// What the tests of mqtt2kafka have seen.
constexpr LibraryVersion kOldestRdkafka = 0x02000200;
constexpr LibraryVersion kOldestMosquitto = 2'000'000;

/// A property that a promise rests on, with the values that keep it.
struct Pillar {
    std::string_view property;
    std::string_view value;
    std::string_view same; ///< another word for it
    Severity severity;
    std::string_view effect;
};

constexpr std::array kPillars{
    Pillar{"acks", "all", "-1", Severity::loses,
           "Kafka confirms what not all of its in-sync replicas have: when the leader dies, it is "
           "gone. mqtt2kafka does not start with it."},
    Pillar{"enable.idempotence", "true", "true", Severity::loses,
           "A batch that is sent again overtakes others or is written twice: a device's order is "
           "lost. mqtt2kafka does not start with it."},
    Pillar{"allow.auto.create.topics", "false", "false", Severity::loses,
           "A misspelt topic is made with the brokers' defaults, one copy by default, and takes "
           "everything. mqtt2kafka does not start with it."},
    Pillar{"partitioner", "murmur2_random", "murmur2", Severity::loses,
           "A device's records go to another partition than those that are there already, and than "
           "those of Java programs: the device's order is lost."},
    Pillar{"message.timeout.ms", "0", "0", Severity::note,
           "When Kafka is away for longer, what it was sent is given up, and the MQTT broker sends "
           "it again: it may be written twice."},
};

std::string version_text(LibraryVersion version)
{
    constexpr unsigned kByte = 8;
    constexpr unsigned kMask = 0xff;
    const auto part = [version](unsigned index) {
        return std::to_string((version >> (index * kByte)) & kMask);
    };
    return part(3) + '.' + part(2) + '.' + part(1);
}

void judge_properties(const OwnFacts& own, std::vector<Finding>& findings)
{
    bool named = false;
    for (const Pillar& pillar : kPillars) {
        const auto given = own.kafka.find(pillar.property);
        if (given == own.kafka.end() || given->second == pillar.value ||
            given->second == pillar.same) {
            continue;
        }
        named = named || pillar.severity == Severity::loses;
        findings.push_back({pillar.severity, std::string(pillar.property),
                            given->second + ", by -X or --kafka-config", std::string(pillar.effect),
                            "Leave it out: mqtt2kafka sets " + std::string(pillar.value) + '.'});
    }
    if (!own.refused.empty() && !named) {
        findings.push_back({Severity::loses, "-X", own.refused, "mqtt2kafka does not start.", ""});
    }
}

void judge_subscription(const OwnFacts& own, std::vector<Finding>& findings)
{
    if (own.session_expiry < kShortestOutage) {
        findings.push_back({Severity::loses, "session-expiry",
                            format_duration(own.session_expiry) + ", by --session-expiry",
                            "When the bridge is away for longer, the broker forgets the session, "
                            "and every message in it.",
                            "Give it the longest outage that must lose nothing, at least 1d; the "
                            "default is 7d."});
    }
    if (own.receive_maximum < kSmallWindow) {
        findings.push_back({Severity::loses, "window",
                            std::to_string(own.receive_maximum) + ", by --receive-maximum",
                            std::string(kWindowEffect), "Leave it out: the default is 10000."});
    }
    for (const std::string& filter : own.filters) {
        if (filter.starts_with("$share/")) {
            findings.push_back({Severity::loses, "$share", filter + ", by --shared",
                                "The broker deals one device's messages out to several bridges: "
                                "the device's order is lost, and so is what a member held that "
                                "does not come back.",
                                "Give each bridge filters of its own."});
        }
    }
}

void judge_letters(const OwnFacts& own, std::vector<Finding>& findings)
{
    if (own.letters == Letters::stream) {
        findings.push_back({Severity::loses, "dlq", own.letters_to + ", by --dlq",
                            "It is no file that keeps what is written: a dead letter is "
                            "acknowledged then, and gone unless its reader has kept it.",
                            "Give --dlq topic:NAME, or a file."});
    } else if (own.letters == Letters::file && !own.pipe) {
        findings.push_back({Severity::note, "dlq", own.letters_to + ", by --dlq",
                            "Dead letters have one copy, on this machine.", ""});
    }
}

} // namespace

void judge_own(const Facts& facts, std::vector<Finding>& findings)
{
    const OwnFacts& own = facts.own;
    if (own.pipe) {
        findings.push_back({Severity::loses, "output", "standard output, by --output -",
                            "A message is acknowledged when it is written to a pipe: what its "
                            "reader has not processed is lost when that dies.",
                            "Write to a Kafka topic."});
    }
    judge_subscription(own, findings);
    judge_properties(own, findings);
    if (own.drops_invalid) {
        findings.push_back({Severity::loses, "on-invalid", "drop, by --on-invalid",
                            "What the rules find invalid is gone, as you have told.",
                            "Let it become a dead letter: dlq."});
    }
    if (own.caps_floods) {
        findings.push_back({Severity::loses, "flood-cap", "a rate, by --flood-cap",
                            "Dead letters beyond it are counted and acknowledged, and their bytes "
                            "are gone, as you have told.",
                            "Give --flood-cap repeats, which loses nothing."});
    }
    judge_letters(own, findings);
    if (!own.recovers && !own.pipe) {
        findings.push_back({Severity::note, "no-recover", "given",
                            "After a crash messages are written twice.", ""});
    }
}

void judge_libraries(const Facts& facts, std::vector<Finding>& findings)
{
    const LibraryFacts& libraries = facts.libraries;
    const auto* const bad =
        std::find_if(kBadVersions.begin(), kBadVersions.end(), [&libraries](const auto& versions) {
            return libraries.rdkafka >= versions.from && libraries.rdkafka < versions.until;
        });
    if (bad != kBadVersions.end()) {
        findings.push_back(
            {Severity::loses, "librdkafka", version_text(libraries.rdkafka),
             std::string(bad->effect) + ": meanwhile the MQTT broker queues, until it drops.",
             "Use " + version_text(bad->until) + " or later, or Debian's 2.0.2."});
    } else if (libraries.rdkafka < kOldestRdkafka) {
        findings.push_back({Severity::untold, "librdkafka", version_text(libraries.rdkafka),
                            "mqtt2kafka was never tried with it.", "Use 2.0.2 or later."});
    }
    if (libraries.mosquitto < kOldestMosquitto) {
        findings.push_back({Severity::untold, "libmosquitto",
                            std::to_string(libraries.mosquitto / 1'000'000),
                            "mqtt2kafka was never tried with it.", "Use 2.0.11 or later."});
    }
}

} // namespace tlm::mqtt2kafka::check
