// SPDX-License-Identifier: Apache-2.0
#include "common/ops/dead_man_switch.hpp"
#include "tests/support/catch.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace std::chrono_literals;
using tlm::ops::DeadManSwitch;

namespace {

constexpr int kLongEnoughMs = 4'200;

/// How a child ends that does `work`; its status as of waitpid().
template <typename Work>
int fate_of(Work work)
{
    const pid_t child = ::fork();
    if (child == 0) {
        DeadManSwitch dead_man;
        work(dead_man);
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

} // namespace

TEST_CASE("dead man's switch: ends a process that is stopped", "[ops]")
{
    const int status = fate_of([](DeadManSwitch& dead_man) {
        dead_man.arm(100ms);
        ::raise(SIGSTOP);
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGKILL);
}

TEST_CASE("dead man's switch: armed with nothing left it is at once", "[ops]")
{
    const int status = fate_of([](DeadManSwitch& dead_man) {
        dead_man.arm(-5s);
        ::pause();
    });
    CHECK(WIFSIGNALED(status));
}

TEST_CASE("dead man's switch: disarmed or gone it ends nothing", "[ops]")
{
    const int status = fate_of([](DeadManSwitch& dead_man) {
        {
            DeadManSwitch other;
            other.arm(4s);
        }
        dead_man.arm(4s);
        dead_man.disarm();
        ::poll(nullptr, 0, kLongEnoughMs);
    });
    CHECK(WIFEXITED(status));
}
