// SPDX-License-Identifier: Apache-2.0
// What the live MQTT broker does to the promise.
#include "common/base/units.hpp"
#include "tools/mqtt2kafka/check/finding.hpp"
#include "tools/mqtt2kafka/check/limits.hpp"

#include <chrono>

namespace tlm::mqtt2kafka::check {
namespace {

constexpr int kRefusedQos = 0x80;

std::string of(std::size_t part, std::size_t whole)
{
    return std::to_string(part) + " of " + std::to_string(whole);
}

/// Appends findings of one broker; each says which.
struct Bench {
    const BrokerFacts& broker;
    std::vector<Finding>& findings;

    void add(Severity severity, std::string_view setting, const std::string& found,
             std::string effect, std::string remedy = "")
    {
        findings.push_back({severity, std::string(setting), found + ", at " + broker.where,
                            std::move(effect), std::move(remedy)});
    }
};

void judge_queue(Bench& bench, const QueueTrial& trial)
{
    if (trial.arrived < trial.sent) {
        bench.add(Severity::loses, "max_queued_messages",
                  of(trial.arrived, trial.sent) +
                      " messages came that were published while their subscriber was away",
                  "While the bridge is away, or Kafka is, the broker drops what its queue does not "
                  "hold. It has told the devices that it has it, and tells nobody that it has not.",
                  "mosquitto: max_queued_messages 0 and max_queued_bytes 1073741824.");
    }
    if (!trial.in_order) {
        bench.add(Severity::loses, "order", "queued messages came out of their order",
                  "A device's order is lost.");
    }
    if (trial.window < kSmallWindow && trial.window < trial.sent) {
        bench.add(Severity::loses, "window",
                  "the broker sends " + std::to_string(trial.window) +
                      " messages and waits for their acknowledgement",
                  std::string(kWindowEffect),
                  "mosquitto: max_inflight_messages 10000; or let the bridge speak MQTT 5.");
    }
    if (trial.again < trial.window) {
        bench.add(Severity::loses, "redelivery",
                  of(trial.again, trial.window) + " unacknowledged messages came again",
                  "What the bridge had not acknowledged when it died is gone.");
    }
}

void judge_granted(Bench& bench)
{
    for (const auto& [filter, qos] : bench.broker.granted) {
        if (qos >= kRefusedQos) {
            bench.add(Severity::loses, "subscription", filter + ": refused",
                      "The bridge is not allowed to see these messages: none is forwarded.",
                      "Give the bridge's user the right to read them.");
        } else if (qos < 1) {
            bench.add(Severity::loses, "qos", filter + ": QoS 0",
                      "The broker keeps nothing for a subscription at QoS 0.",
                      "mosquitto: max_qos 1 or 2.");
        }
    }
    if (bench.broker.maximum_qos < 1) {
        bench.add(Severity::loses, "qos", "QoS 0 is all that the broker takes",
                  "It keeps nothing that devices publish.", "mosquitto: max_qos 1 or 2.");
    }
}

void judge_session(Bench& bench)
{
    const BrokerFacts& broker = bench.broker;
    if (broker.id_replaced) {
        bench.add(Severity::untold, "use_username_as_clientid",
                  "the user's name is the client id, whatever the client says",
                  "A session for trying things out would be the bridge's own: none was made.",
                  "Let --check use another listener of the same broker, such as that of "
                  "examples/mosquitto/tlm.local.conf.");
    }
    if (broker.session_kept == false) {
        bench.add(Severity::loses, "session", "the broker forgot a session that had to stay",
                  "What is published while the bridge is away is lost.",
                  "Look for a limit of sessions at the broker.");
    }
    if (broker.session_expiry && std::chrono::seconds{*broker.session_expiry} < kShortestOutage) {
        bench.add(Severity::loses, "session-expiry",
                  "the broker keeps a session for " + std::to_string(*broker.session_expiry) + " s",
                  "When the bridge is away for longer, every message in its session is lost.");
    }
    if (broker.stranger_took_over == true) {
        bench.add(broker.loopback ? Severity::note : Severity::loses, "client id",
                  "somebody without a name, a password or a certificate took over a session",
                  std::string(broker.loopback ? "Everybody on this machine" : "Everybody") +
                      " can take over the bridge's session, and the messages in it.",
                  "mosquitto: allow_anonymous false and, below the listener, "
                  "use_username_as_clientid true.");
    }
}

void judge_version(Bench& bench)
{
    const BrokerFacts& broker = bench.broker;
    if (broker.version == "mosquitto version 2.0.16") {
        bench.add(Severity::loses, "mosquitto", broker.version,
                  "With max_queued_messages 0 it drops every message for a client that is away.",
                  "Use 2.0.17 or later, or Debian's 2.0.11.");
    }
    if (broker.dropped.value_or(0) > 0) {
        bench.add(Severity::note, "dropped", std::to_string(*broker.dropped) + " messages",
                  "So many messages it has dropped since it was started, of this session or of "
                  "another: see its log.");
    }
    if (!broker.v5 && !broker.id_replaced) {
        bench.add(Severity::note, "MQTT 3.1.1", "spoken",
                  "It decides how many messages are on their way to the bridge and how long a "
                  "session lasts, and sends retained messages with each connection.");
    }
}

} // namespace

void judge_broker(const Facts&, const BrokerFacts& broker, std::vector<Finding>& findings)
{
    Bench bench{broker, findings};
    for (const auto& [step, problem] : broker.problems) {
        bench.add(Severity::untold, step, problem, "This could not be tried.",
                  step == kQueue || step == kSession || step == kSize
                      ? "Give the user of --check the right to read and write tlm/check/#."
                      : "");
    }
    if (broker.conf) {
        judge_conf(broker, findings);
    }
    if (broker.problems.contains(kConnecting)) {
        return;
    }
    judge_version(bench);
    judge_granted(bench);
    judge_session(bench);
    if (broker.queue) {
        judge_queue(bench, *broker.queue);
    }
    if (broker.size && !broker.size->arrived) {
        const std::string& reason = broker.size->reason;
        bench.add(Severity::loses, "message_size_limit",
                  "a message of " + std::to_string(broker.size->bytes) + " bytes did not come" +
                      (reason.empty() ? "" : " (" + reason + ")"),
                  "The broker throws long messages away. A device that speaks MQTT 3.1.1 is told "
                  "that it has them.",
                  "mosquitto: leave message_size_limit out, and set max_packet_size.");
    }
    if (!broker.conf) {
        bench.add(Severity::untold, "persistence", "not to be seen from outside",
                  "What the broker keeps when it is restarted, or killed, cannot be told.",
                  "Give --mosquitto-conf FILE, where the broker is a mosquitto.");
    }
}

} // namespace tlm::mqtt2kafka::check
