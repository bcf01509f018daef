// SPDX-License-Identifier: Apache-2.0
// From an MQTT message to a Kafka record or a dead letter.
#pragma once

#include "common/base/time.hpp"
#include "common/flow/sink.hpp"
#include "common/record/dead_letter.hpp"
#include "common/record/record.hpp"
#include "common/record/topic_template.hpp"
#include "common/validation/stage.hpp"
#include "tools/mqtt2kafka/decoding.hpp"
#include "tools/mqtt2kafka/digest.hpp"
#include "tools/mqtt2kafka/message.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tlm::mqtt2kafka {

struct TranslateOptions {
    TopicTemplate topic_template{"devices/{deviceId}/telemetry"};
    Limits limits;
    /// How far a device's clock may be off and still be Kafka's timestamp of the record. Beyond
    /// these a broker refuses the record's whole batch, or confirms it and deletes it as expired.
    milliseconds ts_max_age = std::chrono::hours{24};
    milliseconds ts_max_ahead = std::chrono::minutes{5};
    std::optional<validation::StageSettings> stage{}; ///< none: the record's guards alone judge
    std::uint64_t seed = 0;  ///< of digests: random, and kept for as long as they are
    std::string client_id{}; ///< whose dead letters they are: others may share their topic
};

/// A record for Kafka, and what it is recognised by when its message comes again.
struct Translated {
    Output output;
    Digest digest;
    /// The device told its own time or number: two messages with these bytes are one. Without, two
    /// equal ones may both be true.
    bool identified = false;
    std::optional<Reject> fault{}; ///< it is not valid, and goes on all the same
};

/// The message is not valid, and --on-invalid says that nothing is to be done with it.
struct Dropped {};

/// A record for Kafka, or why there is none.
using Translation = std::variant<Translated, DeadLetter, Dropped>;

/// Judges messages and makes records of them; see tlm-record(5). One instance serves one thread.
class Translator {
  public:
    explicit Translator(TranslateOptions options);

    /// Replaces schemas, rules and registry of the validation stage, where there is one.
    void use(validation::SchemaSet schemas, std::shared_ptr<const validation::Registry> registry);

    /// Payloads are to be decoded, see Decoding.
    [[nodiscard]] Decoding& decoding() noexcept { return m_decoding; }

    [[nodiscard]] bool decodes() const noexcept { return static_cast<bool>(m_decoding); }

    /// Once for each message: what is remembered of its device counts it. Views in the result are
    /// those of `message`, or live until the next call. When decodes(), the message has what it was
    /// decoded to.
    [[nodiscard]] Translation translate(const Message& message, EpochMs received_at);

    /// The same record once more, when translate() had made one that the sink did not take, with
    /// its `fault`. Nothing is judged again.
    [[nodiscard]] Translation translate_again(const Message& message, EpochMs received_at,
                                              const Reject* fault);

    /// A message that translate() has judged, with this fault or null, will come again.
    void undelivered(const Message& message, EpochMs received_at, const Reject* fault);

    struct Known {
        Digest digest;
        bool identified = false; ///< see Translated
    };

    /// All that the message may be known by from an earlier time, as record or dead letter.
    /// Nothing is judged.
    [[nodiscard]] std::vector<Known> known_by(const Message& message, EpochMs received_at);

    /// The digest of a record that stands in the topic: that of the message it was made of. None
    /// where translate() would call it not identified. `headers` are looked at when decodes(): a
    /// decoded payload does not tell which bytes it comes from.
    [[nodiscard]] std::optional<Digest> digest(const Record& record,
                                               std::span<const Header> headers) const;

    /// The same of a dead letter that stands in its topic: none, too, where another bridge wrote
    /// it, where its payload could not be read, or is not whole, and when decodes().
    [[nodiscard]] std::optional<Digest> digest_of_letter(std::string_view payload,
                                                         std::span<const Header> headers);

    /// The digest of the record that the message would be, whatever the stage says of it. None
    /// where it would be none, or one that is not identified, and when decodes().
    [[nodiscard]] std::optional<Digest> identity(const Message& message, EpochMs received_at);

    /// The digest of a message that is no record, or of any when decodes().
    [[nodiscard]] Digest digest(const Message& message) const;

    /// The same of a message that is known by its Decoding::hash().
    [[nodiscard]] Digest digest(std::string_view topic, std::string_view hash) const;

    /// A dead letter for a message that translate() had accepted and Kafka refused.
    [[nodiscard]] DeadLetter dead_letter(const Message& message, Reject reject,
                                         EpochMs received_at) const;

    /// Null when nothing beyond the record's guards is judged.
    [[nodiscard]] const validation::Stage* stage() const noexcept { return m_stage.get(); }

    /// How many records got our time as Kafka's timestamp, because the device's was too far off.
    [[nodiscard]] std::uint64_t replaced_timestamps() const noexcept { return m_replaced; }

  private:
    [[nodiscard]] std::optional<std::string_view> device_of(std::string_view topic) const;
    [[nodiscard]] std::optional<Reject>
    judge_topic(const std::optional<std::string_view>& device_id) const;
    /// The record of a message before the stage, or why there is none.
    [[nodiscard]] std::variant<Record, DeadLetter> read(const Message& message,
                                                        EpochMs received_at);
    /// The stage's change_again().
    [[nodiscard]] validation::Judgement change(const Message& message, const Record& record,
                                               const Reject* fault);
    [[nodiscard]] Translation forward(const Message& message,
                                      const validation::Judgement& judgement);

    /// Kafka's timestamp for the record; adds the header when it is not the device's.
    [[nodiscard]] EpochMs choose_timestamp(const Record& record);
    void set_header(std::string_view name, std::string_view value);
    void provenance(const Message& message);

    TranslateOptions m_options;
    Decoding m_decoding;
    PayloadReader m_reader;
    std::unique_ptr<validation::Stage> m_stage; ///< null: nothing more to judge
    std::string m_value;
    std::string m_marked;
    std::string m_hash;            ///< of the message that is forwarded, when decodes()
    std::vector<Header> m_headers; ///< the first m_header_count are in use: strings keep memory
    std::size_t m_header_count = 0;
    std::uint64_t m_replaced = 0;
};

} // namespace tlm::mqtt2kafka
