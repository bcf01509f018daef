// SPDX-License-Identifier: Apache-2.0
// The one validation stage: all that is judged of a record beyond its grammar.
#pragma once

#include "common/record/record.hpp"
#include "common/validation/clock_census.hpp"
#include "common/validation/device_table.hpp"
#include "common/validation/keyword_counts.hpp"
#include "common/validation/on_invalid.hpp"
#include "common/validation/rate_limiter.hpp"
#include "common/validation/registry.hpp"
#include "common/validation/schema_judge.hpp"
#include "common/validation/sequence_window.hpp"
#include "common/validation/top_k.hpp"
#include "common/validation/ts_limits.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace tlm::validation {

/// Everything is off until it is asked for.
struct StageSettings {
    UnknownDevice unknown_device = UnknownDevice::pass; ///< only with a registry
    std::optional<Rate> limit{};                        ///< of each device's messages
    bool sequence = false;                              ///< look for duplicates, gaps and disorder
    bool tag_order = false; ///< and tag what is not in order: `"tlm-order":"gap"`
    bool skew = false;      ///< estimate the skew of each device's clock
    TsLimits ts{};
    OnInvalidPolicy on_invalid{};
    std::uint64_t max_devices = 1'000'000; ///< remembered; see DeviceTable
    DigestKey key{};                       ///< random
    Limits limits{};                       ///< of a payload
};

enum class Fate {
    go_on,       ///< the record goes on
    dead_letter, ///< the original bytes become a dead letter
    drop,        ///< nothing is done with it
};

/// What the stage says of one record.
struct [[nodiscard]] Judgement {
    Fate fate = Fate::go_on;
    /// With go_on, what goes on. Its views are those of the record that was judged or, where
    /// something was changed, the stage's: valid until the next call of any of its methods.
    Record record{};
    bool changed = false;           ///< tags or data of `record` are others than were judged
    bool marked = false;            ///< it goes on, and must say why it is invalid: append_marked()
    std::optional<Reject> reject{}; ///< why it is invalid; there with go_on too (mark, pass)
    Sequence sequence{};
    std::optional<milliseconds> skew{}; ///< our clock minus the device's, see Skew
};

/// Totals since the start.
struct StageCounts {
    std::uint64_t judged = 0;
    std::uint64_t valid = 0;
    std::array<std::uint64_t, kReasonCount> invalid{}; ///< by Reason
    std::uint64_t dead_letters = 0;                    ///< what became of the invalid ones
    std::uint64_t dropped = 0;
    std::uint64_t marked = 0;
    std::uint64_t passed = 0;
    std::array<std::uint64_t, kOrderCount> order{}; ///< by Order
    std::uint64_t missing = 0;         ///< seqs that were skipped; out_of_order ones came after all
    std::uint64_t unknown_devices = 0; ///< records of devices that the registry does not have
    std::uint64_t coerced = 0;
    std::uint64_t enriched = 0;
};

/// Judges records one after another and keeps what has to be known of each device. The order is
/// fixed, the first fault decides:
///
///  1. the registry: unknown_device; else the tags of the device are added
///  2. the device is remembered: its sequence and its clock are observed
///  3. rate_limited    4. duplicate    5. ts_too_old, ts_in_future
///  6. the schema map chooses schema and rules
///  7. coercion    8. the schema    9. out_of_range, too_steep, stuck_value
///
/// What a fault does is the policy's to say (see OnInvalid). Of a record that goes on unchanged
/// every byte is as it was; otherwise the bytes outside the changed values are.
///
/// Time is the record's receivedAt, so the same records give the same verdicts. Pure; used by one
/// thread; exceptions only for want of memory.
class Stage {
  public:
    explicit Stage(const StageSettings& settings);
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    ~Stage();

    /// Replaces the registry; null: there is none.
    void use_registry(std::shared_ptr<const Registry> registry);

    /// Replaces schemas and rules. Last readings, by which steps are measured, begin anew.
    void use_schemas(SchemaSet schemas);

    /// Judges a record: once for each message, because asked again it is a duplicate. `subject`
    /// is of the record: data and tags parsed, the topic when needs_topic(). Paths in the Reject
    /// begin with its `place`, but that of `ts` does not: it is the record's.
    Judgement judge(const Record& record, const Subject& subject);

    /// What judge() made of a record that it let go on, once more: for one whose destination did
    /// not take it. `fault` is judge()'s reject, or null. Nothing is judged, observed or counted;
    /// rules and registry are those of now. A tag of `tag_order` is not given again.
    Judgement change_again(const Record& record, const Subject& subject, const Reject* fault);

    /// Choosing a schema takes the topic.
    [[nodiscard]] bool needs_topic() const noexcept;

    /// A record that was judged, with `fault` or null, did not reach its destination and will come
    /// again: it is no duplicate then, and what the limit took for it is given back.
    void undelivered(const Record& record, const Reject* fault = nullptr);

    /// Records may be read again from some earlier place on: none of them is a duplicate then, and
    /// each device's sequence begins anew.
    void read_again();

    [[nodiscard]] const StageCounts& counts() const noexcept;

    [[nodiscard]] const TopFailing& failing() const noexcept;

    [[nodiscard]] const KeywordCounts& keywords() const noexcept;

    /// Empty without `skew`.
    [[nodiscard]] const ClockCensus& clocks() const noexcept;

    /// How many devices are remembered, and how many were forgotten for want of room.
    [[nodiscard]] std::size_t devices() const noexcept;
    [[nodiscard]] std::uint64_t evicted_devices() const noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::validation
