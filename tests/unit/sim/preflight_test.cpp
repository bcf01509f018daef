// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/preflight.hpp"

#include <algorithm>

using namespace tlm::sim;

namespace {

/// Debian as it comes, with 8 GiB.
Machine usual()
{
    return {.descriptors = 1'048'576,
            .nr_open = 1'048'576,
            .first_port = 32'768,
            .last_port = 60'999,
            .memory_bytes = 8UL << 30U};
}

Finding find(const Needs& needs, const Machine& machine, std::string_view what)
{
    const auto findings = judge(needs, machine);
    const auto found =
        std::find_if(findings.begin(), findings.end(),
                     [what](const Finding& finding) { return finding.what == what; });
    REQUIRE(found != findings.end());
    return *found;
}

} // namespace

TEST_CASE("preflight: a small fleet fits", "[sim]")
{
    for (const auto& finding : judge({.connections = 10'000, .rate = 10'000}, usual())) {
        CHECK(finding.fits());
    }
}

TEST_CASE("preflight: descriptors, with the lines that raise the limit", "[sim]")
{
    auto machine = usual();
    machine.descriptors = 20'000;
    CHECK(find({.connections = 19'968}, machine, "descriptors").fits());
    const auto few = find({.connections = 100'000}, machine, "descriptors");
    CHECK(few.text == "100032 needed, 20000 allowed");
    CHECK(few.remedy == "ulimit -n 100032 (systemd: LimitNOFILE=100032)");
    CHECK(find({.connections = 2'000'000}, machine, "descriptors").remedy ==
          "sysctl -w fs.nr_open=2000032 && ulimit -n 2000032 (systemd: LimitNOFILE=2000032)");
}

TEST_CASE("preflight: ports, of each source to each broker", "[sim]")
{
    CHECK(find({.connections = 28'232}, usual(), "ports").fits());
    CHECK(find({.connections = 28'233}, usual(), "ports").remedy ==
          "--source-addr with 2 addresses, or sysctl -w "
          "net.ipv4.ip_local_port_range=\"1024 65535\"");
    CHECK(find({.connections = 100'000}, usual(), "ports").remedy ==
          "--source-addr with 4 addresses");
    CHECK(find({.connections = 100'000, .brokers = 2, .sources = 2}, usual(), "ports").fits());
}

TEST_CASE("preflight: addresses that the machine does not have", "[sim]")
{
    auto machine = usual();
    machine.foreign_sources = {"10.0.0.2", "10.0.0.3"};
    CHECK(find({.connections = 1, .sources = 4}, machine, "addresses").remedy ==
          "ip address add 10.0.0.2 dev DEVICE && ip address add 10.0.0.3 dev DEVICE");
}

TEST_CASE("preflight: a limit on the address space, where there is one", "[sim]")
{
    auto machine = usual();
    machine.own_bytes = 100UL << 20U;
    CHECK(find({.connections = 10'000}, machine, "ulimit -v").fits());
    const auto few = find({.connections = 10'000, .tls = true}, machine, "ulimit -v");
    CHECK(few.text == "352 MiB needed, 100 MiB allowed");
    CHECK(few.remedy == "ulimit -v unlimited (systemd: LimitAS=infinity)");
    CHECK(judge({.connections = 1}, usual()).size() + 1 ==
          judge({.connections = 1}, machine).size());
}

TEST_CASE("preflight: what is held back by nothing takes a core", "[sim]")
{
    CHECK(find({.connections = 1'000, .unpaced = true}, usual(), "CPU").text ==
          "all of a core to connect, all to send; all connections cost 0.3 s");
    CHECK(find({.connections = 1'000, .connect_rate = 100, .rate = 1'000}, usual(), "CPU").text ==
          "2.5 % of a core to connect, 1.2 % to send; all connections cost 0.3 s");
    CHECK(find({.connections = 1'000}, usual(), "CPU").text ==
          "all of a core to connect, an unknown part to send; all connections cost 0.3 s");
}

TEST_CASE("preflight: memory and CPU follow from what a connection costs", "[sim]")
{
    CHECK(find({.connections = 1'000'000}, usual(), "memory").fits());
    CHECK_FALSE(find({.connections = 1'000'000, .tls = true}, usual(), "memory").fits());
    CHECK(find({.connections = 1'000, .tls = true, .connect_rate = 400}, usual(), "CPU").fits());
    CHECK(find({.connections = 1'000, .tls = true, .connect_rate = 1'600}, usual(), "CPU").remedy ==
          "a part of it in each of 2 processes (--shard)");
    CHECK_FALSE(find({.connections = 1'000, .rate = 200'000}, usual(), "CPU").fits());
}

TEST_CASE("preflight: netfilter, where it follows connections", "[sim]")
{
    auto machine = usual();
    machine.tracked = 65'536;
    CHECK(find({.connections = 100'000}, machine, "tracking").remedy ==
          "sysctl -w net.netfilter.nf_conntrack_max=200000");
}
