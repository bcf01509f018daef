// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/preflight.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace tlm::sim {
namespace {

constexpr std::uint32_t kLowestPort = 1'024;
constexpr std::uint32_t kHighestPort = 65'535;

std::uint64_t divide_up(std::uint64_t number, std::uint64_t by)
{
    return (number + by - 1) / by;
}

std::string number(std::uint64_t value)
{
    return std::to_string(value);
}

/// With one digit behind the point.
std::string tenths(double value)
{
    const auto whole = static_cast<std::uint64_t>(std::llround(value * 10));
    return number(whole / 10) + "." + number(whole % 10);
}

std::string mebibytes(std::uint64_t bytes)
{
    constexpr std::uint64_t kMebi = 1UL << 20U;
    return number(divide_up(bytes, kMebi)) + " MiB";
}

Finding judge_descriptors(const Needs& needs, const Machine& machine)
{
    const auto needed = needs.connections + kOtherDescriptors;
    Finding finding{
        "descriptors", number(needed) + " needed, " + number(machine.descriptors) + " allowed", {}};
    if (needed > machine.descriptors) {
        if (needed > machine.nr_open) {
            finding.remedy = "sysctl -w fs.nr_open=" + number(needed) + " && ";
        }
        finding.remedy +=
            "ulimit -n " + number(needed) + " (systemd: LimitNOFILE=" + number(needed) + ")";
    }
    return finding;
}

/// Each source has all ports to each broker.
Finding judge_ports(const Needs& needs, const Machine& machine)
{
    const std::uint64_t ports = machine.last_port - machine.first_port + 1U;
    const std::uint64_t most = kHighestPort - kLowestPort + 1U;
    const auto ways = needs.brokers * needs.sources;
    const auto needed = divide_up(needs.connections, ways);
    Finding finding{"ports",
                    number(needed) + " needed from each source to each broker, " + number(ports) +
                        " allowed",
                    {}};
    if (needed > ports) {
        finding.remedy = "--source-addr with " +
                         number(divide_up(needs.connections, needs.brokers * ports)) + " addresses";
        if (needed <= most) {
            finding.remedy += ", or sysctl -w net.ipv4.ip_local_port_range=\"" +
                              number(kLowestPort) + " " + number(kHighestPort) + "\"";
        }
    }
    return finding;
}

Finding judge_sources(const Needs& needs, const Machine& machine)
{
    const auto& foreign = machine.foreign_sources;
    Finding finding{"addresses",
                    number(needs.sources) + " to connect from, " + number(foreign.size()) +
                        " not of this machine",
                    {}};
    constexpr std::size_t kShown = 3;
    for (std::size_t i = 0; i < std::min(foreign.size(), kShown); ++i) {
        finding.remedy += (i == 0 ? "" : " && ") + ("ip address add " + foreign[i]) + " dev DEVICE";
    }
    if (foreign.size() > kShown) {
        finding.remedy += " && …";
    }
    return finding;
}

Finding judge_memory(const Needs& needs, const Machine& machine)
{
    const auto needed = needs.connections * (needs.tls ? kTlsBytes : kPlainBytes) +
                        needs.most_messages * needs.message_bytes;
    Finding finding{"memory",
                    mebibytes(needed) + " needed, the kernel's included, " +
                        mebibytes(machine.memory_bytes) + " available",
                    {}};
    if (needed > machine.memory_bytes) {
        finding.remedy = "fewer connections, or a part of them here (--shard)";
    }
    return finding;
}

/// Of the limit on a process's address space, where there is one.
Finding judge_own_memory(const Needs& needs, std::uint64_t left)
{
    const auto needed = needs.connections * (needs.tls ? kTlsOwnBytes : kPlainOwnBytes) +
                        needs.most_messages * needs.message_bytes;
    Finding finding{
        "ulimit -v", mebibytes(needed) + " needed, " + mebibytes(left) + " allowed", {}};
    if (needed > left) {
        finding.remedy = "ulimit -v unlimited (systemd: LimitAS=infinity)";
    }
    return finding;
}

/// A part of a core, or all of it where nothing holds it back.
std::string share_of_core(bool all, double share)
{
    constexpr double kPercent = 100;
    return all ? "all" : tenths(share * kPercent) + " %";
}

/// One process has one thread: a core is all it can use.
Finding judge_cpu(const Needs& needs)
{
    const auto connect = kConnectSeconds + (needs.tls ? kHandshakeSeconds : 0);
    const auto opening = needs.connect_rate.value_or(0) * connect;
    const auto sending = needs.rate.value_or(0) * kMessageSeconds;
    const bool unknown = !needs.unpaced && !needs.rate;
    Finding finding{"CPU",
                    share_of_core(!needs.connect_rate, opening) + " of a core to connect, " +
                        (unknown ? "an unknown part" : share_of_core(needs.unpaced, sending)) +
                        " to send; all connections cost " +
                        tenths(static_cast<double>(needs.connections) * connect) + " s",
                    {}};
    if (std::max(opening, sending) > 1) {
        const auto parts = static_cast<std::uint64_t>(std::ceil(std::max(opening, sending)));
        finding.remedy = "a part of it in each of " + number(parts) + " processes (--shard)";
    }
    return finding;
}

} // namespace

std::vector<Finding> judge(const Needs& needs, const Machine& machine)
{
    std::vector<Finding> findings{judge_descriptors(needs, machine), judge_ports(needs, machine),
                                  judge_sources(needs, machine), judge_memory(needs, machine),
                                  judge_cpu(needs)};
    if (machine.own_bytes) {
        findings.push_back(judge_own_memory(needs, *machine.own_bytes));
    }
    if (machine.tracked) {
        Finding finding{"tracking",
                        number(needs.connections) + " connections, netfilter follows " +
                            number(*machine.tracked),
                        {}};
        if (needs.connections > *machine.tracked) {
            finding.remedy =
                "sysctl -w net.netfilter.nf_conntrack_max=" + number(needs.connections * 2);
        }
        findings.push_back(std::move(finding));
    }
    return findings;
}

} // namespace tlm::sim
