// SPDX-License-Identifier: Apache-2.0
// What `mqtt2kafka --check` has found out, before it is judged.
#pragma once

#include "common/base/time.hpp"
#include "tools/mqtt2kafka/check/mosquitto_conf.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::mqtt2kafka::check {

/// What becomes of dead letters when they are written.
enum class Letters {
    topic,  ///< Kafka has them
    file,   ///< they are on a disk of this machine
    stream, ///< whoever reads has them, if anybody does: a pipe, a terminal, a device
};

/// What the command line says.
struct OwnFacts {
    /// librdkafka's properties that were given, under their canonical names.
    std::map<std::string, std::string, std::less<>> kafka;
    std::string refused; ///< why no producer can be made of them; empty: one can
    bool pipe = false;   ///< records go to standard output
    std::vector<std::string> filters;
    std::chrono::seconds session_expiry{};
    std::uint16_t receive_maximum = 0;
    std::uint64_t max_payload = 0;
    bool spills = false;        ///< --spill-dir is given
    bool recovers = true;       ///< no --no-recover
    bool drops_invalid = false; ///< --on-invalid drop, of some reason at least
    bool caps_floods = false;   ///< --flood-cap RATE, which loses bytes
    Letters letters = Letters::topic;
    std::string letters_to; ///< the file or stream
    milliseconds ts_max_age{};
    milliseconds ts_max_ahead{};
};

/// librdkafka's or libmosquitto's number: 0x020002 is 2.0.2.
using LibraryVersion = std::uint32_t;

struct LibraryFacts {
    LibraryVersion rdkafka = 0;
    LibraryVersion mosquitto = 0;
};

/// How often numbered messages were sent, and what came of them.
struct QueueTrial {
    std::size_t sent = 0;    ///< while the session was away
    std::size_t arrived = 0; ///< of these, each counted once
    std::size_t window = 0;  ///< how many came before the first was acknowledged
    std::size_t again = 0;   ///< of those, how many came once more after the connection broke
    bool in_order = false;
};

/// The longest payload that was tried.
struct SizeTrial {
    std::size_t bytes = 0;
    bool arrived = false;
    std::string reason; ///< what the broker told its sender; empty: nothing, or that it has it
};

/// One MQTT broker, as a client sees it. What is empty could not be found out.
struct BrokerFacts {
    std::string where; ///< its URL
    std::uint16_t port = 0;
    bool loopback = false; ///< it is reached by the loopback interface
    /// Why a step failed, by the name of what it would have proved.
    std::map<std::string, std::string, std::less<>> problems;
    bool v5 = false;
    bool greeted = false; ///< what it says in accepting a connection is known; the three below
    std::optional<std::uint32_t> maximum_packet; ///< the largest it takes; empty: any
    int maximum_qos = 2;
    std::optional<std::uint32_t> session_expiry; ///< s; empty: as we asked
    std::string version;                         ///< what it calls itself
    std::optional<std::uint64_t> dropped;
    std::map<std::string, int> granted; ///< QoS by filter; 128 and more: refused
    bool id_replaced = false;           ///< our client id is not what the broker goes by
    std::optional<bool> session_kept;
    std::optional<QueueTrial> queue;
    std::optional<SizeTrial> size;
    std::optional<bool> stranger_took_over; ///< without name, password and certificate
    std::optional<MosquittoConf> conf;      ///< its configuration, where we were given it

    /// The largest packet that it takes, in bytes: MQTT's own limit when it has none. Empty when
    /// that is not known.
    [[nodiscard]] std::optional<std::uint64_t> largest_packet() const;
};

struct TopicFacts {
    std::string name;
    bool letters = false; ///< it is for dead letters
    std::string problem;  ///< why nothing is known; empty: all below is
    int partitions = 0;   ///< 0: there is no such topic
    int replicas = 0;     ///< of the partition that has fewest
    int in_sync = 0;      ///< the same
    std::map<std::string, std::string, std::less<>> settings; ///< in effect, defaults included
};

struct KafkaFacts {
    std::string problem; ///< it does not answer; empty: it does
    std::vector<TopicFacts> topics;
};

struct Facts {
    OwnFacts own;
    LibraryFacts libraries;
    std::vector<BrokerFacts> brokers;
    std::optional<KafkaFacts> kafka; ///< empty without Kafka
};

// The names of the steps in BrokerFacts::problems.
inline constexpr std::string_view kConnecting = "connection";
inline constexpr std::string_view kSubscribing = "subscription";
inline constexpr std::string_view kSession = "session";
inline constexpr std::string_view kQueue = "queue";
inline constexpr std::string_view kSize = "message size";
inline constexpr std::string_view kLeftBehind = "clean-up";

} // namespace tlm::mqtt2kafka::check
