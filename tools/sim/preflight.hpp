// SPDX-License-Identifier: Apache-2.0
// Whether a machine can carry a run, told before the first connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// What a run asks for.
struct Needs {
    std::uint64_t connections = 0;
    std::uint64_t brokers = 1;
    std::uint64_t sources = 1; ///< addresses to connect from
    bool tls = false;
    std::optional<double> connect_rate = std::nullopt; ///< a second; none: as fast as it goes
    std::optional<double> rate = std::nullopt;         ///< messages a second, where that is known
    bool unpaced = false;                              ///< messages go as fast as they are taken
    std::uint64_t message_bytes = 256;                 ///< of a packet
    std::uint64_t most_messages = 0;                   ///< held at a time
};

/// What a process may have on this machine.
struct Machine {
    std::uint64_t descriptors = 0; ///< the hard limit
    std::uint64_t nr_open = 0;     ///< to which that can be raised
    std::uint32_t first_port = 0;  ///< of those for outgoing connections
    std::uint32_t last_port = 0;
    std::uint64_t memory_bytes = 0;                        ///< available now
    std::optional<std::uint64_t> own_bytes = std::nullopt; ///< left of a limit (ulimit -v)
    std::optional<std::uint64_t> tracked = std::nullopt;   ///< connections that netfilter follows
    std::vector<std::string> foreign_sources = {};         ///< addresses that are not its own
};

/// One thing that fits or does not.
struct Finding {
    std::string_view what;
    std::string text;   ///< needed and allowed
    std::string remedy; ///< what to do, commands word for word; empty: it fits

    [[nodiscard]] bool fits() const noexcept { return remedy.empty(); }
};

/// CPU time that one process spends on a message of QoS 1, and on opening a connection; measured,
/// as tests/bench has it.
inline constexpr double kMessageSeconds = 12e-6;
inline constexpr double kConnectSeconds = 250e-6;
inline constexpr double kHandshakeSeconds = 650e-6;

/// Memory of an idle connection, nearly all of it the kernel's.
inline constexpr std::uint64_t kPlainBytes = 6UL * 1024;
inline constexpr std::uint64_t kTlsBytes = 40UL * 1024;

/// The process's own part of it.
inline constexpr std::uint64_t kPlainOwnBytes = 1UL * 1024;
inline constexpr std::uint64_t kTlsOwnBytes = 36UL * 1024;

/// Descriptors of a process beside its connections.
inline constexpr std::uint64_t kOtherDescriptors = 32;

/// Pure: the same needs on the same machine give the same findings.
[[nodiscard]] std::vector<Finding> judge(const Needs& needs, const Machine& machine);

} // namespace tlm::sim
