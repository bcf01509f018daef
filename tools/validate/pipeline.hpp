// SPDX-License-Identifier: Apache-2.0
// The loop of tlm-validate: a source, the judge, the sink, the dead letters, and what is committed.
#pragma once

#include "common/base/error.hpp"
#include "common/base/exit_status.hpp"
#include "common/flow/dead_letters.hpp"
#include "common/formats/payload_decoder.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/ndjson/line_sink.hpp"
#include "common/ndjson/line_source.hpp"
#include "common/ops/health.hpp"
#include "common/ops/sd_notify.hpp"
#include "common/ops/signals.hpp"
#include "common/validation/flood_gate.hpp"
#include "tools/validate/form.hpp"
#include "tools/validate/in_flight.hpp"
#include "tools/validate/judge.hpp"
#include "tools/validate/validate_metrics.hpp"

#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tlm::validate {

/// What the loop is told.
struct PipelineSettings {
    Form form = Form::records;
    bool strict = false;
    milliseconds drain_timeout{10'000};
    InFlight::Bound window{};
    validation::FloodCapSettings flood{};
    validation::DigestKey key{}; ///< random
};

/// Everything around the loop that it does not own.
struct Surroundings {
    ops::Shutdown& shutdown;
    ops::Health& health;
    ops::SdNotify& notify;
    ValidateMetrics& metrics;
    Sink& records;
    DeadLetters& letters;
    const ndjson::LineSink* lines = nullptr;    ///< `records`, when that is stdout
    formats::PayloadDecoder* decoder = nullptr; ///< of Kafka's values; null: they are JSON
};

/// Reads until the end of the input or a request to stop. What a source is told to be done is in
/// the output, or a dead letter, and confirmed there. Used by one thread, on which the listener is
/// called as well.
class Pipeline final : public kafka::PartitionListener {
  public:
    /// `offsets`: the source remembers what is committed.
    Pipeline(PipelineSettings settings, Surroundings surroundings, Judge& judge, bool offsets);

    /// Called between two records when the rules are to be read again.
    std::function<void()> on_reload{};

    /// Values are decoded by it from now on.
    void use(formats::PayloadDecoder* decoder) noexcept { m_around.decoder = decoder; }

    [[nodiscard]] ExitStatus run(ndjson::LineSource& source);
    [[nodiscard]] ExitStatus run(kafka::KafkaSource& source);

    // kafka::PartitionListener
    std::vector<std::optional<std::int64_t>>
    on_assigned(std::span<const std::int32_t> partitions) override;
    void on_revoked(std::span<const std::int32_t> partitions, bool lost) override;

  private:
    [[nodiscard]] ExitStatus loop();
    void notice_stop(Monotonic now);
    [[nodiscard]] ExitStatus finish();
    void read(Monotonic now);
    [[nodiscard]] SourceState poll_source();
    void pause_or_resume(Monotonic now);
    void take(std::size_t index, const Input& input);
    void act(std::size_t index, const Input& input, const Ruling& ruling, Ticket ticket);
    void take_encoded(std::size_t index, const Input& input, Ticket ticket);
    [[nodiscard]] std::optional<Verdict<formats::Unwrapped>> decode(const Input& input);
    [[nodiscard]] bool wait_for_schema(const Error& why, Monotonic since);
    [[nodiscard]] std::string_view topic_of(std::size_t index, const Input& input);
    void forward(std::size_t index, const Input& input, std::string_view value, Ticket ticket);
    void refuse(std::size_t index, const Input& input, const Reject& reject, Ticket ticket);
    void send(const Output& output, Ticket ticket);
    void send(const DeadLetter& letter, Ticket ticket);
    [[nodiscard]] bool wait_for_room();
    void send_refused();
    void settle();
    void settle_records();
    void settle_letters();
    void done(Ticket ticket);
    void commit();
    void wait(Monotonic now);
    void report(Monotonic now);

    [[nodiscard]] bool reading() const noexcept { return !m_finished && !m_deadline; }

    [[nodiscard]] bool reader_gone() const noexcept
    {
        return m_around.lines != nullptr && m_around.lines->reader_gone();
    }

    PipelineSettings m_settings;
    Surroundings m_around;
    Judge& m_judge;
    InFlight m_in_flight;
    validation::FloodGate m_gate;
    Source* m_source = nullptr;
    kafka::KafkaSource* m_kafka = nullptr;  ///< m_source, when it is that
    ndjson::LineSource* m_lines = nullptr;  ///< m_source, when it is that
    std::vector<std::int32_t> m_partitions; ///< held now

    std::vector<Input> m_inputs;
    std::vector<Delivery> m_deliveries;
    std::vector<Header> m_headers;
    std::string m_line;
    std::string m_json;           ///< what a value was decoded to
    std::size_t m_at_records = 0; ///< sent to the sink, not settled
    std::size_t m_at_letters = 0;
    std::deque<std::pair<Ticket, std::string>> m_refused; ///< by Kafka, and why
    Ticket m_alone = 0; ///< of the refused one that was sent again with nothing beside it
    Counts m_counts;
    std::optional<Monotonic> m_deadline; ///< set once a stop is requested
    std::optional<Monotonic> m_full_since;
    bool m_finished = false;     ///< the input has ended
    bool m_more_waiting = false; ///< the last poll gave all it was asked for
    bool m_gave_up = false;      ///< something could not even be sent before the deadline
    std::exception_ptr m_broken; ///< why the input ended before its end
    Monotonic m_next_report{};
};

} // namespace tlm::validate
