// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/subscriber.hpp"

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"
#include "common/base/units.hpp"
#include "common/mqtt/session.hpp"
#include "common/mqtt/stream.hpp"
#include "common/mqtt/tls_diagnosis.hpp"
#include "common/ops/log.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace tlm::mqtt {
namespace {

using std::chrono::steady_clock;

void set_cork(int fd, int on) noexcept
{
    // Without it every 4-byte PUBACK is a segment of its own. Fails on nothing but a lost socket.
    static_cast<void>(::setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on));
}

bool peer_has_closed(int fd) noexcept
{
    char byte = 0;
    return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void check(const SubscriberOptions& options)
{
    if (options.client_id.empty()) {
        throw usage_error("an MQTT client id is needed: it names the durable session");
    }
    if (options.filters.empty()) {
        throw usage_error("no MQTT topic filter to subscribe to");
    }
    if (options.session_expiry.count() <= 0) {
        throw usage_error("the MQTT session must outlive its connection: its expiry must be > 0");
    }
    if (options.cert_file.empty() != options.key_file.empty()) {
        throw usage_error("an MQTT client certificate needs its key, and the key its certificate");
    }
    if (options.url.tls) {
        // libmosquitto looks into the files when it shakes hands: then an error blames the broker.
        const TlsContext context{options.ca_file};
        if (!options.cert_file.empty()) {
            context.check({options.cert_file, options.key_file});
        }
    }
}

} // namespace

struct Subscriber::Impl {
    Impl(SubscriberOptions given, Receiver& receiver)
        : options(std::move(given)),
          session(receiver),
          version(options.version.value_or(Version::v5))
    {
        check(options);
    }

    void open();
    ReadResult read();
    void write();
    void keep_alive();
    [[noreturn]] void fail(int code);
    [[nodiscard]] const std::string& explain();
    bool fall_back();

    SubscriberOptions options;
    Session session;
    Version version;
    Monotonic subscribe_deadline;
    std::optional<Monotonic> explained_at{};
    std::string explanation{};
};

void Subscriber::Impl::open()
{
    session.open(options, version);
    subscribe_deadline = steady_clock::now() + options.subscribe_timeout;
}

/// Why TLS fails. The broker is asked once a minute at most: its answer takes a moment.
const std::string& Subscriber::Impl::explain()
{
    constexpr std::chrono::minutes kLasts{1};
    const auto now = steady_clock::now();
    if (!explained_at || now - *explained_at >= kLasts) {
        explanation = explain_tls(options);
        explained_at = now;
    }
    return explanation;
}

/// Throws what the end of the connection means.
void Subscriber::Impl::fail(int code)
{
    std::string reason = session.reason(code);
    const bool unanswered = !session.connected() && !session.refused();
    const bool taken_over = session.taken_over();
    session.destroy();
    const std::string where = format_url(options.url);
    if (taken_over) {
        throw fatal_error(fmt::format("{}: another client has taken over the session '{}': give "
                                      "each bridge an --id of its own",
                                      where, options.client_id));
    }
    if (options.url.tls && unanswered) {
        if (const std::string& why = explain(); !why.empty()) {
            reason = why;
        }
    }
    throw transient_error(fmt::format("{}: {}", where, reason));
}

/// True when the broker does not know MQTT 5 and a connection with 3.1.1 has been opened.
bool Subscriber::Impl::fall_back()
{
    if (!session.version_refused() || options.version || version != Version::v5) {
        return false;
    }
    log::info("{}: the broker does not know MQTT 5: using 3.1.1", format_url(options.url));
    version = Version::v311;
    open();
    return true;
}

Subscriber::ReadResult Subscriber::Impl::read()
{
    // A TLS handshake that the broker cut off looks to the library like one that is not ready.
    constexpr int kHandshakeSteps = 16;
    int steps = 0;
    ReadResult result;
    session.begin_read();
    while (true) {
        const std::size_t before = session.messages();
        errno = 0;
        const int code = mosquitto_loop_read(session.handle(), 1);
        const int error = errno;
        session.rethrow();
        if (code != MOSQ_ERR_SUCCESS || session.fd() < 0 || session.refused()) {
            if (fall_back()) {
                break;
            }
            fail(code);
        }
        result.messages = session.messages();
        if (session.paused()) {
            result.full = session.full();
            result.more = true;
            break;
        }
        // A message with EAGAIN is a full wake-up pipe of the library, not an empty socket.
        if (session.messages() == before && error == EAGAIN) {
            break;
        }
        if (!session.connected() && ++steps == kHandshakeSteps) {
            if (peer_has_closed(session.fd())) {
                fail(MOSQ_ERR_CONN_LOST);
            }
            break;
        }
    }
    return result;
}

void Subscriber::Impl::write()
{
    if (options.url.tls && !session.connected()) {
        // The handshake may be what wants to write; only reading carries it on.
        read();
    }
    const int fd = session.fd();
    set_cork(fd, 1);
    errno = 0;
    const int code = mosquitto_loop_write(session.handle(), 1);
    if (session.fd() >= 0) {
        set_cork(fd, 0);
    }
    session.rethrow();
    if (code != MOSQ_ERR_SUCCESS || session.fd() < 0) {
        fail(code);
    }
}

void Subscriber::Impl::keep_alive()
{
    const int code = mosquitto_loop_misc(session.handle());
    if (code != MOSQ_ERR_SUCCESS || session.fd() < 0) {
        fail(code);
    }
    if (!session.subscribed() && steady_clock::now() >= subscribe_deadline) {
        session.destroy();
        throw transient_error(fmt::format("{}: the broker has not confirmed the subscription "
                                          "within {}",
                                          format_url(options.url),
                                          format_duration(options.subscribe_timeout)));
    }
}

Subscriber::Subscriber(SubscriberOptions options, Receiver& receiver)
    : m_impl(std::make_unique<Impl>(std::move(options), receiver))
{}

Subscriber::~Subscriber() = default;

void Subscriber::connect()
{
    m_impl->open();
}

Subscriber::ReadResult Subscriber::read()
{
    return m_impl->read();
}

bool Subscriber::wants_write() const noexcept
{
    return m_impl->session.fd() >= 0 && mosquitto_want_write(m_impl->session.handle());
}

void Subscriber::write()
{
    m_impl->write();
}

void Subscriber::keep_alive()
{
    m_impl->keep_alive();
}

bool Subscriber::publish(const std::string& topic, std::string_view payload) noexcept
{
    return connected() && m_impl->session.publish(topic, payload);
}

void Subscriber::ask()
{
    m_impl->session.ask();
}

bool Subscriber::answered() const noexcept
{
    return m_impl->session.answered();
}

void Subscriber::abandon() noexcept
{
    m_impl->session.destroy();
}

bool Subscriber::close(milliseconds deadline) noexcept
{
    const UniqueFd socket{m_impl->session.fd() < 0 ? -1 : ::dup(m_impl->session.fd())};
    bool ended = false;
    if (socket && ::shutdown(socket.get(), SHUT_WR) == 0) {
        const Monotonic end = steady_clock::now() + deadline;
        std::array<char, 65'536> dropped; // NOLINT: never read
        while (!ended) {
            const int left = poll_timeout(end, steady_clock::now());
            pollfd poll_for{socket.get(), POLLIN, 0};
            if (left == 0 || ::poll(&poll_for, 1, left) < 0) {
                break;
            }
            const ssize_t size = ::recv(socket.get(), dropped.data(), dropped.size(), MSG_DONTWAIT);
            if (size < 0 && errno != EAGAIN && errno != EINTR) {
                break;
            }
            ended = size == 0;
        }
    }
    m_impl->session.destroy();
    return ended;
}

int Subscriber::fd() const noexcept
{
    return m_impl->session.fd();
}

bool Subscriber::connected() const noexcept
{
    return m_impl->session.fd() >= 0;
}

bool Subscriber::subscribed() const noexcept
{
    return connected() && m_impl->session.subscribed();
}

std::optional<bool> Subscriber::session_present() const noexcept
{
    return m_impl->session.present();
}

Version Subscriber::version() const noexcept
{
    return m_impl->version;
}

std::optional<std::uint64_t> Subscriber::dropped_by_broker() const noexcept
{
    return m_impl->session.dropped_by_broker();
}

} // namespace tlm::mqtt
