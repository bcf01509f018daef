// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/listener.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace tlm::ws {

namespace {

constexpr int kBacklog = 1024;
constexpr int kUnsentBytes = 128 * 1024;
constexpr milliseconds kPause{200};

void set_option(int fd, int level, int name, int value) noexcept
{
    (void)::setsockopt(fd, level, name, &value, sizeof value); // a socket without it works too
}

} // namespace

Listener::Listener(EventLoop& loop, const ops::ListenAddress& address,
                   std::function<void(UniqueFd)> accepted)
    : m_accepted(std::move(accepted)),
      m_socket(ops::listen_on(address, "--listen", kBacklog)),
      m_bound(ops::bound_address(m_socket.get())),
      m_watcher(loop, m_socket.get(), [this] { accept(); }),
      m_resume(loop, [this] { m_watcher.start(); })
{
    m_watcher.start();
}

void Listener::close() noexcept
{
    m_resume.stop();
    m_watcher.stop();
    m_socket.reset();
}

void Listener::accept()
{
    // A few at a time, so that a storm of connections does not hold up those that are there.
    for (int i = 0; i < 64 && m_socket; ++i) {
        UniqueFd client{::accept4(m_socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (client) {
            set_option(client.get(), IPPROTO_TCP, TCP_NODELAY, 1);
            set_option(client.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, kUnsentBytes);
            m_accepted(std::move(client));
            continue;
        }
        const int error = errno;
        if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
            static log::RateLimit limit{milliseconds{10'000}};
            limit.warn("cannot accept connections: {}", errno_text(error));
            m_watcher.stop(); // the socket stays readable: looking again at once would spin
            m_resume.start(kPause);
            return;
        }
        if (error == EAGAIN || error == EWOULDBLOCK) {
            return;
        }
        // ECONNABORTED and its like: that client is gone, the next may be there
    }
}

} // namespace tlm::ws
