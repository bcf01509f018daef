// SPDX-License-Identifier: Apache-2.0
#include "common/ops/signals.hpp"

#include "common/base/error.hpp"
#include "common/base/exit_status.hpp"
#include "common/ops/log.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>

namespace tlm::ops {

namespace {

constexpr milliseconds kSameRequest{200};

UniqueFd checked(int fd, const char* what)
{
    if (fd < 0) {
        throw fatal_error(fmt::format("{}: {}", what, errno_text(errno)));
    }
    return UniqueFd{fd};
}

UniqueFd make_event()
{
    return checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
}

/// Makes an eventfd readable. Writing 1 cannot fail before 2^64 - 2 of them.
void raise_event(const UniqueFd& event) noexcept
{
    const std::uint64_t one = 1;
    static_cast<void>(!::write(event.get(), &one, sizeof one));
}

bool take_event(const UniqueFd& event) noexcept
{
    std::uint64_t count = 0;
    return ::read(event.get(), &count, sizeof count) == static_cast<ssize_t>(sizeof count);
}

bool is_ignored(int number) noexcept
{
    struct sigaction action = {};
    return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

} // namespace

Shutdown::Shutdown() : m_stop(make_event()), m_reload(make_event()), m_quit(make_event())
{
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    if (!is_ignored(SIGHUP)) {
        ::sigaddset(&set, SIGHUP);
    }
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, nullptr);
    if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
        throw fatal_error("pthread_sigmask: " + errno_text(error));
    }
    m_signals = checked(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
    m_watcher = std::thread([this] { watch(); });
}

Shutdown::~Shutdown()
{
    // The signals stay blocked: what is left of the program ends by itself.
    raise_event(m_quit);
    m_watcher.join();
}

void Shutdown::request() noexcept
{
    m_requested.store(true, std::memory_order_release);
    raise_event(m_stop);
}

bool Shutdown::take_reload() noexcept
{
    return take_event(m_reload);
}

void Shutdown::on_signal(int number) noexcept
{
    if (number == SIGHUP && m_reloads.load(std::memory_order_acquire)) {
        raise_event(m_reload);
        return;
    }
    const char* const name =
        number == SIGTERM ? "SIGTERM" : (number == SIGINT ? "SIGINT" : "SIGHUP");
    const auto now = std::chrono::steady_clock::now();
    if (m_signalled && now - *m_signalled < kSameRequest) {
        return;
    }
    if (m_signalled && number != SIGHUP) {
        log::error("second request to stop ({}): ending at once, data may be unconfirmed", name);
        ::_exit(static_cast<int>(ExitStatus::unconfirmed));
    }
    m_signalled = m_signalled.value_or(now);
    log::info("{}: stopping", name);
    request();
}

void Shutdown::watch() noexcept
{
    std::array<pollfd, 2> fds{
        {{m_signals.get(), POLLIN, 0}, {m_quit.get(), POLLIN, 0}},
    };
    while (fds[1].revents == 0) {
        if (::poll(fds.data(), fds.size(), -1) < 0) {
            continue; // EINTR: a debugger
        }
        signalfd_siginfo info = {};
        while (::read(m_signals.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
            on_signal(static_cast<int>(info.ssi_signo));
        }
    }
}

} // namespace tlm::ops
