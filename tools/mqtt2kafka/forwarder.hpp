// SPDX-License-Identifier: Apache-2.0
// What happens to the messages of one window until all of them are safe.
#pragma once

#include "common/base/time.hpp"
#include "common/flow/ack_window.hpp"
#include "common/flow/dead_letters.hpp"
#include "common/flow/sink.hpp"
#include "common/formats/sparkplug_checkpoint.hpp"
#include "common/validation/flood_gate.hpp"
#include "tools/mqtt2kafka/dead_letter_lane.hpp"
#include "tools/mqtt2kafka/message_batch.hpp"
#include "tools/mqtt2kafka/redeliveries.hpp"
#include "tools/mqtt2kafka/refusal.hpp"
#include "tools/mqtt2kafka/translate.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tlm::mqtt2kafka {

/// Totals since the start, for metrics and the log.
struct Counts {
    std::uint64_t received = 0;
    std::uint64_t forwarded = 0;         ///< records confirmed by the sink
    std::uint64_t without_guarantee = 0; ///< received at QoS 0: the broker keeps no copy
    std::uint64_t redelivered = 0;       ///< received with the DUP flag
    std::uint64_t recognised = 0;        ///< redelivered, known to be in Kafka, not sent again
    std::uint64_t retained = 0;
    std::uint64_t dropped = 0;        ///< not valid, and not wanted as dead letters
    std::uint64_t passed_over = 0;    ///< well, and nothing to record, as a command to a device
    std::uint64_t unknown_fields = 0; ///< of decoded payloads, skipped
    std::uint64_t not_finite = 0;     ///< numbers of decoded payloads that became null
    std::uint64_t rebirths = 0;       ///< births that were asked for
    std::uint64_t properties_cut = 0; ///< MQTT 5 properties beyond the limits, left out
    std::uint64_t replaced_timestamps = 0;
    std::uint64_t acknowledged = 0;               ///< messages above QoS 0 whose PUBACK was written
    std::map<Reason, std::uint64_t> dead_letters; ///< confirmed by the dead-letter sink
    std::uint64_t spilled = 0;                    ///< of these, with the payload in a file
};

/// What becomes of messages that are no records, or that Kafka does not take.
struct Resolve {
    Spill* spill = nullptr; ///< for payloads that no topic takes; null: they are held
    /// A record that Kafka refuses for its rules is tried for so long before it is a dead letter.
    milliseconds stuck_after{30'000};
    validation::FloodCapSettings flood{}; ///< of dead letters
    validation::DigestKey flood_key{};    ///< random
};

/// Takes messages, sends each as a record or a dead letter, and says when all of them are
/// confirmed. A record that the sink refuses as too large becomes a dead letter, but not with its
/// neighbours: a broker refuses whole batches, so what was refused is sent once more on its own.
/// One that is refused for other rules of its topic is sent again for a while, for rules change. A
/// message is failed() when it cannot be made safe at all: then nothing may be acknowledged, and
/// when it comes again, records go one at a time until the sink takes one: of a batch that is
/// refused and the next that is not, the next would overtake.
/// Pure apart from the sinks; used by one thread.
class Forwarder {
  public:
    /// The sinks must outlive this object. `flush_records`: the sink confirms only what was
    /// flushed, as lines to a descriptor do.
    Forwarder(TranslateOptions options, AckWindow::Bound bound, Sink& records,
              DeadLetters& dead_letters, bool flush_records, Resolve resolve = {});

    /// True while the window can take() one more.
    [[nodiscard]] bool has_room() const noexcept { return m_window.has_room(); }

    /// See Translator.
    void use(validation::SchemaSet schemas, std::shared_ptr<const validation::Registry> registry)
    {
        m_translator.use(std::move(schemas), std::move(registry));
    }

    /// Payloads are decoded by it from now on; it is not owned. Null: they are JSON.
    void use(formats::PayloadDecoder* decoder) noexcept { m_translator.decoding().use(decoder); }

    void take(const Message& message, Monotonic now);

    /// Sends what is not sent yet, as far as the sinks have room, and takes delivery reports.
    void advance(EpochMs wall, Monotonic now);

    /// Messages taken whose fate is not known.
    [[nodiscard]] std::size_t unconfirmed() const noexcept { return m_window.outstanding(); }

    /// A message will never be confirmed; failure() says why.
    [[nodiscard]] bool failed() const noexcept { return m_window.failed() > 0; }

    [[nodiscard]] const std::string& failure() const noexcept { return m_failure; }

    /// Why a record is sent again and again, while it is; else empty.
    [[nodiscard]] const std::string& held_up() const noexcept { return m_held_up; }

    /// Everything taken was confirmed and then acknowledged: forgets it.
    void release();

    /// The connection is gone. What was not sent yet is dropped: the broker sends it again.
    /// `acknowledgements_began`: some were written, nobody knows which the broker has read.
    void link_lost(bool acknowledgements_began);

    /// A new connection begins; nothing may be unconfirmed. What is safe and may come again is
    /// expected from now on: where an acknowledgement may have left only messages with a time or
    /// number of their own, for two equal ones without may both be true.
    void link_opened();

    /// The broker's answer: without a session nothing will come again.
    void session_known(bool present);

    /// The topic has this record since before we began, and nobody knows whether its message was
    /// acknowledged.
    void expect(const Record& record, std::span<const Header> headers, const Place& place);

    /// The same of a dead letter in its topic.
    void expect_dead_letter(std::string_view payload, std::span<const Header> headers);

    /// Which messages the decoder has seen, for whoever keeps its memory: to be asked when
    /// everything taken is confirmed and nothing of it acknowledged yet.
    [[nodiscard]] formats::SparkplugCheckpoint checkpoint();

    /// The decoder has its memory back, of this checkpoint. Before expect().
    void resume(const formats::SparkplugCheckpoint& checkpoint);

    /// Births that were asked for since the last call.
    [[nodiscard]] std::vector<formats::SparkplugRebirth> take_rebirths();

    [[nodiscard]] bool decodes() const noexcept { return m_translator.decodes(); }

    /// At the end: sends what stands for the dead letters that were not written.
    void finish(EpochMs wall) { m_gate.finish(wall); }

    /// Null when nothing beyond the record's guards is judged.
    [[nodiscard]] const validation::Stage* stage() const noexcept { return m_translator.stage(); }

    [[nodiscard]] const validation::FloodCap& flood_cap() const noexcept { return m_gate.cap(); }

    [[nodiscard]] Redeliveries& redeliveries() noexcept { return m_redeliveries; }

    [[nodiscard]] const AckWindow& window() const noexcept { return m_window; }

    [[nodiscard]] const Counts& counts() const noexcept { return m_counts; }

  private:
    /// What is known of one message of the batch.
    struct Fate {
        Digest digest;
        bool identified = false;             ///< see Translated
        std::optional<Place> place;          ///< once Kafka has said it
        std::unique_ptr<PlainPayload> plain; ///< decoded, until it is safe
        bool elsewhere = false;              ///< decoded, and it goes to no topic of records
        bool judged = false;                 ///< and so not again, whatever the sinks say
        bool is_letter = false;
        std::unique_ptr<Reject> fault{}; ///< of judged: why it is not valid, if so
    };

    void send_unsent(EpochMs wall);
    [[nodiscard]] bool send_first(std::size_t index, EpochMs wall);
    [[nodiscard]] bool recognise(std::size_t index, EpochMs wall);
    [[nodiscard]] Translation judge(std::size_t index, EpochMs wall);
    [[nodiscard]] Translation again(std::size_t index, EpochMs wall);
    [[nodiscard]] bool send_judged(std::size_t index, const Translation& translation, EpochMs wall);
    [[nodiscard]] bool send_decoded(std::size_t index, EpochMs wall);
    [[nodiscard]] bool recognise_decoded(std::size_t index, EpochMs wall);
    [[nodiscard]] std::unique_ptr<PlainPayload> decode(const Message& message, EpochMs wall);
    [[nodiscard]] Message message(std::size_t index) const;
    [[nodiscard]] bool confirm(std::size_t index);
    [[nodiscard]] bool send(std::size_t index, const Translation& translation);
    void send_refused(EpochMs wall);
    [[nodiscard]] bool resolve(std::size_t index, EpochMs wall);
    void refused(std::size_t index, std::string error, Refusal refusal);
    [[nodiscard]] bool send_dead_letter(std::size_t index, const DeadLetter& letter);
    void settle_records();
    void settle_dead_letters();
    void count(const Message& message);
    void forget_batch();

    Translator m_translator;
    Sink& m_records;
    validation::FloodGate m_gate;
    DeadLetterLane m_dead_letters;
    bool m_flush_records;
    Resolve m_resolve;

    MessageBatch m_batch;
    AckWindow m_window;
    std::vector<Fate> m_fates; ///< of m_batch
    Redeliveries m_redeliveries;
    Ticket m_first_ticket = 0;         ///< of m_batch[0]
    std::size_t m_sent = 0;            ///< how many of the batch were given to a sink
    std::size_t m_at_records = 0;      ///< how many the record sink has not reported on
    bool m_probing = false;            ///< one at a time, since a window failed
    std::size_t m_acknowledgeable = 0; ///< how many of the batch are above QoS 0
    bool m_fresh_seen = false;         ///< the batch holds a message that was never sent before
    bool m_acknowledgements_began = false;

    struct Refused {
        std::string error;
        Refusal refusal;
        bool alone = false; ///< the sink has refused it on its own: it is the one
    };

    // Of payloads that are decoded, see Decoding.
    std::unordered_map<Digest, std::unique_ptr<PlainPayload>, DigestHash> m_unresolved; ///< again
    std::unordered_map<Digest, Place, DigestHash> m_unseen; ///< in Kafka, not seen by the decoder
    std::unordered_multiset<Digest, DigestHash> m_unidentified; ///< of what is expected
    bool m_waits_for_schema = false;                            ///< that is what m_held_up says
    Offsets m_seen; ///< what the decoder has seen of each partition
    std::vector<formats::SparkplugRebirth> m_rebirths;

    std::map<std::size_t, Refused> m_refused;    ///< by index: to be sent again, or given up
    std::optional<std::size_t> m_alone;          ///< index: sent once more, on its own
    std::optional<Monotonic> m_alone_refused_at; ///< the first time
    Monotonic m_next_attempt;                    ///< of m_alone
    std::string m_held_up;
    Monotonic m_now;
    EpochMs m_wall = 0;
    std::vector<DeadLetterLane::Settled> m_settled;
    std::vector<Delivery> m_deliveries;
    std::string m_failure;
    Counts m_counts;
};

} // namespace tlm::mqtt2kafka
