// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/machine.hpp"

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>

namespace tlm::sim {
namespace {

rlimit descriptor_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw fatal_error("getrlimit: " + errno_text(errno));
    }
    return limit;
}

/// The numbers at the beginning of a file below /proc; what is not there stays 0.
std::array<std::uint64_t, 2> read_numbers(const char* path)
{
    std::array<std::uint64_t, 2> numbers{};
    std::ifstream file{path};
    file >> numbers[0] >> numbers[1];
    return numbers;
}

std::uint64_t available_memory()
{
    constexpr std::uint64_t kKibi = 1'024;
    std::ifstream file{"/proc/meminfo"};
    std::string name;
    std::uint64_t value = 0;
    std::string unit;
    while (file >> name >> value) {
        if (name == "MemAvailable:") {
            return value * kKibi;
        }
        std::getline(file, unit);
    }
    return 0;
}

/// What a limit on the address space leaves beside what is taken.
std::optional<std::uint64_t> address_space_left()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return std::nullopt;
    }
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const auto taken = read_numbers("/proc/self/statm")[0] * page;
    return limit.rlim_cur - std::min<std::uint64_t>(taken, limit.rlim_cur);
}

bool is_ours(const mqtt::Address& address)
{
    const UniqueFd fd{::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    return fd && ::bind(fd.get(), address.get(), address.length) == 0;
}

std::string to_text(const mqtt::Address& address)
{
    std::array<char, NI_MAXHOST> text{};
    ::getnameinfo(address.get(), address.length, text.data(), text.size(), nullptr, 0,
                  NI_NUMERICHOST);
    return text.data();
}

} // namespace

void require_descriptors(std::uint64_t connections)
{
    const auto needed = connections + kOtherDescriptors;
    auto limit = descriptor_limit();
    if (limit.rlim_max < needed) {
        throw usage_error(fmt::format("{} connections need {} descriptors, this process may have "
                                      "{}: ulimit -n {}; --preflight tells all that is missing",
                                      connections, needed, limit.rlim_max, needed));
    }
    if (limit.rlim_cur >= needed) {
        return;
    }
    limit.rlim_cur = needed;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw usage_error(
            fmt::format("{} connections need {} descriptors, and this process may not "
                        "raise its limit ({}): ulimit -n {} (systemd: LimitNOFILE=)",
                        connections, needed, errno_text(errno), needed));
    }
}

Machine look_at_machine(const std::vector<mqtt::Address>& sources)
{
    const auto ports = read_numbers("/proc/sys/net/ipv4/ip_local_port_range");
    Machine machine;
    machine.descriptors = descriptor_limit().rlim_max;
    machine.nr_open = read_numbers("/proc/sys/fs/nr_open")[0];
    machine.first_port = static_cast<std::uint32_t>(ports[0]);
    machine.last_port = static_cast<std::uint32_t>(ports[1]);
    machine.memory_bytes = available_memory();
    machine.own_bytes = address_space_left();
    const auto tracked = read_numbers("/proc/sys/net/netfilter/nf_conntrack_max")[0];
    if (tracked > 0) {
        machine.tracked = tracked;
    }
    for (const auto& source : sources) {
        if (!is_ours(source)) {
            machine.foreign_sources.push_back(to_text(source));
        }
    }
    return machine;
}

Needs needs_of(const ConnectionSettings& settings, std::uint32_t connections,
               std::optional<double> rate, std::size_t payload_bytes)
{
    constexpr std::size_t kUsualPayload = 130;
    constexpr std::size_t kAround = 120; // topic, header and bookkeeping
    const auto& publisher = settings.publisher;
    const auto& urls = publisher.urls;
    Needs needs;
    needs.connections = connections;
    needs.brokers = urls.size();
    needs.sources = std::max<std::size_t>(1, publisher.sources.size());
    needs.tls = std::any_of(urls.begin(), urls.end(), [](const auto& url) { return url.tls; });
    if (settings.ramp || settings.connect_rate) {
        needs.connect_rate = make_ramp(settings, connections).steepest();
    }
    needs.rate = rate;
    needs.message_bytes = std::max(payload_bytes, kUsualPayload) + kAround;
    needs.most_messages = std::min(std::uint64_t{connections} * publisher.window,
                                   std::uint64_t{publisher.most_messages});
    return needs;
}

ExitStatus report(const std::vector<Finding>& findings)
{
    bool all = true;
    for (const auto& finding : findings) {
        const auto line = fmt::format("{:<12} {}: {}\n", finding.what, finding.text,
                                      finding.fits() ? "fits" : "too much: " + finding.remedy);
        std::fputs(line.c_str(), stdout);
        all = all && finding.fits();
    }
    if (std::fflush(stdout) != 0) {
        throw fatal_error("standard output: " + errno_text(errno));
    }
    return all ? ExitStatus::ok : ExitStatus::failure;
}

} // namespace tlm::sim
