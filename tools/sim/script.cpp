// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/script.hpp"

#include "tools/sim/noise.hpp"

#include <algorithm>
#include <utility>

namespace tlm::sim {
namespace {

/// Below a device's key, where signals take the indices from 0 on.
constexpr std::uint64_t kPadStream = ~std::uint64_t{0};

} // namespace

std::string device_name(std::string_view prefix, std::uint32_t index, std::uint32_t devices)
{
    constexpr std::size_t kDigits = 5;
    const auto width = std::max(kDigits, std::to_string(devices).size());
    const auto number = std::to_string(std::uint64_t{index} + 1);
    return std::string{prefix}.append(width - number.size(), '0').append(number);
}

FleetScript::FleetScript(const Settings& settings, const Identity& identity,
                         std::vector<Signal> signals)
    : m_settings(settings),
      m_identity(identity),
      m_signals(std::move(signals)),
      m_parts(count_parts(m_signals)),
      m_payload(identity.pad_to)
{
    m_names.reserve(settings.devices);
    for (std::uint32_t i = 0; i < settings.devices; ++i) {
        m_names.push_back(device_name(settings.prefix, i, settings.devices));
    }
    m_state.resize(m_parts * settings.devices);
}

nanoseconds FleetScript::position_of(std::uint64_t i) const
{
    return m_settings.rate ? steady_position(i, *m_settings.rate) : nanoseconds{0};
}

std::optional<nanoseconds> FleetScript::next_position() const
{
    const bool ended = m_settings.count && m_next >= *m_settings.count;
    return ended ? std::nullopt : std::optional{position_of(m_next)};
}

std::optional<nanoseconds> FleetScript::last_position() const
{
    if (!m_settings.count) {
        return std::nullopt;
    }
    return position_of(*m_settings.count > 0 ? *m_settings.count - 1 : 0);
}

Message FleetScript::take(EpochMs ts)
{
    const auto device = m_next % m_settings.devices;
    const auto seq = m_next / m_settings.devices;
    const auto key = derive(m_identity.seed, device);
    double* state = m_state.data() + device * m_parts;
    std::uint64_t part = 0;
    m_payload.begin(ts, m_identity.boot, seq);
    for (const auto& signal : m_signals) {
        double value = 0;
        for (const auto& model : signal.parts) {
            value += play(model, derive(key, part), seq, ts, *state);
            ++part;
            ++state;
        }
        m_payload.metric(signal.name, round_to(value, signal.decimals));
    }
    ++m_next;
    const auto payload = m_payload.finish(derive(derive(key, kPadStream), seq));
    return {m_names[device], ts, m_identity.boot, seq, payload, static_cast<std::uint32_t>(device)};
}

ReplayScript::ReplayScript(std::vector<Point> points, std::vector<std::string> names,
                           const Identity& identity)
    : m_points(std::move(points)),
      m_names(std::move(names)),
      m_identity(identity),
      m_seqs(m_names.size()),
      m_payload(identity.pad_to)
{}

std::optional<nanoseconds> ReplayScript::next_position() const
{
    if (m_next == m_points.size()) {
        return std::nullopt;
    }
    return milliseconds{m_points[m_next].ts - m_points.front().ts};
}

std::optional<nanoseconds> ReplayScript::last_position() const
{
    return milliseconds{m_points.back().ts - m_points.front().ts};
}

Message ReplayScript::take(EpochMs ts)
{
    const auto& point = m_points[m_next];
    const auto seq = m_seqs[point.device]++;
    ++m_next;
    m_payload.begin(ts, m_identity.boot, seq);
    m_payload.metric("value", point.value);
    const auto key = derive(derive(m_identity.seed, point.device), kPadStream);
    const auto payload = m_payload.finish(derive(key, seq));
    return {m_names[point.device], ts, m_identity.boot, seq, payload, point.device};
}

} // namespace tlm::sim
