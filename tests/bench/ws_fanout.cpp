// SPDX-License-Identifier: Apache-2.0
// How fast tlm-ws brings a change to many clients, beside a bare loop of send().
#include "common/base/unique_fd.hpp"
#include "common/base/units.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

extern char** environ; // NOLINT(readability-redundant-declaration)

namespace {

using namespace tlm;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t kDeviceBytes = 200;
constexpr std::size_t kOtherDescriptors = 16; ///< beside those of connections

void check(bool good, const char* what)
{
    if (!good) {
        throw std::runtime_error(fmt::format("{}: errno {}", what, errno));
    }
}

UniqueFd connect_to(std::uint16_t port)
{
    UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
          "connect");
    return fd;
}

/// Many sockets of which only the bytes are counted.
class Clients {
  public:
    Clients() : m_epoll(::epoll_create1(EPOLL_CLOEXEC)) {}

    void add(UniqueFd fd)
    {
        check(::fcntl(fd.get(), F_SETFL, O_NONBLOCK) == 0, "fcntl");
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = m_fds.size();
        check(::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd.get(), &event) == 0, "epoll_ctl");
        m_fds.push_back(std::move(fd));
        m_received.push_back(0);
    }

    /// Reads until every client has at least `bytes` since the last call; the seconds it took.
    Seconds wait_for(std::size_t bytes)
    {
        const auto begin = std::chrono::steady_clock::now();
        std::fill(m_received.begin(), m_received.end(), 0);
        std::size_t waiting = m_fds.size();
        while (waiting > 0) {
            std::array<epoll_event, 512> events{};
            const int n = ::epoll_wait(m_epoll.get(), events.data(), events.size(), 20'000);
            check(n > 0, "no client received anything for 20 s");
            for (int i = 0; i < n; ++i) {
                waiting -= receive(events.at(static_cast<std::size_t>(i)).data.u64, bytes) ? 1 : 0;
            }
        }
        return std::chrono::steady_clock::now() - begin;
    }

    /// Reads away what arrives until nothing did for a while.
    void settle()
    {
        std::array<epoll_event, 512> events{};
        for (;;) {
            const int n = ::epoll_wait(m_epoll.get(), events.data(), events.size(), 700);
            if (n <= 0) {
                return;
            }
            for (int i = 0; i < n; ++i) {
                (void)receive(events.at(static_cast<std::size_t>(i)).data.u64, 1);
            }
        }
    }

  private:
    bool receive(std::size_t index, std::size_t wanted)
    {
        std::array<char, 65536> buffer; // NOLINT: not initialised on purpose
        const auto n = ::recv(m_fds[index].get(), buffer.data(), buffer.size(), 0);
        check(n > 0, "a client was disconnected");
        const bool before = m_received[index] >= wanted;
        m_received[index] += static_cast<std::size_t>(n);
        return !before && m_received[index] >= wanted;
    }

    UniqueFd m_epoll;
    std::vector<UniqueFd> m_fds;
    std::vector<std::size_t> m_received;
};

/// Few with many clients: these answer no pings, and tlm-ws gives up on such after 35 s.
int rounds_for(std::size_t clients)
{
    return static_cast<int>(std::clamp<std::size_t>(100'000 / clients, 10, 100));
}

struct Result {
    std::vector<double> latencies; ///< seconds from the change to the last client
    double cpu = 0;                ///< seconds that the sender used
};

void report(const char* name, std::size_t clients, Result& result)
{
    auto& latencies = result.latencies;
    std::sort(latencies.begin(), latencies.end());
    const auto at = [&](double q) {
        return 1e3 * latencies[static_cast<std::size_t>(q * double(latencies.size() - 1))];
    };
    const double frames = double(clients) * double(latencies.size());
    fmt::print("{:8} {:6} clients {:9.0f} frames/s per core {:6.1f} us/frame   to the last client "
               "p50 {:6.1f} ms p99 {:6.1f} ms\n",
               name, clients, frames / result.cpu, 1e6 * result.cpu / frames, at(0.5), at(0.99));
}

double cpu_of(pid_t pid)
{
    clockid_t clock{};
    timespec used{};
    check(::clock_getcpuclockid(pid, &clock) == 0 && ::clock_gettime(clock, &used) == 0, "cpu");
    return double(used.tv_sec) + 1e-9 * double(used.tv_nsec);
}

double cpu_of_thread()
{
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return double(used.tv_sec) + 1e-9 * double(used.tv_nsec);
}

/// The least that one send() a client costs here.
Result measure_raw(std::size_t count)
{
    UniqueFd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    check(::bind(listener.get(), generic, size) == 0 && ::listen(listener.get(), 1024) == 0 &&
              ::getsockname(listener.get(), generic, &size) == 0,
          "listen");
    Clients clients;
    std::vector<UniqueFd> servers;
    for (std::size_t i = 0; i < count; ++i) {
        clients.add(connect_to(ntohs(address.sin_port)));
        servers.emplace_back(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        const int on = 1;
        (void)::setsockopt(servers.back().get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    Result result;
    const std::string frame(kDeviceBytes + 160, 'x');
    for (int round = 0; round < rounds_for(count); ++round) {
        const std::jthread sender([&] {
            const double before = cpu_of_thread();
            for (const auto& server : servers) {
                check(::send(server.get(), frame.data(), frame.size(), MSG_NOSIGNAL) > 0, "send");
            }
            result.cpu += cpu_of_thread() - before;
        });
        result.latencies.push_back(clients.wait_for(frame.size()).count());
    }
    return result;
}

/// A tlm-ws with a pipe to its stdin.
class Server {
  public:
    explicit Server(const std::string& program)
    {
        std::array<int, 2> in{};
        std::array<int, 2> log{};
        check(::pipe2(in.data(), O_CLOEXEC) == 0 && ::pipe2(log.data(), O_CLOEXEC) == 0, "pipe");
        m_in.reset(in[1]);
        m_log.reset(log[0]);
        const UniqueFd child_in{in[0]};
        const UniqueFd child_log{log[1]};
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, child_in.get(), 0);
        ::posix_spawn_file_actions_adddup2(&actions, child_log.get(), 2);
        std::vector<std::string> words{program,  "--stdin", "--listen",      "127.0.0.1:0",
                                       "--tick", "10ms",    "--max-clients", "100000"};
        std::vector<char*> argv;
        for (auto& word : words) {
            argv.push_back(word.data());
        }
        argv.push_back(nullptr);
        const int failed =
            ::posix_spawn(&m_pid, program.c_str(), &actions, nullptr, argv.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        check(failed == 0, "posix_spawn");
    }

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    ~Server()
    {
        ::kill(m_pid, SIGTERM);
        ::waitpid(m_pid, nullptr, 0);
    }

    [[nodiscard]] pid_t pid() const { return m_pid; }

    [[nodiscard]] std::uint16_t port()
    {
        constexpr std::string_view kMark = "serving http://127.0.0.1:";
        std::string text;
        for (;;) {
            std::array<char, 4096> buffer{};
            const auto n = ::read(m_log.get(), buffer.data(), buffer.size());
            check(n > 0, "tlm-ws did not start");
            text.append(buffer.data(), static_cast<std::size_t>(n));
            const auto at = text.find(kMark);
            const auto end = text.find('/', at + kMark.size());
            if (at != std::string::npos && end != std::string::npos) {
                const auto begin = at + kMark.size();
                return static_cast<std::uint16_t>(
                    parse_unsigned(text.substr(begin, end - begin)).value_or(0));
            }
        }
    }

    void feed(int seq)
    {
        const auto line = fmt::format(
            R"({{"v":1,"deviceId":"pump-1","ts":1,"receivedAt":1,"seq":{},"data":{{"p":"{}"}}}})"
            "\n",
            seq, std::string(kDeviceBytes, 'p'));
        check(::write(m_in.get(), line.data(), line.size()) > 0, "write");
    }

  private:
    UniqueFd m_in;
    UniqueFd m_log;
    pid_t m_pid = 0;
};

Result measure_server(const std::string& program, std::size_t count)
{
    constexpr std::string_view kRequest =
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    Server server{program};
    const auto port = server.port();
    Clients clients;
    for (std::size_t i = 0; i < count; ++i) {
        auto fd = connect_to(port);
        check(::send(fd.get(), kRequest.data(), kRequest.size(), 0) > 0, "send");
        clients.add(std::move(fd));
    }
    server.feed(0);
    clients.settle();

    Result result;
    const double before = cpu_of(server.pid());
    for (int round = 1; round <= rounds_for(count); ++round) {
        server.feed(round);
        result.latencies.push_back(clients.wait_for(kDeviceBytes).count());
    }
    result.cpu = cpu_of(server.pid()) - before;
    return result;
}

} // namespace

int main(int argc, char** argv)
try {
    if (argc < 2) {
        std::fputs("usage: ws_fanout PATH-OF-TLM-WS [CLIENTS]...\n", stderr);
        return 2;
    }
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);

    std::vector<std::size_t> counts;
    for (int i = 2; i < argc; ++i) {
        counts.push_back(parse_unsigned(argv[i]).value_or(1));
    }
    if (counts.empty()) {
        counts = {100, 2'000};
    }
    for (const auto count : counts) {
        auto server = measure_server(argv[1], count);
        report("tlm-ws", count, server);
        if (2 * count + kOtherDescriptors > limit.rlim_cur) {
            fmt::print("send()   {:6} clients: not measured, both ends are in this process and the "
                       "limit of open files is {}\n",
                       count, limit.rlim_cur);
            continue;
        }
        auto raw = measure_raw(count);
        report("send()", count, raw);
        fmt::print("         tlm-ws reaches {:.0f} % of send()\n",
                   100 * (raw.cpu / double(raw.latencies.size())) /
                       (server.cpu / double(server.latencies.size())));
    }
    return 0;

} catch (const std::exception& error) {
    fmt::print(stderr, "ws_fanout: {}\n", error.what());
    return 1;
}
