// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/publisher.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace tlm::mqtt {
namespace {

constexpr std::size_t kOutputBytes = 64UL * 1024; ///< a write
constexpr std::size_t kInputBytes = 64UL * 1024;  ///< a read
constexpr std::size_t kEvents = 512;              ///< looked at before timers

} // namespace

Publisher::Publisher(PublisherOptions options)
    : m_options(std::move(options)),
      m_epoll(::epoll_create1(EPOLL_CLOEXEC)),
      m_connections(m_options.connections),
      m_timers(m_options.connections),
      m_pool(m_options.most_messages, m_options.most_bytes),
      m_buffer(kInputBytes)
{
    if (!m_epoll) {
        throw fatal_error("epoll: " + errno_text(errno));
    }
    const Terms terms{.version = m_options.version,
                      .qos = m_options.qos,
                      .window = m_options.window,
                      .keep_alive_s = m_options.keep_alive_s};
    for (const auto& url : m_options.urls) {
        m_brokers.push_back({.url = url, .name = format_url(url), .terms = terms, .addresses = {}});
        if (url.tls && !m_tls) {
            m_tls.emplace(m_options.ca_file);
        }
    }
}

Publisher::~Publisher() = default;

void Publisher::want(std::uint32_t count)
{
    for (; m_links.wanted < count; ++m_links.wanted) {
        enqueue(m_links.wanted);
    }
}

void Publisher::serve(Monotonic now)
{
    if (!m_down_since && m_links.connected < m_links.wanted) {
        m_down_since = now;
    }
    std::array<epoll_event, kEvents> events; // NOLINT(cppcoreguidelines-pro-type-member-init)
    const int count = ::epoll_wait(m_epoll.get(), events.data(), kEvents, 0);
    for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        on_event(event.data.u32, event.events, now);
    }
    while (const auto index = m_timers.pop(now)) {
        on_timer(*index, now);
    }
    start_attempts(now);
}

void Publisher::on_event(std::uint32_t index, std::uint32_t events, Monotonic now)
{
    auto& connection = m_connections[index];
    switch (connection.phase) {
    case Phase::unwanted:
    case Phase::queued:
    case Phase::waiting:
        return;
    case Phase::connecting:
        finish_connect(index, now);
        return;
    case Phase::securing:
        go_on_securing(index, now);
        return;
    case Phase::greeting:
    case Phase::ready:
        break;
    }
    if ((events & EPOLLOUT) != 0) {
        m_out.clear();
        transmit(index, now);
    }
    const bool open = connection.phase == Phase::greeting || connection.phase == Phase::ready;
    if (open && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        read(index, now);
    }
}

void Publisher::on_timer(std::uint32_t index, Monotonic now)
{
    auto& connection = m_connections[index];
    if (connection.phase == Phase::unwanted || connection.phase == Phase::queued) {
        return;
    }
    if (connection.phase == Phase::ready) {
        watch_silence(index, now);
    } else if (now < connection.due) {
        m_timers.ask(index, connection.due);
    } else if (connection.phase == Phase::waiting) {
        enqueue(index);
    } else {
        lost(index, "no answer in time", now);
    }
}

/// Asks for a sign of life when one side has said nothing for an interval, and gives up without
/// one half an interval later: what we send says nothing about whether it is read. A broker may
/// close after one and a half intervals of our silence (section 3.1.2.10).
void Publisher::watch_silence(std::uint32_t index, Monotonic now)
{
    auto& connection = m_connections[index];
    const std::chrono::seconds interval{broker_of(index).terms.keep_alive_s};
    if (interval.count() == 0) {
        return;
    }
    if (connection.pinged) {
        if (now < connection.due) {
            m_timers.ask(index, connection.due);
            return;
        }
        read(index, now); // the answer may have come while we were busy elsewhere
        if (connection.phase == Phase::ready && connection.pinged) {
            lost(index, "no answer to a ping", now);
        } else if (connection.phase == Phase::ready) {
            m_timers.ask(index, now + interval);
        }
        return;
    }
    if (const auto silent = std::min(connection.last_write, connection.last_read);
        now - silent < interval) {
        m_timers.ask(index, silent + interval);
        return;
    }
    connection.pinged = true;
    wake(index, now + milliseconds{interval} / 2);
    m_out.assign(kPingreq);
    transmit(index, now);
}

void Publisher::wake(std::uint32_t index, Monotonic when)
{
    m_connections[index].due = when;
    m_timers.ask(index, when);
}

void Publisher::read(std::uint32_t index, Monotonic now)
{
    m_out.clear();
    auto& stream = m_connections[index].stream;
    for (;;) {
        const auto got = stream.read(m_buffer);
        if (got.end == Transfer::End::closed || got.end == Transfer::End::failed) {
            ended(index, got, now);
            return;
        }
        if (got.bytes == 0) {
            break;
        }
        m_connections[index].last_read = now;
        m_connections[index].pinged = false;
        if (!digest(index, {m_buffer.data(), got.bytes}, now)) {
            return;
        }
        if (!stream.secured() && got.bytes < m_buffer.size()) {
            break;
        }
    }
    transmit(index, now);
}

/// Takes the packets out of what arrived and keeps the beginning of one that is not whole. False
/// when the connection was given up.
bool Publisher::digest(std::uint32_t index, std::string_view arrived, Monotonic now)
{
    auto& rest = m_connections[index].rest;
    std::string_view bytes = arrived;
    const bool continued = rest && !rest->in.empty();
    if (continued) {
        bytes = rest->in.append(arrived);
    }
    auto context = this->context(index, std::chrono::steady_clock::now());
    for (;;) {
        const auto packet = take_packet(m_options.version, bytes);
        if (std::holds_alternative<std::monostate>(packet)) {
            break;
        }
        if (!hear(index, packet, context, now)) {
            return false;
        }
    }
    if (continued) {
        rest->in.erase(0, rest->in.size() - bytes.size());
    } else if (!bytes.empty()) {
        rest = rest ? std::move(rest) : std::make_unique<Rest>();
        rest->in.assign(bytes);
    }
    if (rest && rest->in.empty() && !m_connections[index].blocked) {
        rest.reset();
    }
    return true;
}

bool Publisher::hear(std::uint32_t index, const Incoming& packet, Dialogue::Context& context,
                     Monotonic now)
{
    auto& connection = m_connections[index];
    Dialogue::End end;
    switch (connection.dialogue.hear(packet, context, end)) {
    case Dialogue::Heard::nothing:
    case Dialogue::Heard::pong:
        return true;
    case Dialogue::Heard::connected:
        on_connected(index, now);
        return true;
    case Dialogue::Heard::subscribed:
        on_subscribed(index, std::get<SubAck>(packet));
        return true;
    case Dialogue::Heard::delivery:
        m_options.nodes->commanded(index, std::get<Delivery>(packet).payload);
        return true;
    case Dialogue::Heard::fresh_start:
        (void)connection.stream.write(kDisconnect); // else the will is published
        drop(index);
        enqueue(index);
        return false;
    case Dialogue::Heard::over:
        break;
    }
    if (end.for_good) {
        throw fatal_error(broker_of(index).name + ": " + end.why + ": client id " +
                          m_options.login(index).client_id);
    }
    lost(index, end.why, now);
    return false;
}

void Publisher::on_subscribed(std::uint32_t index, const SubAck& packet)
{
    constexpr std::uint8_t kFirstRefusal = 0x80;
    static log::RateLimit limit{std::chrono::seconds{5}};
    if (packet.code >= kFirstRefusal) {
        limit.warn("{}: the broker refuses the subscription to {}: nobody can tell it anything",
                   broker_of(index).name, m_connections[index].presence->commands);
    }
}

void Publisher::check_size(const Broker& broker, std::size_t bytes) const
{
    const auto most = broker.terms.maximum_packet_bytes;
    if (most && bytes > *most) {
        throw fatal_error(broker.name + ": a message makes a packet of " + std::to_string(bytes) +
                          " bytes; the broker takes " + std::to_string(*most));
    }
}

void Publisher::publish(std::uint32_t connection, const Publication& message)
{
    auto& dialogue = m_connections[connection].dialogue;
    const auto& broker = broker_of(connection);
    const Publish packet{.version = m_options.version,
                         .qos = dialogue.qos(broker.terms),
                         .topic = message.topic,
                         .payload = message.payload};
    const auto index = m_pool.take();
    auto& held = m_pool[index];
    held.device = message.device;
    held.intended = message.intended;
    encode(packet, held.packet);
    m_pool.hold(index);
    check_size(broker, held.packet.size());
    dialogue.add(m_pool, index);
    mark_dirty(connection);
    ++m_stats.published;
}

void Publisher::mark_dirty(std::uint32_t index)
{
    auto& connection = m_connections[index];
    if (!connection.dirty) {
        connection.dirty = true;
        m_dirty.push_back(index);
    }
}

void Publisher::flush(Monotonic now)
{
    // Nothing is added to the list meanwhile: a lost connection speaks when it is back.
    for (const auto index : m_dirty) {
        m_connections[index].dirty = false;
        if (m_connections[index].phase == Phase::ready) {
            m_out.clear();
            transmit(index, now);
        }
        if (m_connections[index].leaving && m_connections[index].phase == Phase::ready) {
            cut(index, now);
        }
    }
    m_dirty.clear();
}

/// Writes what is left from before, the bytes in m_out, and all that the dialogue has to say.
void Publisher::transmit(std::uint32_t index, Monotonic now)
{
    auto& connection = m_connections[index];
    if (connection.blocked) {
        connection.rest->out.append(m_out);
        m_out.clear();
        if (!write_rest(index, now)) {
            return;
        }
    }
    auto context = this->context(index, now);
    for (;;) {
        connection.dialogue.speak(context, kOutputBytes);
        if (m_out.empty() || !write_out(index, now) ||
            !connection.dialogue.has_more(context.terms)) {
            return;
        }
    }
}

/// Writes m_out; what the socket does not take is kept. False unless all of it went out.
bool Publisher::write_out(std::uint32_t index, Monotonic now)
{
    auto& connection = m_connections[index];
    std::size_t at = 0;
    while (at < m_out.size()) {
        const auto put = connection.stream.write(std::string_view{m_out}.substr(at));
        if (put.end == Transfer::End::closed || put.end == Transfer::End::failed) {
            ended(index, put, now);
            return false;
        }
        if (put.bytes == 0) {
            keep_rest(index, at);
            return false;
        }
        at += put.bytes;
    }
    connection.last_write = now;
    m_out.clear();
    return true;
}

void Publisher::keep_rest(std::uint32_t index, std::size_t from)
{
    auto& connection = m_connections[index];
    if (!connection.rest) {
        connection.rest = std::make_unique<Rest>();
    }
    connection.rest->out.assign(m_out, from);
    connection.rest->out_at = 0;
    connection.blocked = true;
    ++m_blocked;
    m_out.clear();
    watch(index, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

/// False while the socket takes no more, or when it is gone.
bool Publisher::write_rest(std::uint32_t index, Monotonic now)
{
    auto& connection = m_connections[index];
    auto& rest = *connection.rest;
    while (rest.out_at < rest.out.size()) {
        const auto put = connection.stream.write(std::string_view{rest.out}.substr(rest.out_at));
        if (put.end == Transfer::End::closed || put.end == Transfer::End::failed) {
            ended(index, put, now);
            return false;
        }
        if (put.bytes == 0) {
            return false;
        }
        rest.out_at += put.bytes;
        connection.last_write = now;
    }
    connection.blocked = false;
    --m_blocked;
    rest.out.clear();
    if (rest.in.empty()) {
        connection.rest.reset();
    }
    watch(index, EPOLL_CTL_MOD, EPOLLIN);
    return true;
}

/// The peer, or the network, has ended the connection.
void Publisher::ended(std::uint32_t index, const Transfer& transfer, Monotonic now)
{
    const auto why = transfer.error.empty() ? "closed by the broker" : transfer.error;
    if (m_connections[index].phase == Phase::ready) {
        watch_for_rivals(index, now);
        lost(index, why, now);
    } else {
        attempt_failed(index, transfer.by_tls ? why : why + perhaps(index), now);
    }
}

/// What may be wrong with a connection that ended before the broker's first word, while that
/// broker has accepted none.
std::string Publisher::perhaps(std::uint32_t index)
{
    const auto& broker = broker_of(index);
    if (broker.known) {
        return {};
    }
    if (m_connections[index].phase == Phase::securing) {
        return ": perhaps it does not speak TLS there (mqtt://)";
    }
    if (!broker.url.tls) {
        return ": perhaps it wants TLS there (mqtts://)";
    }
    return m_options.login(index).certificate
               ? ": perhaps it does not trust the client's certificate"
               : ": perhaps it wants a certificate (--mqtt-cert, --mqtt-key)";
}

/// Two clients with one id close each other's connections, and each comes back at once.
void Publisher::watch_for_rivals(std::uint32_t index, Monotonic now)
{
    constexpr std::chrono::seconds kShort{5};
    constexpr std::uint8_t kOften = 3;
    auto& connection = m_connections[index];
    const bool short_lived = now - connection.opened < kShort;
    connection.short_lives =
        short_lived ? static_cast<std::uint8_t>(std::min(connection.short_lives + 1, int{kOften}))
                    : std::uint8_t{0};
    if (connection.short_lives == kOften && !std::exchange(m_warned_of_rivals, true)) {
        log::warn("{}: the broker closes connections again and again soon after it has accepted "
                  "them: is there another client with the id {}?",
                  broker_of(index).name, m_options.login(index).client_id);
    }
}

void Publisher::lost(std::uint32_t index, const std::string& why, Monotonic now)
{
    if (m_connections[index].phase != Phase::ready) {
        attempt_failed(index, why, now);
        return;
    }
    static log::RateLimit limit{std::chrono::seconds{5}};
    m_last_error = why;
    drop(index);
    limit.warn("{}: connection lost: {}; {} messages to confirm", broker_of(index).name, why,
               outstanding());
    m_down_since = m_down_since.value_or(now);
    try_again(index, now);
}

/// Closes; what comes next is the caller's matter.
void Publisher::drop(std::uint32_t index)
{
    auto& connection = m_connections[index];
    leave_phase(connection);
    connection.phase = Phase::waiting;
    connection.stream.close();
    connection.dialogue.interrupted(m_pool, m_stats);
    connection.rest.reset();
    connection.pinged = false;
    connection.leaving = false;
    m_blocked -= std::exchange(connection.blocked, false) ? 1 : 0;
    m_out.clear();
}

void Publisher::hang_up(std::uint32_t connection)
{
    if (m_connections[connection].phase == Phase::ready) {
        m_connections[connection].leaving = true;
        mark_dirty(connection);
    }
}

void Publisher::cut(std::uint32_t index, Monotonic now)
{
    drop(index);
    m_down_since = m_down_since.value_or(now);
    try_again(index, now);
}

void Publisher::collect(std::vector<Receipt>& out)
{
    out.insert(out.end(), m_receipts.begin(), m_receipts.end());
    m_receipts.clear();
}

std::uint64_t Publisher::outstanding() const noexcept
{
    const auto unanswered =
        m_stats.published - m_stats.confirmed - m_stats.refused - m_stats.forgotten;
    // At QoS 0, as for nodes, a message counts as confirmed when it is given to the socket.
    const bool without_answers = m_options.qos == Qos::at_most_once || m_options.nodes != nullptr;
    return unanswered + (without_answers ? m_blocked : 0);
}

void Publisher::say_goodbye(std::uint32_t index, Monotonic now)
{
    auto& connection = m_connections[index];
    if (connection.phase != Phase::ready) {
        return;
    }
    const bool v5 = m_options.version == Version::v5;
    m_out.clear();
    if (connection.presence) {
        constexpr std::uint16_t kId = 2; // not that of the subscription, the only other one
        const auto& will = connection.presence->will;
        encode(Publish{.version = m_options.version,
                       .qos = will.qos,
                       .retain = will.retain,
                       .packet_id = kId,
                       .topic = will.topic,
                       .payload = will.payload},
               m_out);
        m_out.append(v5 ? kDisconnectWithWill : kDisconnect);
    } else {
        const bool ends_session = v5 && broker_of(index).terms.durable();
        m_out.append(ends_session ? kDisconnectForGood : kDisconnect);
    }
    if (connection.blocked) {
        connection.rest->out.append(m_out);
        (void)write_rest(index, now);
    } else {
        (void)write_out(index, now);
    }
    if (connection.phase == Phase::ready && !connection.blocked) {
        connection.stream.shut_down();
    }
}

bool Publisher::close(milliseconds patience)
{
    const auto now = std::chrono::steady_clock::now();
    for (std::uint32_t index = 0; index < m_links.wanted; ++index) {
        say_goodbye(index, now);
    }
    return await_ends(patience) == 0;
}

/// Reads until the brokers have closed; how many connections did not end.
std::size_t Publisher::await_ends(milliseconds patience)
{
    std::array<epoll_event, kEvents> events; // NOLINT(cppcoreguidelines-pro-type-member-init)
    while (m_links.connected > 0) {
        const int count =
            ::epoll_wait(m_epoll.get(), events.data(), kEvents, poll_timeout(patience));
        if (count == 0) {
            break;
        }
        for (int i = 0; i < count; ++i) {
            const auto index = events[static_cast<std::size_t>(i)].data.u32;
            auto& connection = m_connections[index];
            const auto now = std::chrono::steady_clock::now();
            if (connection.blocked && write_rest(index, now)) {
                connection.stream.shut_down();
            }
            if (connection.phase == Phase::ready) {
                const auto got = connection.stream.read(m_buffer);
                if (got.end == Transfer::End::closed || got.end == Transfer::End::failed) {
                    drop(index);
                }
            } else {
                drop(index);
            }
        }
    }
    return std::exchange(m_links.connected, 0);
}

} // namespace tlm::mqtt
