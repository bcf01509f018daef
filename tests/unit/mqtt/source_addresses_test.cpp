// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/mqtt/source_addresses.hpp"
#include "tests/support/catch.hpp"

#include <arpa/inet.h>

#include <array>
#include <string>

using namespace tlm;
using namespace tlm::mqtt;

namespace {

std::string text_of(const Address& address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = address.storage.ss_family == AF_INET
                            ? static_cast<const void*>(
                                  &reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr)
                            : &reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr;
    return ::inet_ntop(address.storage.ss_family, bytes, text.data(), text.size());
}

} // namespace

TEST_CASE("source addresses: lists, ranges and both families", "[mqtt]")
{
    const auto addresses = parse_source_list({"127.0.0.1,127.0.0.254-127.0.1.1", "fd00::1"});
    REQUIRE(addresses.size() == 6);
    CHECK(text_of(addresses[0]) == "127.0.0.1");
    CHECK(text_of(addresses[1]) == "127.0.0.254");
    CHECK(text_of(addresses[4]) == "127.0.1.1");
    CHECK(text_of(addresses[5]) == "fd00::1");
    CHECK(parse_source_list({}).empty());
}

TEST_CASE("source addresses: what is none", "[mqtt]")
{
    for (const auto* text : {"localhost", "127.0.0.1/8", "127.0.0.9-127.0.0.1", "fd00::1-fd00::9",
                             "10.0.0.0-10.1.0.0", "127.0.0.1-", "127.0.0.1,,127.0.0.2"}) {
        CHECK_THROWS_AS(parse_source_list({text}), Error);
    }
}

TEST_CASE("source addresses: a connection comes from where it was told", "[mqtt]")
{
    const UniqueFd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in bound{};
    bound.sin_family = AF_INET;
    bound.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof bound;
    REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&bound), length) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&bound), &length) == 0);
    const auto targets = resolve("127.0.0.1", ntohs(bound.sin_port));
    const auto& target = std::get<std::vector<Address>>(targets).front();
    const auto source = parse_source_address("127.9.8.7");
    const auto opened = open_connection(target, &source);
    REQUIRE(std::holds_alternative<UniqueFd>(opened));
    sockaddr_in from{};
    length = sizeof from;
    const UniqueFd accepted{::accept(listener.get(), reinterpret_cast<sockaddr*>(&from), &length)};
    CHECK(ntohl(from.sin_addr.s_addr) == 0x7F090807);
}
