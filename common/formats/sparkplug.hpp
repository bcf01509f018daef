// SPDX-License-Identifier: Apache-2.0
// Sparkplug B messages to JSON text, with what must be remembered between them.
#pragma once

#include "common/base/time.hpp"
#include "common/formats/decoded.hpp"
#include "common/formats/sparkplug_topic.hpp"
#include "common/record/reject.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tlm::formats {

struct SparkplugOptions {
    DecodeLimits limits{};
    std::size_t max_edge_nodes = 10'000;
    std::size_t max_metrics = 1'000'000; ///< known from births, of all edge nodes: some 150 B each
    milliseconds rebirth_interval{
        30'000}; ///< until an edge node that did not answer is asked again
};

/// What a message was.
struct SparkplugMessage {
    SparkplugType type = SparkplugType::state;
    bool forward = false;     ///< JSON was appended; not for commands and stale death certificates
    bool gap = false;         ///< messages of the same edge node are missing before this one
    bool repeated = false;    ///< it has the seq of the message before it
    std::uint64_t unborn = 0; ///< metrics by name that the birth certificate did not announce
    std::string_view device_id; ///< see append_sparkplug_device_id; valid until the next call
    Decoded decoded{};
};

/// A message to be published at QoS 0, not retained: it asks an edge node for its births.
struct SparkplugRebirth {
    std::string topic;
    std::string payload;
};

/// Decodes what edge nodes and their devices publish: Sparkplug B of version 3.0.0. Births are
/// forwarded like data, for metrics that never change stand nowhere else. Aliases and datatypes
/// come from births; `seq` is checked over all messages of an edge node, so one instance must see
/// them all, in order. One instance serves one thread. See tlm-formats(5), SPARKPLUG B.
class SparkplugDecoder {
  public:
    explicit SparkplugDecoder(SparkplugOptions options = {});
    SparkplugDecoder(SparkplugDecoder&&) noexcept;
    SparkplugDecoder& operator=(SparkplugDecoder&&) noexcept;
    ~SparkplugDecoder();

    /// Appends one JSON object, see tlm-formats(5). Rejects: bad_topic, too_long, too_deep,
    /// bad_sparkplug, no_birth, invalid_utf8, and for STATE what is wrong with its JSON; `out` is
    /// then as it was. Two values of one metric never share a key, but two metrics may: a reader of
    /// payloads rejects that as duplicate_key.
    [[nodiscard]] Verdict<SparkplugMessage> decode(std::string_view topic, std::string_view payload,
                                                   EpochMs received_at, std::string& out);

    /// The request that the last decode() made necessary, whatever its verdict. An edge node that
    /// does not answer is asked again after rebirth_interval.
    [[nodiscard]] std::optional<SparkplugRebirth> take_rebirth();

    /// Messages may have been missed: aliases of an edge node are trusted again once its next
    /// message continues seq, as after import_state().
    void interrupted();

    /// Appends what births told, one line an edge node, for whoever keeps it over a restart.
    void export_state(std::string& out) const;

    /// The same of what has changed since the last call, seq included; a line takes the place of
    /// earlier ones of the same edge node. Costs what changed, not what is known.
    void export_changes(std::string& out);

    /// Takes back what was exported, changes behind it, in the place of what is known; a Reject
    /// leaves everything as it was. Aliases of an edge node are trusted once its next message
    /// continues the seq that was exported; else they may have been given away meanwhile: no_birth,
    /// and a rebirth.
    [[nodiscard]] std::optional<Reject> import_state(std::string_view text);

    /// Changes whenever an export would have other tables than the last one (seq apart).
    [[nodiscard]] std::uint64_t state_version() const noexcept;

  private:
    class State;
    std::unique_ptr<State> m_state;
};

} // namespace tlm::formats
