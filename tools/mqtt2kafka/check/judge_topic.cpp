// SPDX-License-Identifier: Apache-2.0
// What a Kafka topic does to the promise.
#include "common/base/units.hpp"
#include "tools/mqtt2kafka/check/finding.hpp"
#include "tools/mqtt2kafka/check/limits.hpp"

#include <algorithm>
#include <charconv>

namespace tlm::mqtt2kafka::check {
namespace {

using std::chrono::duration_cast;

class Desk {
  public:
    Desk(const TopicFacts& topic, std::vector<Finding>& findings)
        : m_topic(topic), m_findings(findings)
    {}

    [[nodiscard]] const TopicFacts& topic() const noexcept { return m_topic; }

    /// Empty when the topic has no such setting, as with older brokers.
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view setting) const
    {
        const std::string_view text = this->text(setting);
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size() ? std::optional{value}
                                                                        : std::nullopt;
    }

    [[nodiscard]] std::string_view text(std::string_view setting) const
    {
        const auto found = m_topic.settings.find(setting);
        return found == m_topic.settings.end() ? std::string_view{} : found->second;
    }

    void add(Severity severity, std::string setting, const std::string& found, std::string effect,
             std::string remedy = "")
    {
        m_findings.push_back({severity, std::move(setting), found + ", of topic " + m_topic.name,
                              std::move(effect), std::move(remedy)});
    }

  private:
    const TopicFacts& m_topic;
    std::vector<Finding>& m_findings;
};

void judge_confirmations(Desk& desk)
{
    const int copies = desk.topic().replicas;
    const auto least = desk.number("min.insync.replicas");
    const std::string found = std::to_string(least.value_or(0)) + " of " + std::to_string(copies);
    if (!least) {
        desk.add(Severity::untold, "min.insync.replicas", "not told",
                 "How many copies a confirmation stands for is not known.");
    } else if (*least < 2) {
        desk.add(Severity::loses, "min.insync.replicas", found,
                 "Kafka may confirm what one broker alone has: it is lost with that broker.",
                 "Set min.insync.replicas=2, with three copies.");
    } else if (*least > copies) {
        desk.add(Severity::loses, "min.insync.replicas", found,
                 "Kafka cannot confirm anything: the MQTT broker queues, until it drops.",
                 "Set min.insync.replicas=2, with three copies.");
    } else if (*least == copies) {
        desk.add(Severity::note, "min.insync.replicas", found,
                 "With one broker away nothing is confirmed, and the MQTT broker queues.");
    }
}

void judge_copies(Desk& desk)
{
    const TopicFacts& topic = desk.topic();
    if (topic.replicas < 2) {
        desk.add(Severity::loses, "replication factor", std::to_string(topic.replicas),
                 "There is one copy of what Kafka has confirmed: it goes with its broker's disk.",
                 "Make the topic with three copies, and min.insync.replicas=2: scripts/topics.");
    } else {
        judge_confirmations(desk);
    }
    if (topic.in_sync < topic.replicas) {
        desk.add(Severity::note, "in-sync replicas",
                 std::to_string(topic.in_sync) + " of " + std::to_string(topic.replicas) + " now",
                 "A broker is away, or behind.");
    }
}

void judge_log(Desk& desk)
{
    const std::string unclean{desk.text("unclean.leader.election.enable")};
    if (unclean == "true") {
        desk.add(Severity::loses, "unclean.leader.election.enable", unclean,
                 "A broker that was behind may become the leader: what it does not have is gone "
                 "everywhere.",
                 "Set unclean.leader.election.enable=false.");
    }
    const std::string cleanup{desk.text("cleanup.policy")};
    if (cleanup.find("compact") != std::string::npos) {
        desk.add(Severity::loses, "cleanup.policy", cleanup,
                 "Kafka keeps the newest record of each device and deletes all others.",
                 "Set cleanup.policy=delete.");
    }
}

/// Time is judged by the clock; bytes by a traffic that is small for a partition.
void judge_retained_bytes(Desk& desk)
{
    constexpr std::uint64_t kThousand = 1000;
    const auto retained = desk.number("retention.bytes");
    if (!retained || *retained < 0) {
        return;
    }
    const auto bytes = static_cast<std::uint64_t>(*retained);
    desk.add(
        bytes < kSmallPartition ? Severity::loses : Severity::note, "retention.bytes",
        std::to_string(bytes),
        "Beyond so many bytes a partition loses its oldest records, read or not: after about " +
            std::to_string(bytes / kUsualRecord / kThousand) + " thousand of " +
            std::to_string(kUsualRecord) + " bytes.",
        "Set retention.bytes=-1, or to what several days bring to a partition.");
}

void judge_retention(const OwnFacts& own, Desk& desk)
{
    const auto retention = desk.number("retention.ms");
    const milliseconds needed = desk.topic().letters ? kShortestOutage : own.ts_max_age;
    if (!retention || *retention < 0 || milliseconds{*retention} > needed) {
        return;
    }
    const bool by_device =
        !desk.topic().letters && desk.text("message.timestamp.type") != "LogAppendTime";
    desk.add(Severity::loses, "retention.ms", format_duration(milliseconds{*retention}),
             by_device ? "A record may carry its device's time, up to " + format_duration(needed) +
                             " ago (--ts-max-age): Kafka deletes an older one than it retains as "
                             "soon as it has confirmed it."
                       : std::string{"What nobody has read within that time is deleted."},
             "Set retention.ms to several days.");
}

/// Not lost: what a rule refuses becomes a dead letter, in the end.
void judge_refusals(const OwnFacts& own, Desk& desk)
{
    if (desk.topic().letters) {
        return;
    }
    constexpr std::string_view kEffect =
        "Kafka refuses records of such a time: each holds up the rest for --stuck-after, and is a "
        "dead letter then.";
    const auto ahead = desk.number("message.timestamp.after.max.ms");
    if (ahead && milliseconds{*ahead} < own.ts_max_ahead) {
        desk.add(Severity::note, "message.timestamp.after.max.ms", std::to_string(*ahead),
                 std::string(kEffect), "Set --ts-max-ahead to less.");
    }
    const auto age = desk.number("message.timestamp.before.max.ms");
    if (age && milliseconds{*age} < own.ts_max_age) {
        desk.add(Severity::note, "message.timestamp.before.max.ms", std::to_string(*age),
                 std::string(kEffect), "Set --ts-max-age to less.");
    }
}

std::uint64_t producer_bytes(const OwnFacts& own)
{
    const auto given = own.kafka.find("message.max.bytes");
    return given == own.kafka.end() ? kProducerBytes
                                    : parse_unsigned(given->second).value_or(kProducerBytes);
}

void judge_sizes(const Facts& facts, Desk& desk)
{
    const auto accepted = desk.number("max.message.bytes");
    if (!accepted || *accepted < 0) {
        return;
    }
    const auto limit = std::min(static_cast<std::uint64_t>(*accepted), producer_bytes(facts.own));
    for (const BrokerFacts& broker : facts.brokers) {
        const auto packet = broker.largest_packet();
        if (!packet) {
            continue;
        }
        if (!desk.topic().letters) {
            if (limit < std::min(*packet, facts.own.max_payload)) {
                desk.add(Severity::note, "max.message.bytes", std::to_string(*accepted),
                         "Longer records become dead letters.");
                return;
            }
        } else if (!facts.own.spills && *packet + kBesidePayload > limit) {
            desk.add(Severity::loses, "message sizes",
                     "max.message.bytes " + std::to_string(*accepted),
                     broker.where + " takes messages of up to " + std::to_string(*packet) +
                         " bytes. One that fits neither the topic nor the dead-letter topic is "
                         "held, and all behind it waits, while the MQTT broker queues, until it "
                         "drops.",
                     "Set max_packet_size 983040 in mosquitto and max.message.bytes=4194304 here, "
                     "or give --spill-dir.");
            return;
        }
    }
}

} // namespace

void judge_topic(const Facts& facts, const TopicFacts& topic, std::vector<Finding>& findings)
{
    Desk desk{topic, findings};
    if (!topic.problem.empty()) {
        desk.add(Severity::untold, "topic", topic.problem, "Its settings are not known.",
                 "Allow Describe and DescribeConfigs of the topic.");
        return;
    }
    if (topic.partitions == 0) {
        desk.add(Severity::untold, "topic", "not there", "mqtt2kafka waits for it.",
                 "Make it: scripts/topics.");
        return;
    }
    judge_copies(desk);
    judge_log(desk);
    judge_retention(facts.own, desk);
    judge_retained_bytes(desk);
    judge_refusals(facts.own, desk);
    judge_sizes(facts, desk);
}

} // namespace tlm::mqtt2kafka::check
