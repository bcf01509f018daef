// SPDX-License-Identifier: Apache-2.0
// The part of Forwarder that is about payloads which are decoded first. A decoder may remember, so
// it must see each message once and in order, whatever the broker sends again: what is recognised
// by its own bytes is not decoded a second time, and what could not be made safe before the
// connection broke keeps what it was decoded to.
#include "tools/mqtt2kafka/forwarder.hpp"

#include <algorithm>
#include <utility>

namespace tlm::mqtt2kafka {
namespace {

/// As many edge nodes as a decoder knows: one request each.
constexpr std::size_t kMostRebirths = 10'000;

} // namespace

/// False: not now.
bool Forwarder::send_decoded(std::size_t index, EpochMs wall)
{
    const Message original = m_batch[index];
    Fate& fate = m_fates[index];
    if (!fate.plain) {
        fate.digest = m_translator.digest(original);
        const bool may_be_again = original.dup || m_redeliveries.late();
        const bool may_be_known =
            may_be_again && (original.dup || !m_unidentified.contains(fate.digest));
        if (may_be_known && recognise_decoded(index, wall)) {
            ++m_counts.recognised;
            return confirm(index);
        }
        const auto again = may_be_again ? m_unresolved.find(fate.digest) : m_unresolved.end();
        if (again != m_unresolved.end()) {
            fate.plain = std::move(again->second);
            m_unresolved.erase(again);
        } else {
            fate.plain = decode(original, wall);
        }
    }
    if (!fate.plain) {
        m_held_up = m_translator.decoding().waiting_for();
        m_waits_for_schema = true;
        return false;
    }
    if (std::exchange(m_waits_for_schema, false)) {
        m_held_up.clear();
    }
    if (!fate.plain->forward) {
        ++m_counts.passed_over;
        return confirm(index);
    }
    const Translation translation = judge(index, wall);
    if (!std::holds_alternative<Translated>(translation)) {
        fate.elsewhere = fate.plain->timed;
        fate.identified = fate.plain->timed;
    }
    return send_judged(index, translation, wall);
}

/// A message that Kafka has; the decoder still has to see it, if it has not.
bool Forwarder::recognise_decoded(std::size_t index, EpochMs wall)
{
    Fate& fate = m_fates[index];
    if (!m_redeliveries.recognise(fate.digest)) {
        return false;
    }
    const auto unidentified = m_unidentified.find(fate.digest);
    fate.identified = unidentified == m_unidentified.end();
    if (!fate.identified) {
        m_unidentified.erase(unidentified); // of two equal ones that were both true, this one
    }
    if (const auto unseen = m_unseen.find(fate.digest); unseen != m_unseen.end()) {
        fate.place = unseen->second;
        m_unseen.erase(unseen);
        static_cast<void>(decode(m_batch[index], wall));
    }
    return true;
}

std::unique_ptr<PlainPayload> Forwarder::decode(const Message& message, EpochMs wall)
{
    Decoding& decoding = m_translator.decoding();
    auto plain = decoding.decode(message, wall, m_now);
    if (auto rebirth = decoding.take_rebirth(); rebirth && m_rebirths.size() < kMostRebirths) {
        ++m_counts.rebirths;
        m_rebirths.push_back(*std::move(rebirth));
    }
    if (plain) {
        m_counts.unknown_fields += plain->decoded.unknown_fields;
        m_counts.not_finite += plain->decoded.not_finite;
    }
    return plain;
}

std::vector<formats::SparkplugRebirth> Forwarder::take_rebirths()
{
    return std::exchange(m_rebirths, {});
}

void Forwarder::expect(const Record& record, std::span<const Header> headers, const Place& place)
{
    const auto digest = m_translator.digest(record, headers);
    if (!digest) {
        return;
    }
    m_redeliveries.expect(*digest);
    const auto seen = m_seen.find(place.partition);
    if (decodes() && (seen == m_seen.end() || place.offset >= seen->second)) {
        m_unseen.emplace(*digest, place);
    }
}

void Forwarder::expect_dead_letter(std::string_view payload, std::span<const Header> headers)
{
    if (const auto digest = m_translator.digest_of_letter(payload, headers)) {
        m_redeliveries.expect(*digest);
    }
}

formats::SparkplugCheckpoint Forwarder::checkpoint()
{
    formats::SparkplugCheckpoint checkpoint;
    for (std::size_t i = 0; i < m_batch.size(); ++i) {
        const Fate& fate = m_fates[i];
        if (fate.place && fate.place->topic == Place::Topic::records) {
            auto& next = m_seen[fate.place->partition];
            next = std::max(next, fate.place->offset + 1);
        } else if (fate.elsewhere) {
            const Message message = m_batch[i];
            checkpoint.elsewhere.push_back({std::string{message.topic}, Decoding::hash(message)});
        }
    }
    checkpoint.offsets = m_seen;
    return checkpoint;
}

void Forwarder::resume(const formats::SparkplugCheckpoint& checkpoint)
{
    m_seen = checkpoint.offsets;
    for (const auto& [topic, hash] : checkpoint.elsewhere) {
        m_redeliveries.expect(m_translator.digest(topic, hash));
    }
}

} // namespace tlm::mqtt2kafka
