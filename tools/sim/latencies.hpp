// SPDX-License-Identifier: Apache-2.0
// How long messages took to each hop, as JSON that can be read back and merged.
#pragma once

#include "tools/sim/histogram.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace simdjson::dom {
class element;
} // namespace simdjson::dom

namespace tlm::sim {

/// By the name of the hop: the time from the moment a message was meant to go out until it was
/// there.
using Latencies = std::map<std::string, Histogram, std::less<>>;

// The hops, nearest to the device first.
inline constexpr std::string_view kSentHop = "sent";                 ///< given to the connection
inline constexpr std::string_view kAcknowledgedHop = "acknowledged"; ///< or written
inline constexpr std::string_view kKafkaHop = "in Kafka";            ///< given to a consumer
inline constexpr std::string_view kPostgresHop = "in PostgreSQL";    ///< visible to a query
inline constexpr std::string_view kPageHop = "at a browser"; ///< given to a WebSocket client
inline constexpr std::array kTimeline{kSentHop, kAcknowledgedHop, kKafkaHop, kPostgresHop,
                                      kPageHop};

/// Adds each histogram of `other` to that of the same name.
void merge(Latencies& into, const Latencies& other);

enum class Buckets { with, without };

/// Appends `{"HOP":{"count":…,"min_ms":…,"mean_ms":…,"p50_ms":…,"p90_ms":…,"p99_ms":…,"p999_ms":…,
/// "max_ms":…},…}`; with buckets also `"buckets_ns":[[largest time,count],…]`, from which
/// read_latencies() restores the histogram.
void append_latencies(std::string& out, const Latencies& latencies, Buckets buckets);

/// Reads an object that append_latencies() has written with buckets; empty when it is not one.
[[nodiscard]] std::optional<Latencies> read_latencies(simdjson::dom::element json);

/// What a file of --latency holds.
struct LatencyFile {
    Latencies latencies{};
    std::string invalid{}; ///< why the times may be those of the generator; empty: they are not
};

/// Adds the latencies; they are invalid when a part is, for its reason, told of `name`.
void merge(LatencyFile& into, const LatencyFile& other, std::string_view name);

/// Appends `{"valid":…,"latency":{…}}` with buckets, without a newline; between them `"invalid":`
/// and the reason where there is one.
void append_latency_file(std::string& out, const LatencyFile& file);

/// Reads what append_latency_file() has written; empty when it is not that. Without the member
/// `valid` it is.
[[nodiscard]] std::optional<LatencyFile> parse_latency_file(std::string_view text);

} // namespace tlm::sim
