// SPDX-License-Identifier: Apache-2.0
// What is known about the connections of a fleet before it is known who is in it.
#pragma once

#include "common/base/time.hpp"
#include "common/mqtt/publisher.hpp"
#include "tools/sim/ramp.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tlm::sim {

/// Texts with holes (holes.hpp) that each connection fills when it is opened.
struct LoginPatterns {
    std::string client_id;
    std::string cert_file; ///< both empty: no certificate
    std::string key_file;
    std::string will_topic; ///< empty: no will
    std::string will_payload;
    mqtt::Qos will_qos = mqtt::Qos::at_least_once;
    bool will_retain = false;

    /// Given the device id and the number of the connection.
    std::function<std::optional<std::string>(std::string_view, std::uint32_t)> password;
};

struct ConnectionSettings {
    mqtt::PublisherOptions publisher;         ///< but for `connections` and `login`
    std::optional<std::uint32_t> connections; ///< none: one a device
    LoginPatterns login;
    std::optional<Ramp> ramp;           ///< none: all at once
    std::optional<double> connect_rate; ///< a second, instead of a ramp
    milliseconds patience{30'000};      ///< without any success in connecting
    bool preflight = false;             ///< only tell whether it would fit
};

/// The devices of a run: those of a fleet whose index leaves the remainder `part` by `parts`.
struct Roster {
    std::uint32_t devices = 1; ///< of the whole fleet
    std::uint32_t part = 0;
    std::uint32_t parts = 1;
    std::function<std::string(std::uint32_t)> name; ///< of a device, by its index in the fleet
    std::function<bool(std::uint32_t)> is_edge_node = {}; ///< of Sparkplug; none: nobody is

    /// How many are ours.
    [[nodiscard]] std::uint32_t size() const noexcept
    {
        return devices / parts + (part < devices % parts ? 1 : 0);
    }

    [[nodiscard]] std::uint32_t slot_of(std::uint32_t device) const noexcept
    {
        return device / parts;
    }

    [[nodiscard]] std::uint32_t device_at(std::uint32_t slot) const noexcept
    {
        return slot * parts + part;
    }
};

/// How many connections a run opens.
[[nodiscard]] inline std::uint32_t count_connections(const ConnectionSettings& settings,
                                                     const Roster& roster)
{
    return settings.connections.value_or(roster.size());
}

[[nodiscard]] inline Ramp make_ramp(const ConnectionSettings& settings, std::uint32_t connections)
{
    return settings.ramp           ? *settings.ramp
           : settings.connect_rate ? Ramp::at_rate(connections, *settings.connect_rate)
                                   : Ramp::at_once(connections);
}

} // namespace tlm::sim
