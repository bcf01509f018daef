// SPDX-License-Identifier: Apache-2.0
#include "common/ops/metrics_server.hpp"

#include "common/base/error.hpp"
#include "common/ops/health.hpp"
#include "common/ops/http.hpp"
#include "common/ops/log.hpp"
#include "common/ops/metrics.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

namespace tlm::ops {

namespace {

constexpr std::size_t kMaxConnections = 16;
constexpr int kBacklog = 16;
constexpr std::string_view kFlag = "--metrics-listen";

/// One client: it sends its request, gets the answer, and then what it still sends is read away,
/// because closing with unread input resets the connection and the answer is lost.
struct Connection {
    enum class State { reading, writing, draining, done };

    UniqueFd fd;
    Monotonic deadline;
    State state = State::reading;
    std::string received;
    std::string answer;
    std::size_t sent = 0;
};

} // namespace

/// The state of the thread.
struct MetricsServer::Loop {
    const Metrics& metrics;
    const Health& health;
    Limits limits;
    int quit;
    UniqueFd listener;
    std::vector<Connection> connections;

    void run();
    void accept_one(Monotonic now);
    void make_room();
    void serve(Connection& connection, Monotonic now);
    void receive(Connection& connection, Monotonic now);
    void send(Connection& connection);
    [[nodiscard]] std::string answer(const HttpHead& head, Monotonic now) const;
};

MetricsServer::MetricsServer(const ListenAddress& address, const Metrics& metrics,
                             const Health& health)
    : MetricsServer(address, metrics, health, Limits{})
{}

MetricsServer::MetricsServer(const ListenAddress& address, const Metrics& metrics,
                             const Health& health, Limits limits)
    : m_quit(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_loop(std::make_unique<Loop>(
          Loop{metrics, health, limits, m_quit.get(), listen_on(address, kFlag, kBacklog), {}}))
{
    if (!m_quit) {
        throw fatal_error("eventfd: " + errno_text(errno));
    }
    m_port = bound_address(m_loop->listener.get()).port;
    log::info("serving /metrics, /healthz and /readyz on port {}", m_port);
    m_thread = std::thread([loop = m_loop.get()] { loop->run(); });
}

MetricsServer::~MetricsServer()
{
    const std::uint64_t one = 1;
    static_cast<void>(!::write(m_quit.get(), &one, sizeof one));
    m_thread.join();
}

std::string MetricsServer::Loop::answer(const HttpHead& head, Monotonic now) const
{
    constexpr std::string_view kPlain = "text/plain; charset=utf-8";
    int status = head.status;
    std::string body;
    if (status == 200 && head.path == "/metrics") {
        return http_answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text(),
                           head.head_only);
    }
    if (status == 200 && (head.path == "/healthz" || head.path == "/readyz")) {
        const bool alive = health.alive(now);
        const bool good = alive && (head.path == "/healthz" || health.ready());
        status = good ? 200 : 503;
        body = good ? "ok" : (alive ? "not ready" : "no progress");
        if (const std::string detail = health.detail(); !detail.empty()) {
            body += ": " + detail;
        }
    } else {
        status = status == 200 ? 404 : status;
        body = http_reason(status);
    }
    return http_answer(status, kPlain, body + '\n', head.head_only);
}

void MetricsServer::Loop::accept_one(Monotonic now)
{
    UniqueFd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) {
        make_room();
        connections.push_back({std::move(fd), now + limits.connection_time, {}, {}, {}});
        return;
    }
    if (errno == EMFILE || errno == ENFILE) {
        static log::RateLimit limit{std::chrono::seconds{60}};
        limit.warn("metrics: cannot accept a connection: {}", errno_text(errno));
        // The connection stays in the backlog and poll() would spin on it.
        std::array<pollfd, 1> pause{{{quit, POLLIN, 0}}};
        ::poll(pause.data(), pause.size(), 100);
    }
}

/// Who asks now goes before who has been silent for longest: requests that never end must not hide
/// whether we are well.
void MetricsServer::Loop::make_room()
{
    if (connections.size() < kMaxConnections) {
        return;
    }
    const auto oldest =
        std::find_if(connections.begin(), connections.end(), [](const Connection& connection) {
            return connection.state != Connection::State::writing;
        });
    connections.erase(oldest == connections.end() ? connections.begin() : oldest);
}

void MetricsServer::Loop::receive(Connection& connection, Monotonic now)
{
    std::array<char, 4096> buffer{};
    const ssize_t n = ::recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (n <= 0) {
        connection.state = Connection::State::done;
        return;
    }
    if (connection.state == Connection::State::draining) {
        return;
    }
    connection.received.append(buffer.data(), static_cast<std::size_t>(n));
    const HttpHead head = parse_http_head(connection.received);
    if (head.status != 0) {
        connection.answer = answer(head, now);
        connection.state = Connection::State::writing;
        send(connection);
    }
}

void MetricsServer::Loop::send(Connection& connection)
{
    const ssize_t n =
        ::send(connection.fd.get(), connection.answer.data() + connection.sent,
               connection.answer.size() - connection.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            connection.state = Connection::State::done;
        }
        return;
    }
    connection.sent += static_cast<std::size_t>(n);
    if (connection.sent == connection.answer.size()) {
        ::shutdown(connection.fd.get(), SHUT_WR);
        connection.state = Connection::State::draining;
    }
}

void MetricsServer::Loop::serve(Connection& connection, Monotonic now)
{
    if (connection.state == Connection::State::writing) {
        send(connection);
    } else {
        receive(connection, now);
    }
}

void MetricsServer::Loop::run()
{
    for (;;) {
        std::vector<pollfd> fds{{quit, POLLIN, 0}};
        int wait = -1;
        auto now = std::chrono::steady_clock::now();
        for (const Connection& connection : connections) {
            const bool writing = connection.state == Connection::State::writing;
            fds.push_back({connection.fd.get(), static_cast<short>(writing ? POLLOUT : POLLIN), 0});
            const int left = poll_timeout(connection.deadline, now);
            wait = wait < 0 ? left : std::min(wait, left);
        }
        fds.push_back({listener.get(), POLLIN, 0});
        const std::size_t polled = connections.size();
        if (::poll(fds.data(), fds.size(), wait) < 0) {
            continue; // EINTR: a debugger
        }
        if (fds[0].revents != 0) {
            return;
        }
        now = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < polled; ++i) {
            if (fds[i + 1].revents != 0) {
                serve(connections[i], now);
            }
        }
        if (fds.back().revents != 0) {
            accept_one(now);
        }
        connections.erase(std::remove_if(connections.begin(), connections.end(),
                                         [now](const Connection& connection) {
                                             return connection.state == Connection::State::done ||
                                                    connection.deadline <= now;
                                         }),
                          connections.end());
    }
}

} // namespace tlm::ops
