// SPDX-License-Identifier: Apache-2.0
#include "common/ops/signals.hpp"
#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>

namespace tlm::ops {

namespace {

constexpr int kPatience = 20000;  ///< ms; only a failing test waits so long
constexpr int kSameRequest = 300; ///< ms; longer than two signals count as one
constexpr int kGood = 42;

bool readable(int fd, int timeout_ms)
{
    pollfd ready{fd, POLLIN, 0};
    return ::poll(&ready, 1, timeout_ms) == 1 && (ready.revents & POLLIN) != 0;
}

/// Runs the body in a process of its own, because it changes what signals do; its exit status, or
/// 1000 and the number of the signal that killed it.
int in_child(const std::function<bool()>& body)
{
    const pid_t child = ::fork();
    if (child == 0) {
        const int null = ::open("/dev/null", O_WRONLY);
        ::dup2(null, STDERR_FILENO);
        bool good = false;
        try {
            good = body();
        } catch (...) {
            good = false;
        }
        ::_exit(good ? kGood : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

void raise_in_process(int number)
{
    ::kill(::getpid(), number);
}

} // namespace

TEST_CASE("signals: SIGTERM, SIGINT and SIGHUP ask to stop", "[ops]")
{
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
        CHECK(in_child([number] {
                  Shutdown shutdown;
                  const bool before = shutdown.requested() || readable(shutdown.fd(), 0);
                  raise_in_process(number);
                  // Readable again and again: it is polled, not read.
                  return !before && readable(shutdown.fd(), kPatience) &&
                         readable(shutdown.fd(), 0) && shutdown.requested();
              }) == kGood);
    }
}

TEST_CASE("signals: a second request ends the process at once", "[ops]")
{
    CHECK(in_child([] {
              Shutdown shutdown;
              raise_in_process(SIGTERM);
              readable(shutdown.fd(), kPatience);
              ::poll(nullptr, 0, kSameRequest);
              raise_in_process(SIGINT);
              ::poll(nullptr, 0, kPatience);
              return false;
          }) == 4);
}

TEST_CASE("signals: two at once are one request", "[ops]")
{
    CHECK(in_child([] {
              sigset_t both;
              ::sigemptyset(&both);
              ::sigaddset(&both, SIGTERM);
              ::sigaddset(&both, SIGINT);
              ::pthread_sigmask(SIG_BLOCK, &both, nullptr);
              raise_in_process(SIGTERM);
              raise_in_process(SIGINT);
              Shutdown shutdown;
              ::poll(nullptr, 0, kSameRequest);
              return shutdown.requested();
          }) == kGood);
}

TEST_CASE("signals: a stop of our own does not count as the first signal", "[ops]")
{
    CHECK(in_child([] {
              Shutdown shutdown;
              shutdown.request();
              const bool stopped = shutdown.requested() && readable(shutdown.fd(), 0);
              shutdown.reload_on_hangup();
              raise_in_process(SIGTERM);
              raise_in_process(SIGHUP); // seen after SIGTERM or before: the process must live
              return stopped && readable(shutdown.reload_fd(), kPatience);
          }) == kGood);
}

TEST_CASE("signals: SIGHUP reloads where a tool says so", "[ops]")
{
    CHECK(in_child([] {
              Shutdown shutdown;
              shutdown.reload_on_hangup();
              const bool before = shutdown.take_reload();
              raise_in_process(SIGHUP);
              const bool asked = readable(shutdown.reload_fd(), kPatience);
              const bool taken = shutdown.take_reload();
              return !before && asked && taken && !shutdown.take_reload() && !shutdown.requested();
          }) == kGood);
}

TEST_CASE("signals: an ignored SIGHUP stays ignored", "[ops]")
{
    CHECK(in_child([] {
              std::signal(SIGHUP, SIG_IGN);
              Shutdown shutdown;
              raise_in_process(SIGHUP);
              raise_in_process(SIGTERM); // were SIGHUP let in, it would be the lower number
              return readable(shutdown.fd(), kPatience) && !readable(shutdown.reload_fd(), 0);
          }) == kGood);
}

TEST_CASE("signals: a closed pipe is an error, not a death", "[ops]")
{
    CHECK(in_child([] {
              const Shutdown shutdown;
              int ends[2];
              if (::pipe(ends) != 0) {
                  return false;
              }
              ::close(ends[0]);
              return ::write(ends[1], "x", 1) == -1 && errno == EPIPE;
          }) == kGood);
}

TEST_CASE("signals: later threads do not take the signals", "[ops]")
{
    CHECK(in_child([] {
              Shutdown shutdown;
              std::thread worker([&shutdown] { readable(shutdown.fd(), kPatience); });
              raise_in_process(SIGTERM);
              worker.join();
              return shutdown.requested();
          }) == kGood);
}

} // namespace tlm::ops
