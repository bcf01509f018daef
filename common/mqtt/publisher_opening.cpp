// SPDX-License-Identifier: Apache-2.0
// How a connection of the publisher comes about: queue, TCP, TLS, CONNECT.
#include "common/base/backoff.hpp"
#include "common/base/error.hpp"
#include "common/mqtt/publisher.hpp"
#include "common/ops/log.hpp"

#include <sys/epoll.h>

#include <cerrno>
#include <limits>
#include <utility>

namespace tlm::mqtt {

void Publisher::enqueue(std::uint32_t index)
{
    m_connections[index].phase = Phase::queued;
    m_queue.push_back(index);
}

void Publisher::start_attempts(Monotonic now)
{
    while (!m_queue.empty() && m_links.opening < m_options.most_attempts) {
        const auto index = m_queue.front();
        m_queue.pop_front();
        begin_attempt(index, now);
    }
}

void Publisher::leave_phase(Connection& connection)
{
    switch (connection.phase) {
    case Phase::ready:
        --m_links.connected;
        return;
    case Phase::connecting:
    case Phase::securing:
    case Phase::greeting:
        --m_links.opening;
        return;
    case Phase::unwanted:
    case Phase::queued:
    case Phase::waiting:
        return;
    }
}

void Publisher::begin_attempt(std::uint32_t index, Monotonic now)
{
    auto& connection = m_connections[index];
    connection.phase = Phase::connecting;
    ++m_links.opening;
    if (const auto error = dial(index, now); !error.empty()) {
        attempt_failed(index, error, now);
        return;
    }
    watch(index, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
    wake(index, now + m_options.attempt_timeout);
}

void Publisher::watch(std::uint32_t index, int operation, std::uint32_t events) const
{
    epoll_event event{};
    event.events = events;
    event.data.u32 = index;
    if (::epoll_ctl(m_epoll.get(), operation, m_connections[index].stream.fd(), &event) != 0) {
        throw fatal_error("epoll: " + errno_text(errno));
    }
}

/// Asks the resolver where nothing is known, or when all that is known was tried in vain; once for
/// all connections that want to know.
std::string Publisher::resolve_again(Broker& broker, Monotonic now)
{
    constexpr std::chrono::seconds kPause{1}; // it blocks, and very many may fail at once
    if (now < broker.resolve_after || broker.current > 0) {
        return broker.addresses.empty() ? broker.unknown : std::string{};
    }
    auto found = m_options.look_up(broker.url.host, broker.url.port);
    broker.resolve_after = std::chrono::steady_clock::now() + kPause; // it may have taken longer
    if (auto* const error = std::get_if<std::string>(&found)) {
        broker.unknown = std::move(*error);
        return broker.addresses.empty() ? broker.unknown : std::string{};
    }
    broker.addresses = std::get<std::vector<Address>>(std::move(found));
    broker.current = 0;
    return {};
}

/// Opens the socket of a connection; why it could not.
std::string Publisher::dial(std::uint32_t index, Monotonic now)
{
    auto& broker = broker_of(index);
    auto& connection = m_connections[index];
    const bool in_vain = connection.failures > 0 && connection.addresses == 0;
    if (broker.addresses.empty() || in_vain) {
        if (auto error = resolve_again(broker, now); !error.empty()) {
            return error;
        }
    }
    connection.address = static_cast<std::uint8_t>(broker.current);
    const Address* source = nullptr;
    if (!m_options.sources.empty()) {
        source = &m_options.sources[index / m_brokers.size() % m_options.sources.size()];
    }
    auto opened = open_connection(broker.addresses[broker.current], source);
    if (auto* const error = std::get_if<std::string>(&opened)) {
        return std::move(*error);
    }
    connection.stream = Stream{std::get<UniqueFd>(std::move(opened))};
    return {};
}

void Publisher::finish_connect(std::uint32_t index, Monotonic now)
{
    auto& connection = m_connections[index];
    if (const auto error = connect_error(connection.stream.fd()); !error.empty()) {
        attempt_failed(index, error, now);
        return;
    }
    watch(index, EPOLL_CTL_MOD, EPOLLIN);
    const auto& url = broker_of(index).url;
    if (!url.tls) {
        greet(index, now);
        return;
    }
    connection.stream.secure(m_tls->start(connection.stream.fd(), url.host,
                                          m_options.login(index).certificate, connection.session));
    connection.phase = Phase::securing;
    go_on_securing(index, now);
}

void Publisher::go_on_securing(std::uint32_t index, Monotonic now)
{
    const auto step = m_connections[index].stream.shake_hands();
    switch (step.end) {
    case Transfer::End::none:
        watch(index, EPOLL_CTL_MOD, EPOLLIN);
        m_stats.resumed += m_connections[index].stream.resumed() ? 1 : 0;
        greet(index, now);
        return;
    case Transfer::End::wants_read:
        watch(index, EPOLL_CTL_MOD, EPOLLIN);
        return;
    case Transfer::End::wants_write:
        watch(index, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
        return;
    case Transfer::End::closed:
    case Transfer::End::failed:
        ended(index, step, now);
        return;
    }
}

/// Whom the connection stands for, and that it does so.
void Publisher::show_presence(std::uint32_t index, Connect& packet)
{
    auto& connection = m_connections[index];
    auto presence = m_options.nodes == nullptr ? std::nullopt : m_options.nodes->connecting(index);
    connection.dialogue.set_live(presence.has_value());
    if (presence) {
        connection.presence = std::make_unique<Presence>(*std::move(presence));
        const auto& will = connection.presence->will;
        packet.will = Will{
            .topic = will.topic, .payload = will.payload, .qos = will.qos, .retain = will.retain};
    }
}

void Publisher::greet(std::uint32_t index, Monotonic now)
{
    constexpr std::uint32_t kHourS = 3'600;
    auto& connection = m_connections[index];
    const auto& terms = broker_of(index).terms;
    const auto login = m_options.login(index);
    Connect packet{.version = terms.version,
                   .client_id = login.client_id,
                   .keep_alive_s = m_options.keep_alive_s,
                   .max_packet_bytes = kMaxPacketBytes};
    if (!login.user.empty()) {
        packet.user = login.user;
    }
    if (login.password) {
        packet.password = *login.password;
    }
    if (login.will) {
        packet.will = Will{.topic = login.will->topic,
                           .payload = login.will->payload,
                           .qos = login.will->qos,
                           .retain = login.will->retain};
    }
    show_presence(index, packet);
    packet.clean_start = connection.dialogue.clean_start(terms);
    packet.session_expiry_s = connection.dialogue.durable(terms) ? kHourS : 0;
    m_out.clear();
    encode(packet, m_out);
    connection.phase = Phase::greeting;
    (void)write_out(index, now);
}

void Publisher::on_connected(std::uint32_t index, Monotonic now)
{
    auto& connection = m_connections[index];
    connection.phase = Phase::ready;
    connection.failures = 0;
    connection.addresses = 0;
    connection.opened = now;
    broker_of(index).known = true;
    --m_links.opening;
    ++m_links.connected;
    m_down_since = m_links.connected == m_links.wanted ? std::nullopt : std::optional{now};
    const std::chrono::seconds interval{broker_of(index).terms.keep_alive_s};
    if (interval.count() > 0) {
        wake(index, now + interval);
    }
    if (connection.presence) {
        encode(Subscribe{.version = m_options.version, .filter = connection.presence->commands},
               m_out);
        m_options.nodes->connected(index);
    }
    if (m_links.connected == m_links.wanted && m_stats.connects > m_links.wanted) {
        static log::RateLimit limit{std::chrono::seconds{5}};
        limit.info("all connections are there again, {}; {} messages to confirm", m_links.connected,
                   outstanding());
    }
}

void Publisher::attempt_failed(std::uint32_t index, const std::string& why, Monotonic now)
{
    static log::RateLimit limit{std::chrono::seconds{5}};
    auto& connection = m_connections[index];
    auto& broker = broker_of(index);
    const bool unreachable = connection.phase == Phase::connecting;
    m_last_error = why;
    drop(index);
    if (unreachable && !broker.addresses.empty()) {
        if (broker.current == connection.address) {
            broker.current = (broker.current + 1) % broker.addresses.size();
        }
        ++connection.addresses;
        if (connection.addresses < broker.addresses.size()) {
            enqueue(index);
            return;
        }
    }
    connection.addresses = 0;
    try_again(index, now);
    limit.warn("{}: cannot connect: {}", broker.name, why);
}

void Publisher::try_again(std::uint32_t index, Monotonic now)
{
    constexpr auto kMost = std::numeric_limits<std::uint8_t>::max();
    auto& connection = m_connections[index];
    const auto delay = backoff_delay(m_options.first_delay, m_options.longest_delay,
                                     connection.failures, m_jitter.next());
    if (connection.failures < kMost) {
        ++connection.failures;
    }
    wake(index, now + delay);
}

} // namespace tlm::mqtt
