// SPDX-License-Identifier: Apache-2.0
#include "common/validation/flood_gate.hpp"

#include <iterator>
#include <utility>

namespace tlm::validation {
namespace {

void append(std::vector<Suppressed>& all, std::vector<Suppressed> more)
{
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

} // namespace

void FloodGate::summarise(EpochMs now)
{
    constexpr EpochMs kLookEvery = 1'000; // it looks at each device and reason
    if (now < m_looked_at || now >= m_looked_at + kLookEvery) {
        m_looked_at = now;
        append(m_waiting, m_cap.take_due(now));
    }
    send(now);
}

void FloodGate::finish(EpochMs now)
{
    append(m_waiting, m_cap.take_all());
    send(now);
    while (!m_waiting.empty() && make_room()) {
        send(now);
    }
}

bool FloodGate::make_room()
{
    constexpr milliseconds kPatience{1'000};
    const auto missing = m_waiting.size() + m_on_the_way.size();
    static_cast<void>(m_letters.flush(kPatience));
    std::vector<Delivery> deliveries;
    m_letters.collect(deliveries);
    for (const auto& delivery : deliveries) {
        static_cast<void>(take(delivery));
    }
    return m_waiting.size() + m_on_the_way.size() < missing;
}

void FloodGate::send(EpochMs now)
{
    while (!m_waiting.empty() && m_letters.send(summary_letter(m_waiting.back(), now), m_next)) {
        m_on_the_way.emplace(m_next, std::move(m_waiting.back()));
        m_waiting.pop_back();
        ++m_next;
    }
}

bool FloodGate::take(const Delivery& delivery)
{
    if (delivery.ticket < kFirst) {
        return false;
    }
    const auto found = m_on_the_way.find(delivery.ticket);
    if (found != m_on_the_way.end()) {
        if (!delivery.delivered) {
            m_waiting.push_back(std::move(found->second));
        }
        m_on_the_way.erase(found);
    }
    return true;
}

} // namespace tlm::validation
