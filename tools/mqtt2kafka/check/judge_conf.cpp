// SPDX-License-Identifier: Apache-2.0
// What mosquitto's configuration does to the promise, as far as no client can see it.
#include "common/base/units.hpp"
#include "tools/mqtt2kafka/check/finding.hpp"
#include "tools/mqtt2kafka/check/limits.hpp"

#include <algorithm>
#include <array>

namespace tlm::mqtt2kafka::check {
namespace {

// mosquitto's defaults.
constexpr std::uint64_t kDefaultQueue = 1000;
constexpr std::uint64_t kDefaultAutosave = 1800;
constexpr std::uint64_t kDefaultSysInterval = 10;

class Reading {
  public:
    Reading(const MosquittoConf& conf, std::vector<Finding>& findings)
        : m_conf(conf), m_findings(findings)
    {}

    [[nodiscard]] const MosquittoConf& conf() const noexcept { return m_conf; }

    void add(Severity severity, const std::string& setting, const std::string& value,
             std::string effect, std::string remedy = "")
    {
        m_findings.push_back({severity, setting, value + ", in " + m_conf.name(), std::move(effect),
                              std::move(remedy)});
    }

    /// The setting as it stands there, or as mosquitto takes it where it does not.
    [[nodiscard]] std::string value(std::string_view setting, const std::string& fallback) const
    {
        const auto* const found = m_conf.find(setting);
        return found == nullptr ? fallback + " (mosquitto's default)" : *found;
    }

  private:
    const MosquittoConf& m_conf;
    std::vector<Finding>& m_findings;
};

/// A time of zero saves at the end only.
void judge_autosave(Reading& reading)
{
    const auto interval = reading.conf().number("autosave_interval", kDefaultAutosave);
    if (reading.conf().is_true("autosave_on_changes")) {
        reading.add(Severity::note, "autosave_on_changes", "after " + std::to_string(interval),
                    "A kill -9 or a power cut loses up to so many acknowledged messages.");
    } else if (interval == 0 || interval > kLongestAutosave) {
        reading.add(Severity::loses, "autosave_interval",
                    reading.value("autosave_interval", "1800"),
                    "mosquitto acknowledges from memory and writes its store at intervals: a "
                    "kill -9 or a power cut loses what it acknowledged since.",
                    "Set autosave_interval 1.");
    } else {
        reading.add(
            Severity::note, "autosave_interval", std::to_string(interval),
            "A kill -9 or a power cut of the broker loses what it acknowledged in the last " +
                std::to_string(interval + 1) + " s.");
    }
}

void judge_persistence(Reading& reading)
{
    if (reading.conf().has_persistence_plugin()) {
        return;
    }
    if (reading.conf().is_true("persistence")) {
        judge_autosave(reading);
        return;
    }
    reading.add(Severity::loses, "persistence", reading.value("persistence", "false"),
                "Sessions and queued messages are gone when mosquitto is restarted.",
                "Set persistence true and autosave_interval 1.");
}

void judge_queues(Reading& reading)
{
    constexpr std::uint64_t kMillion = 1'000'000;
    const auto messages = reading.conf().number("max_queued_messages", kDefaultQueue);
    const auto bytes = reading.conf().number("max_queued_bytes", 0);
    if (messages != 0) {
        reading.add(Severity::loses, "max_queued_messages",
                    reading.value("max_queued_messages", "1000"),
                    "While the bridge is away, or Kafka is, mosquitto drops what comes beyond so "
                    "many messages, and tells nobody.",
                    "Set max_queued_messages 0 and max_queued_bytes 1073741824.");
    }
    if (bytes != 0 && bytes < kSmallQueueBytes) {
        reading.add(Severity::loses, "max_queued_bytes", std::to_string(bytes),
                    "The queue is full after seconds of a busy fleet, and mosquitto drops what "
                    "comes then.",
                    "Set max_queued_bytes 1073741824, or what the machine has memory for.");
    } else if (bytes != 0) {
        reading.add(Severity::note, "max_queued_bytes", std::to_string(bytes),
                    "An outage that queues more loses the rest: about " +
                        std::to_string(bytes / kUsualMessage / kMillion) +
                        " million messages of 200 bytes.");
    } else if (messages == 0) {
        reading.add(Severity::note, "max_queued_bytes", "0, no limit",
                    "A long outage takes all memory, and ends the broker.",
                    "Set max_queued_bytes to what the machine has memory for.");
    }
}

/// What is refused memory is dropped, though its sender has been told that it is there.
void judge_memory(Reading& reading)
{
    if (reading.conf().number("memory_limit", 0) != 0) {
        reading.add(Severity::loses, "memory_limit", reading.value("memory_limit", "0"),
                    "When the queue of a session has filled it, mosquitto drops messages that it "
                    "has acknowledged to the devices.",
                    "Leave it out, and set max_queued_bytes to what the machine has memory for.");
    }
    if (reading.conf().is_true("queue_qos0_messages")) {
        reading.add(Severity::note, "queue_qos0_messages", "true",
                    "Messages at QoS 0 take room in the queue from those that must not be lost.");
    }
    const auto in_flight = reading.conf().number("max_inflight_bytes", 0);
    if (in_flight != 0 && in_flight < kSmallWindow * kUsualMessage) {
        reading.add(Severity::loses, "max_inflight_bytes", std::to_string(in_flight),
                    std::string(kWindowEffect), "Leave it out.");
    }
}

/// A disk that is memory is empty after a restart of the machine.
void judge_place(Reading& reading)
{
    constexpr std::array<std::string_view, 3> kVolatile{"/run/", "/var/run/", "/dev/shm/"};
    const auto* const place = reading.conf().find("persistence_location");
    if (place == nullptr || !reading.conf().is_true("persistence")) {
        return;
    }
    if (std::any_of(kVolatile.begin(), kVolatile.end(), [place](std::string_view folder) {
            return (*place + '/').starts_with(folder);
        })) {
        reading.add(Severity::loses, "persistence_location", *place,
                    "The folder is emptied when the machine starts: sessions and queued messages "
                    "are gone then.",
                    "Set persistence_location /var/lib/mosquitto/.");
    }
}

void judge_times_and_sizes(Reading& reading)
{
    if (reading.conf().number("message_size_limit", 0) != 0) {
        reading.add(Severity::loses, "message_size_limit", reading.value("message_size_limit", "0"),
                    "mosquitto confirms longer messages to their sender and throws them away.",
                    "Leave it out, and set max_packet_size.");
    }
    const auto* const expiration = reading.conf().find("persistent_client_expiration");
    const auto hours = expiration == nullptr ? std::nullopt : parse_expiration(*expiration);
    if (hours && std::chrono::hours{*hours} < kShortestOutage) {
        reading.add(Severity::loses, "persistent_client_expiration", *expiration,
                    "When the bridge is away for longer, its session and every message in it are "
                    "removed.",
                    "Set it to longer than any outage that must lose nothing: 14d.");
    }
}

void judge_listener(Reading& reading, const Listener& listener)
{
    const std::string where = "the listener on port " + std::to_string(listener.port);
    const auto max_qos = listener.settings.find("max_qos");
    if (max_qos != listener.settings.end() && max_qos->second == "0") {
        reading.add(Severity::loses, "qos", "max_qos 0, of " + where,
                    "Devices publish there at QoS 0 only: nothing is acknowledged, or kept.",
                    "Leave max_qos out.");
    }
    if (listener.loopback) {
        return; // who is on this machine is trusted, and tried by a stranger's connection
    }
    if (listener.is_true("allow_anonymous")) {
        reading.add(Severity::loses, "allow_anonymous", "true, of " + where,
                    "Everybody can take over the bridge's session, and the messages in it.",
                    "Set allow_anonymous false.");
    } else if (!listener.is_true("use_username_as_clientid")) {
        reading.add(Severity::loses, "use_username_as_clientid", "false, of " + where,
                    "A device that calls itself like the bridge takes over the bridge's session, "
                    "and the messages in it.",
                    "Set use_username_as_clientid true below the listener's line; above it, "
                    "mosquitto ignores it.");
    }
}

/// A client that asks sees no difference: the answer is that it has subscribed.
void judge_rights(Reading& reading, const Listener& listener)
{
    const auto file = listener.settings.find("acl_file");
    if (file != listener.settings.end()) {
        reading.add(Severity::note, "acl_file", file->second,
                    "mosquitto grants a subscription that this file does not let its user read, "
                    "and sends nothing.",
                    "See that the bridge's user has 'topic read FILTER' there for each filter.");
    }
}

/// Without $SYS nobody hears of what is dropped.
void judge_counters(Reading& reading)
{
    if (reading.conf().number("sys_interval", kDefaultSysInterval) == 0) {
        reading.add(Severity::note, "sys_interval", "0",
                    "mosquitto does not tell how many messages it has dropped.",
                    "Leave it out: the default is 10.");
    }
}

} // namespace

void judge_conf(const BrokerFacts& broker, std::vector<Finding>& findings)
{
    Reading reading{*broker.conf, findings};
    const auto listeners = broker.conf->listeners();
    if (std::none_of(listeners.begin(), listeners.end(),
                     [&broker](const Listener& one) { return one.port == broker.port; })) {
        reading.add(Severity::untold, "mosquitto-conf",
                    "no listener on port " + std::to_string(broker.port),
                    "It is not the configuration of " + broker.where + '.',
                    "Name the file that this broker was started with.");
    }
    judge_persistence(reading);
    judge_place(reading);
    judge_queues(reading);
    judge_memory(reading);
    judge_times_and_sizes(reading);
    judge_counters(reading);
    for (const Listener& listener : listeners) {
        judge_listener(reading, listener);
        if (listener.port == broker.port) {
            judge_rights(reading, listener);
        }
    }
}

} // namespace tlm::mqtt2kafka::check
