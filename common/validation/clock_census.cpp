// SPDX-License-Identifier: Apache-2.0
#include "common/validation/clock_census.hpp"

#include <algorithm>
#include <chrono>

namespace tlm::validation {
namespace {

using namespace std::chrono_literals;

milliseconds size_of(milliseconds skew) noexcept
{
    return skew < 0ms ? -skew : skew;
}

bool is_less_off(const ClockCensus::Entry& one, const ClockCensus::Entry& other)
{
    return size_of(one.skew) < size_of(other.skew);
}

} // namespace

const char* clock_error_name(ClockError error) noexcept
{
    switch (error) {
    case ClockError::ahead_1h:
        return "ahead_1h";
    case ClockError::ahead_1m:
        return "ahead_1m";
    case ClockError::ahead_5s:
        return "ahead_5s";
    case ClockError::near:
        return "near";
    case ClockError::behind_5s:
        return "behind_5s";
    case ClockError::behind_1m:
        return "behind_1m";
    case ClockError::behind_1h:
        return "behind_1h";
    }
    return "unknown";
}

ClockError clock_error(milliseconds skew) noexcept
{
    const bool behind = skew > 0ms;
    const milliseconds off = size_of(skew);
    if (off >= 1h) {
        return behind ? ClockError::behind_1h : ClockError::ahead_1h;
    }
    if (off >= 1min) {
        return behind ? ClockError::behind_1m : ClockError::ahead_1m;
    }
    if (off >= 5s) {
        return behind ? ClockError::behind_5s : ClockError::ahead_5s;
    }
    return ClockError::near;
}

void ClockCensus::observe(std::string_view device_id, std::optional<milliseconds> before,
                          milliseconds now)
{
    const ClockError error = clock_error(now);
    const bool was_off = before && clock_error(*before) != ClockError::near;
    if (before) {
        leave(*before);
    }
    ++m_devices[static_cast<std::size_t>(error)];
    if (error == ClockError::near && !was_off) {
        return; // most devices, nearly always
    }
    const auto own = std::find_if(m_worst.begin(), m_worst.end(), [device_id](const Entry& entry) {
        return entry.device_id == device_id;
    });
    if (own != m_worst.end()) {
        own->skew = now;
        if (error == ClockError::near) {
            m_worst.erase(own);
        }
        return;
    }
    if (error == ClockError::near) {
        return;
    }
    Entry entry{std::string{device_id}, now};
    if (m_worst.size() < kWorst) {
        m_worst.push_back(std::move(entry));
        return;
    }
    const auto least = std::min_element(m_worst.begin(), m_worst.end(), is_less_off);
    if (is_less_off(*least, entry)) {
        *least = std::move(entry);
    }
}

void ClockCensus::leave(milliseconds skew)
{
    --m_devices[static_cast<std::size_t>(clock_error(skew))];
}

std::vector<ClockCensus::Entry> ClockCensus::worst() const
{
    std::vector<Entry> sorted = m_worst;
    std::sort(sorted.begin(), sorted.end(),
              [](const Entry& one, const Entry& other) { return is_less_off(other, one); });
    return sorted;
}

} // namespace tlm::validation
