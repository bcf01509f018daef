// SPDX-License-Identifier: Apache-2.0
// Messages that Kafka has and the broker may send again.
#pragma once

#include "tools/mqtt2kafka/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace tlm::mqtt2kafka {

/// The next offset of each partition of one topic.
using Offsets = std::map<std::int32_t, std::int64_t>;

/// How far each topic is proved.
struct Marks {
    Offsets records;
    Offsets dead_letters;

    bool operator==(const Marks&) const = default;
};

/// Where Kafka has put a record or a dead letter.
struct Place {
    enum class Topic { records, dead_letters };

    std::int32_t partition = 0;
    std::int64_t offset = 0;
    Topic topic = Topic::records;
};

/// An acknowledgement that was written proves nothing: when the connection is reset, the broker
/// drops what it had not read, and sends those messages again, marked as duplicates. What proves it
/// is an answer to something written after it. So everything acknowledged is remembered until such
/// an answer comes; when the connection ends first, it is expected again, and recognised once.
///
/// Each proof moves the marks: what Kafka has before a mark will never come again. Whoever finds
/// the marks after a crash reads the topics from them on and expect()s what it finds.
///
/// Brokers that share nothing repeat each what they had sent: marks move, and expectations end,
/// when none of them has anything to repeat any more.
///
/// Pure; used by one thread. Memory is bounded: `kMost` messages without proof are forgotten, and
/// would be forwarded twice.
class Redeliveries {
  public:
    static constexpr std::size_t kMost = 1U << 20U;

    /// The marks that were found at the start, or where the topics ended when none were.
    void begin_at(const Marks& marks) { m_acknowledged = marks; }

    /// There are so many brokers, each with a session that may have something to repeat. One at
    /// first.
    void begin_with(std::size_t brokers);

    /// All that follows is said of this broker, counted from 0.
    void at(std::size_t broker) noexcept { m_broker = broker; }

    /// The broker may send it, for nobody knows whether it has read the acknowledgement.
    void expect(const Digest& digest);

    /// A message that the broker marks as a duplicate: true when Kafka has it; it is then no more
    /// expected.
    [[nodiscard]] bool recognise(const Digest& digest);

    /// Kafka has it and its acknowledgement is written. No digest: it will not be recognised.
    void acknowledged(const std::optional<Digest>& digest, const std::optional<Place>& place);

    /// What the broker had never sent before was acknowledged. Redeliveries come first, so nothing
    /// is expected of it any more. True when nothing is of any broker: none may repeat anything.
    bool nothing_expected();

    /// While it is set, what the broker had sent before may come behind what it had not, and
    /// silence proves nothing: nothing ends what is expected. Nor is the DUP flag sure: a cluster
    /// forgets with a node how often it has sent a message.
    void come_late(bool late) noexcept { m_late = late; }

    [[nodiscard]] bool late() const noexcept { return m_late; }

    /// A message has come, whichever.
    void message_came() noexcept { m_silent = false; }

    /// There is something to prove, and no question is open: something was acknowledged since the
    /// last one, or messages may still be expected.
    [[nodiscard]] bool provable() const noexcept
    {
        return !m_question && (m_unproven || m_repeating.contains(m_broker));
    }

    /// A question is written now: its answer proves all that was acknowledged before.
    void asked();

    /// The answer has come. The marks when they may move: not while messages are still expected,
    /// for those are behind them. None are, when no message came between question and answer: a
    /// broker that has read all acknowledgements and has nothing to say has nothing to repeat.
    [[nodiscard]] std::optional<Marks> answered();

    /// The broker has read everything that was written, and is not listened to any more: the marks
    /// when nothing was expected.
    [[nodiscard]] std::optional<Marks> all_read();

    /// Everything without proof may come again.
    void connection_lost();

    /// The broker has forgotten the session: nothing will come again.
    void session_lost();

    [[nodiscard]] std::size_t expected() const noexcept { return m_expected.size(); }

  private:
    /// What the open question proves.
    struct Question {
        std::vector<Digest> digests;
        Marks marks;
        bool moves_marks = false; ///< nothing was expected any more when it was asked
    };

    std::unordered_map<Digest, std::size_t, DigestHash> m_expected;
    std::vector<Digest> m_unasked; ///< acknowledged since the last question
    std::optional<Question> m_question;
    Marks m_acknowledged;                 ///< after the last place acknowledged
    bool m_unproven = false;              ///< something was acknowledged since the last question
    std::set<std::size_t> m_repeating{0}; ///< brokers that may still send what they had sent before
    std::size_t m_broker = 0;
    bool m_silent = false; ///< no message has come since the question
    bool m_late = false;
};

} // namespace tlm::mqtt2kafka
