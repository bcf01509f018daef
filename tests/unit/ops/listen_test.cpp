// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/ops/listen.hpp"
#include "tests/support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace tlm::ops {

namespace {

/// No descriptor can be opened as long as it lives.
class NoDescriptors {
  public:
    NoDescriptors()
    {
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &m_before) == 0);
        const rlimit none{0, m_before.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    }

    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &m_before); }

  private:
    rlimit m_before{};
};

std::string failure_of(const ListenAddress& address)
{
    try {
        static_cast<void>(listen_on(address, "--flag", 1));
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

bool connects_over_ipv4(std::uint16_t port)
{
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

} // namespace

TEST_CASE("listen address: forms", "[ops]")
{
    CHECK(parse_listen_address("127.0.0.1:0", "--flag").host == "127.0.0.1");
    CHECK(parse_listen_address("[::1]:9100", "--flag").host == "::1");
    CHECK(parse_listen_address("[::1]:9100", "--flag").port == 9100);
    CHECK(parse_listen_address(":65535", "--flag").host.empty());
    for (const auto* text : {"", "9100", "localhost:1", "::1:9100", "127.0.0.1:", "127.0.0.1:65536",
                             "127.0.0.1:x", "[127.0.0.1]:1", "[]:1", "1.2.3:4"}) {
        INFO(text);
        CHECK_THROWS_WITH(parse_listen_address(text, "--flag"), Catch::StartsWith("--flag: '"));
    }
}

TEST_CASE("listening: what was bound", "[ops]")
{
    const auto v4 = listen_on({"127.0.0.1", 0}, "--flag", 1);
    const auto bound = bound_address(v4.get());
    CHECK(bound.name == "127.0.0.1:" + std::to_string(bound.port));
    CHECK(bound.port != 0);
    CHECK(bound.loopback);
    CHECK_FALSE(bound_address(listen_on({"0.0.0.0", 0}, "--flag", 1).get()).loopback);

    const auto every = listen_on({"", 0}, "--flag", 1);
    CHECK_FALSE(bound_address(every.get()).loopback);
    CHECK(connects_over_ipv4(bound_address(every.get()).port));

    const auto v6 = listen_on({"::", 0}, "--flag", 1);
    CHECK(bound_address(v6.get()).name == "[::]:" + std::to_string(bound_address(v6.get()).port));
    CHECK_FALSE(connects_over_ipv4(bound_address(v6.get()).port));
}

TEST_CASE("listening: a failure names the flag, the address and the reason", "[ops]")
{
    const auto first = listen_on({"127.0.0.1", 0}, "--flag", 1);
    const auto port = bound_address(first.get()).port;
    CHECK(failure_of({"127.0.0.1", port}) == "--flag: cannot listen on 127.0.0.1:" +
                                                 std::to_string(port) + ": Address already in use");
    std::string text;
    {
        const NoDescriptors none;
        text = failure_of({"127.0.0.1", 8080});
    }
    CHECK(text == "--flag: cannot listen on 127.0.0.1:8080: Too many open files");
}

} // namespace tlm::ops
