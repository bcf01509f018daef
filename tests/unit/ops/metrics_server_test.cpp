// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/ops/health.hpp"
#include "common/ops/metrics.hpp"
#include "common/ops/metrics_server.hpp"
#include "tests/support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <vector>

namespace tlm::ops {

namespace {

constexpr int kPatience = 20000; ///< ms; only a failing test waits so long

UniqueFd connect_to(std::uint16_t port)
{
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

void send_text(const UniqueFd& fd, std::string_view text)
{
    REQUIRE(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
}

/// All until the server ends the connection; "reset" when it does so rudely.
std::string read_all(const UniqueFd& fd)
{
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        pollfd ready{fd.get(), POLLIN, 0};
        REQUIRE(::poll(&ready, 1, kPatience) == 1);
        const ssize_t n = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
        if (n <= 0) {
            return n == 0 ? text : "reset";
        }
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

struct Server {
    Metrics metrics{"prog"};
    Health health{milliseconds{0}};
    MetricsServer server;

    explicit Server(milliseconds connection_time = milliseconds{10000})
        : server({"127.0.0.1", 0}, metrics, health, {connection_time})
    {}

    std::string ask(std::string_view request) const
    {
        const UniqueFd fd = connect_to(server.port());
        send_text(fd, request);
        return read_all(fd);
    }

    std::string get(const std::string& path) const
    {
        return ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
};

bool begins(const std::string& text, const std::string& with)
{
    return text.compare(0, with.size(), with) == 0;
}

std::string body_of(const std::string& answer)
{
    const auto end = answer.find("\r\n\r\n");
    return end == std::string::npos ? "no body" : answer.substr(end + 4);
}

} // namespace

TEST_CASE("metrics server: a port in use is an error", "[ops]")
{
    const Server first;
    const Metrics metrics{"prog"};
    const Health health{milliseconds{0}};
    CHECK_THROWS_WITH(MetricsServer({"127.0.0.1", first.server.port()}, metrics, health),
                      Catch::Contains("Address already in use"));
}

TEST_CASE("metrics server: the three paths", "[ops]")
{
    Server server;
    server.metrics.counter("tlm_things_total", "Things.").add(3);
    const std::string metrics = server.get("/metrics");
    CHECK(begins(metrics, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4"));
    CHECK(metrics.find("\ntlm_things_total 3\n") != std::string::npos);

    CHECK(begins(server.get("/readyz"), "HTTP/1.1 503 "));
    CHECK(body_of(server.get("/readyz")) == "not ready\n");
    CHECK(begins(server.get("/healthz"), "HTTP/1.1 200 "));
    server.health.set_ready(true);
    server.health.set_detail("lag 12");
    CHECK(begins(server.get("/readyz"), "HTTP/1.1 200 "));
    CHECK(body_of(server.get("/readyz")) == "ok: lag 12\n");

    CHECK(begins(server.get("/nothing"), "HTTP/1.1 404 "));
    CHECK(begins(server.ask("POST /metrics HTTP/1.1\r\n\r\n"), "HTTP/1.1 405 "));
    const std::string head = server.ask("HEAD /healthz HTTP/1.1\r\n\r\n");
    CHECK(begins(head, "HTTP/1.1 200 "));
    CHECK(body_of(head).empty());
}

TEST_CASE("metrics server: no progress means neither healthy nor ready", "[ops]")
{
    const Metrics metrics{"prog"};
    const auto now = std::chrono::steady_clock::now();
    Health health(milliseconds{60000}, now - milliseconds{120000});
    health.set_ready(true);
    const MetricsServer server({"127.0.0.1", 0}, metrics, health);
    const auto ask = [&server](std::string_view request) {
        const UniqueFd fd = connect_to(server.port());
        send_text(fd, request);
        return read_all(fd);
    };
    CHECK(begins(ask("GET /healthz HTTP/1.1\r\n\r\n"), "HTTP/1.1 503 "));
    CHECK(body_of(ask("GET /readyz HTTP/1.1\r\n\r\n")) == "no progress\n");
    health.progress(std::chrono::steady_clock::now());
    CHECK(begins(ask("GET /healthz HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 "));
}

TEST_CASE("metrics server: garbage gets an answer, not a reset", "[ops]")
{
    const Server server;
    CHECK(begins(server.ask("\x16\x03\x01 hello\n"), "HTTP/1.1 400 "));
    // More than the limit, of which the server leaves a part unread when it answers.
    CHECK(begins(server.ask("GET / HTTP/1.1\r\nX: " + std::string(100000, 'a')), "HTTP/1.1 431 "));
    CHECK(begins(server.get("/healthz"), "HTTP/1.1 200 "));
}

TEST_CASE("metrics server: a request may come byte by byte", "[ops]")
{
    const Server server;
    const UniqueFd fd = connect_to(server.server.port());
    for (const char c : std::string_view{"GET /healthz HTTP/1.1\r\n\r\n"}) {
        send_text(fd, {&c, 1});
    }
    CHECK(begins(read_all(fd), "HTTP/1.1 200 "));
}

TEST_CASE("metrics server: silent clients neither stay nor keep others out", "[ops]")
{
    const Server server{milliseconds{2000}};
    std::vector<UniqueFd> silent;
    for (int i = 0; i < 40; ++i) { // more than are served at once
        silent.push_back(connect_to(server.server.port()));
    }
    send_text(silent.back(), "GET /hea");
    CHECK(begins(server.get("/healthz"), "HTTP/1.1 200 "));
    for (const auto& fd : silent) {
        CHECK(read_all(fd).empty()); // ended by the server
    }
}

TEST_CASE("metrics server: requests that never end keep nobody waiting", "[ops]")
{
    const Server server{std::chrono::hours{1}}; // none of them is ended for its time
    std::vector<UniqueFd> unfinished;
    for (int i = 0; i < 40; ++i) {
        unfinished.push_back(connect_to(server.server.port()));
        static_cast<void>(!::send(unfinished.back().get(), "GET /hea", 8, MSG_NOSIGNAL));
        CHECK(begins(server.get("/healthz"), "HTTP/1.1 200 "));
    }
    // The youngest are still served.
    send_text(unfinished.back(), "lthz HTTP/1.1\r\n\r\n");
    CHECK(begins(read_all(unfinished.back()), "HTTP/1.1 200 "));
}

TEST_CASE("metrics server: a client that does not read delays nobody", "[ops]")
{
    Server server;
    for (int i = 0; i < 20000; ++i) { // an answer beyond what the sockets hold
        server.metrics
            .gauge("tlm_many", "Many.", {{"i", std::string(200, 'x') + std::to_string(i)}})
            .set(i);
    }
    const UniqueFd lazy = connect_to(server.server.port());
    send_text(lazy, "GET /metrics HTTP/1.1\r\n\r\n");
    CHECK(begins(server.get("/healthz"), "HTTP/1.1 200 "));
    const std::string all = read_all(lazy);
    CHECK(all.size() > 4U << 20U);
    const bool whole = body_of(all) == server.metrics.text();
    CHECK(whole);
}

TEST_CASE("metrics server: it ends with clients connected", "[ops]")
{
    UniqueFd fd;
    {
        const Server server;
        fd = connect_to(server.server.port());
        CHECK(begins(server.get("/healthz"), "HTTP/1.1 200 "));
    }
    const std::string rest = read_all(fd);
    CHECK((rest.empty() || rest == "reset"));
}

} // namespace tlm::ops
