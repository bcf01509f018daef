// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/redeliveries.hpp"

#include <algorithm>
#include <utility>

namespace tlm::mqtt2kafka {

void Redeliveries::begin_with(std::size_t brokers)
{
    for (std::size_t broker = 0; broker < brokers; ++broker) {
        m_repeating.insert(broker);
    }
}

void Redeliveries::expect(const Digest& digest)
{
    ++m_expected[digest];
    m_repeating.insert(m_broker);
}

bool Redeliveries::recognise(const Digest& digest)
{
    const auto found = m_expected.find(digest);
    if (found == m_expected.end()) {
        return false;
    }
    if (--found->second == 0) {
        m_expected.erase(found);
    }
    return true;
}

void Redeliveries::acknowledged(const std::optional<Digest>& digest,
                                const std::optional<Place>& place)
{
    m_unproven = true;
    if (digest) {
        if (m_unasked.size() == kMost) {
            m_unasked.clear();
        }
        m_unasked.push_back(*digest);
    }
    if (place) {
        auto& offsets = place->topic == Place::Topic::records ? m_acknowledged.records
                                                              : m_acknowledged.dead_letters;
        auto& next = offsets[place->partition];
        next = std::max(next, place->offset + 1);
    }
}

bool Redeliveries::nothing_expected()
{
    if (m_late) {
        return false;
    }
    m_repeating.erase(m_broker);
    if (!m_repeating.empty()) {
        return false;
    }
    m_expected.clear();
    return true;
}

void Redeliveries::asked()
{
    m_question = Question{std::exchange(m_unasked, {}), m_acknowledged, m_repeating.empty()};
    m_unproven = false;
    m_silent = true;
}

std::optional<Marks> Redeliveries::answered()
{
    if (!m_question) {
        return std::nullopt;
    }
    auto proven = *std::exchange(m_question, std::nullopt);
    if (m_silent) {
        nothing_expected();
        proven.moves_marks = m_repeating.empty();
    }
    return proven.moves_marks ? std::optional{std::move(proven.marks)} : std::nullopt;
}

std::optional<Marks> Redeliveries::all_read()
{
    asked();
    m_silent = false;
    return answered();
}

void Redeliveries::connection_lost()
{
    const auto question = std::exchange(m_question, std::nullopt);
    for (const Digest& digest : question ? question->digests : std::vector<Digest>{}) {
        expect(digest);
    }
    for (const Digest& digest : std::exchange(m_unasked, {})) {
        expect(digest);
    }
    m_unproven = false;
}

void Redeliveries::session_lost()
{
    m_late = false;
    nothing_expected();
}

} // namespace tlm::mqtt2kafka
