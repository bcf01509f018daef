// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/publisher.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace tlm::mqtt {
namespace {

constexpr std::uint64_t kPacketIds = 65'535; // 1 to 65535
constexpr std::size_t kOutputBytes = 256UL * 1024;
constexpr std::uint8_t kSessionTakenOver = 0x8E;
constexpr std::uint8_t kFirstError = 0x80; // reason codes from here on are failures

std::uint16_t packet_id(std::uint64_t number) noexcept
{
    return static_cast<std::uint16_t>(number % kPacketIds + 1);
}

std::string with_reason(std::string_view text, std::string_view reason)
{
    std::string result{text};
    if (!reason.empty()) {
        result.append(" (").append(reason).append(")");
    }
    return result;
}

} // namespace

Publisher::Publisher(PublisherOptions options)
    : m_options(std::move(options)),
      m_name(format_url(m_options.url)),
      m_dialer(m_options.url.host, m_options.url.port),
      m_backoff(m_options.first_delay, m_options.longest_delay),
      m_decoder(m_options.version)
{
    if (m_options.url.tls) {
        throw usage_error(m_name + ": this publisher does not speak TLS yet; use mqtt://");
    }
    if (m_options.qos == Qos::at_least_once) {
        m_slots.resize(std::max<std::uint16_t>(1, m_options.window));
    }
}

Publisher::Slot& Publisher::slot(std::uint64_t number) noexcept
{
    return m_slots[number % m_slots.size()];
}

bool Publisher::wants_write() const noexcept
{
    return m_state == State::connecting || m_output_at < m_output.size();
}

std::optional<Monotonic> Publisher::deadline() const noexcept
{
    switch (m_state) {
    case State::waiting:
        return m_next_attempt;
    case State::connecting:
    case State::handshaking:
        return m_attempt_ends;
    case State::ready:
        break;
    }
    if (m_ping_ends) {
        return m_ping_ends;
    }
    return m_keep_alive.count() > 0 ? std::optional{m_last_write + m_keep_alive} : std::nullopt;
}

void Publisher::serve(short revents, Monotonic now)
{
    if (!m_down_since && m_state != State::ready) {
        m_down_since = now;
    }
    switch (m_state) {
    case State::waiting:
        if (now >= m_next_attempt) {
            begin_attempt(now);
        }
        return;
    case State::connecting:
        finish_connect(revents, now);
        break;
    case State::handshaking:
    case State::ready:
        if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            read_packets(now);
        }
        break;
    }
    if (m_state == State::ready) {
        keep_alive(now);
    } else if (m_state != State::waiting && now >= m_attempt_ends) {
        attempt_failed("no answer in time", now);
    }
}

void Publisher::begin_attempt(Monotonic now)
{
    auto dialed = m_dialer.dial();
    if (const auto* const error = std::get_if<std::string>(&dialed)) {
        attempt_failed(*error, now);
        return;
    }
    m_fd = std::get<UniqueFd>(std::move(dialed));
    m_state = State::connecting;
    m_attempt_ends = now + m_options.attempt_timeout;
}

void Publisher::drop_connection(Monotonic retry_at) noexcept
{
    m_fd.reset();
    m_state = State::waiting;
    m_next_attempt = retry_at;
    m_output.clear();
    m_output_at = 0;
    m_unsent = m_oldest;
    m_ping_ends.reset();
    m_decoder.reset();
}

void Publisher::attempt_failed(const std::string& why, Monotonic now)
{
    static log::RateLimit limit{std::chrono::seconds{5}};
    m_last_error = why;
    const bool more = m_dialer.has_more();
    drop_connection(more ? now : now + m_backoff.next(m_jitter.next()));
    if (!more) {
        limit.warn("{}: cannot connect: {}", m_name, why);
    }
}

void Publisher::lost(const std::string& why, Monotonic now)
{
    if (m_state != State::ready) {
        attempt_failed(why, now);
        return;
    }
    log::warn("{}: connection lost: {}; {} messages to confirm", m_name, why, outstanding());
    m_last_error = why;
    m_down_since = now;
    m_dialer.restart();
    drop_connection(now + m_backoff.next(m_jitter.next()));
}

void Publisher::hang_up(Monotonic now)
{
    if (m_state == State::ready) {
        lost("cut on purpose", now);
    }
}

void Publisher::finish_connect(short revents, Monotonic now)
{
    if ((revents & (POLLOUT | POLLHUP | POLLERR)) == 0) {
        return;
    }
    if (const auto error = connect_error(m_fd.get()); !error.empty()) {
        attempt_failed(error, now);
        return;
    }
    Connect packet{.version = m_options.version,
                   .client_id = m_options.client_id,
                   .keep_alive_s = m_options.keep_alive_s,
                   .max_packet_bytes = Decoder::kMaxPacketBytes};
    if (!m_options.url.user.empty()) {
        packet.user = m_options.url.user;
    }
    if (m_options.password) {
        packet.password = *m_options.password;
    }
    encode(packet, m_output);
    m_state = State::handshaking;
    (void)write_output(now);
}

void Publisher::read_packets(Monotonic now)
{
    std::array<char, 16UL * 1024> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init)
    for (;;) {
        const auto count = ::recv(m_fd.get(), buffer.data(), buffer.size(), 0);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        }
        if (count <= 0) {
            lost(count == 0 ? "closed by the broker" : errno_text(errno), now);
            return;
        }
        const auto size = static_cast<std::size_t>(count);
        m_decoder.feed({buffer.data(), size});
        if (!take_packets(now) || size < buffer.size()) {
            return;
        }
    }
}

bool Publisher::take_packets(Monotonic now)
{
    for (;;) {
        const auto packet = m_decoder.next();
        if (std::holds_alternative<std::monostate>(packet)) {
            return true;
        }
        if (const auto* const connack = std::get_if<ConnAck>(&packet)) {
            if (m_state != State::handshaking) {
                lost("a second CONNACK", now);
                return false;
            }
            on_packet(*connack, now);
            if (m_state != State::ready) {
                return false;
            }
        } else if (const auto* const malformed = std::get_if<Malformed>(&packet)) {
            lost(std::string{malformed->text}, now);
            return false;
        } else if (const auto* const end = std::get_if<ServerDisconnect>(&packet)) {
            const auto why = with_reason(reason_text(end->code), end->reason_text);
            if (end->code == kSessionTakenOver) {
                throw fatal_error(m_name + ": " + why + ": another client has connected as " +
                                  m_options.client_id);
            }
            lost("the broker says: " + why, now);
            return false;
        } else if (m_state != State::ready) {
            lost("a packet before CONNACK", now);
            return false;
        } else if (const auto* const puback = std::get_if<PubAck>(&packet)) {
            on_packet(*puback);
        } else {
            m_ping_ends.reset(); // PINGRESP
        }
    }
}

void Publisher::on_packet(const ConnAck& packet, Monotonic now)
{
    if (packet.code != 0) {
        const auto why = "refused: " + with_reason(connack_text(m_options.version, packet.code),
                                                   packet.reason_text);
        if (!worth_retrying(m_options.version, packet.code)) {
            throw fatal_error(m_name + ": " + why);
        }
        attempt_failed(why, now);
        return;
    }
    if (packet.maximum_qos < m_options.qos) {
        throw fatal_error(m_name + ": the broker takes QoS 0 only");
    }
    if (m_options.retain && !packet.retain_available) {
        throw fatal_error(m_name + ": the broker takes no retained messages");
    }
    m_state = State::ready;
    m_down_since.reset();
    m_backoff.reset();
    ++m_stats.connects;
    m_receive_maximum = packet.receive_maximum;
    m_maximum_packet = packet.maximum_packet_bytes;
    m_keep_alive =
        std::chrono::seconds{packet.server_keep_alive_s.value_or(m_options.keep_alive_s)};
    for (auto number = m_oldest; number < m_next; ++number) {
        check_size(slot(number).packet.size());
    }
    if (m_stats.connects == 1) {
        log::info("{}: connected", m_name);
    } else {
        log::info("{}: connected again; {} messages to confirm", m_name, outstanding());
    }
}

void Publisher::on_packet(const PubAck& packet)
{
    const std::uint64_t first = m_oldest % kPacketIds;
    const auto distance = (packet.packet_id - 1U + kPacketIds - first) % kPacketIds;
    if (distance >= m_unsent - m_oldest || slot(m_oldest + distance).answered) {
        return; // nothing of ours: a broker's slip that harms nobody
    }
    slot(m_oldest + distance).answered = true;
    if (packet.code >= kFirstError) {
        static log::RateLimit limit{std::chrono::seconds{5}};
        ++m_stats.refused;
        limit.error("{}: the broker refused a message: {}", m_name,
                    with_reason(reason_text(packet.code), packet.reason_text));
    } else {
        ++m_stats.acked;
    }
    while (m_oldest < m_unsent && slot(m_oldest).answered) {
        ++m_oldest;
    }
}

void Publisher::keep_alive(Monotonic now)
{
    // A broker may close after one and a half intervals of silence (section 3.1.2.10).
    if (m_ping_ends && now >= *m_ping_ends) {
        lost("no answer to a ping", now);
        return;
    }
    const bool due = m_keep_alive.count() > 0 && now - m_last_write >= m_keep_alive;
    if (due && !m_ping_ends) {
        m_output.append(kPingreq);
        m_ping_ends = now + m_keep_alive;
        (void)write_output(now);
    }
}

bool Publisher::has_room() const noexcept
{
    if (m_options.qos == Qos::at_least_once) {
        return m_next - m_oldest < m_slots.size();
    }
    return connected() && m_output.size() - m_output_at < kOutputBytes;
}

void Publisher::check_size(std::size_t bytes) const
{
    if (m_maximum_packet && bytes > *m_maximum_packet) {
        throw fatal_error(m_name + ": a message makes a packet of " + std::to_string(bytes) +
                          " bytes; the broker takes " + std::to_string(*m_maximum_packet));
    }
}

void Publisher::publish(std::string_view topic, std::string_view payload)
{
    Publish packet{.version = m_options.version,
                   .qos = m_options.qos,
                   .retain = m_options.retain,
                   .packet_id = packet_id(m_next),
                   .topic = topic,
                   .payload = payload};
    if (m_options.qos == Qos::at_most_once) {
        const auto before = m_output.size();
        encode(packet, m_output);
        check_size(m_output.size() - before);
    } else {
        auto& place = slot(m_next);
        place.packet.clear();
        place.sent_before = false;
        place.answered = false;
        encode(packet, place.packet);
        check_size(place.packet.size());
        ++m_next;
    }
    ++m_stats.published;
}

void Publisher::fill_output()
{
    while (m_unsent < m_next && m_unsent - m_oldest < m_receive_maximum &&
           m_output.size() - m_output_at < kOutputBytes) {
        auto& message = slot(m_unsent);
        ++m_unsent;
        if (message.answered) {
            continue; // answered on an earlier connection, behind one that was not
        }
        if (message.sent_before) {
            set_dup(message.packet);
            ++m_stats.resent;
        }
        message.sent_before = true;
        m_output.append(message.packet);
    }
    while (m_oldest < m_unsent && slot(m_oldest).answered) {
        ++m_oldest;
    }
}

void Publisher::flush(Monotonic now)
{
    while (m_state == State::ready) {
        if (m_options.qos == Qos::at_least_once) {
            fill_output();
        }
        if (m_output_at == m_output.size() || !write_output(now)) {
            return;
        }
    }
    if (m_state == State::handshaking) {
        (void)write_output(now);
    }
}

/// False when the socket takes no more now, or is gone.
bool Publisher::write_output(Monotonic now)
{
    while (m_output_at < m_output.size()) {
        const auto count = ::send(m_fd.get(), m_output.data() + m_output_at,
                                  m_output.size() - m_output_at, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (m_output_at >= kOutputBytes) { // a slow reader must not make the buffer grow
                m_output.erase(0, std::exchange(m_output_at, 0));
            }
            return false;
        }
        if (count < 0) {
            lost(errno_text(errno), now);
            return false;
        }
        m_output_at += static_cast<std::size_t>(count);
        m_last_write = now;
    }
    m_output.clear();
    m_output_at = 0;
    return true;
}

std::uint64_t Publisher::outstanding() const noexcept
{
    return m_options.qos == Qos::at_least_once ? m_stats.published - m_stats.acked - m_stats.refused
                                               : 0;
}

bool Publisher::all_written() const noexcept
{
    return m_output_at == m_output.size();
}

bool Publisher::wait_for_socket(short events, Monotonic until) const
{
    pollfd entry{m_fd.get(), events, 0};
    return ::poll(&entry, 1, poll_timeout(until, std::chrono::steady_clock::now())) > 0;
}

bool Publisher::drain_until_closed(Monotonic until)
{
    std::array<char, 4'096> ignored{};
    while (wait_for_socket(POLLIN, until)) {
        const auto count = ::recv(m_fd.get(), ignored.data(), ignored.size(), 0);
        if (count == 0) {
            return true;
        }
        if (count < 0 && errno != EINTR && errno != EAGAIN) {
            return false;
        }
    }
    return false;
}

bool Publisher::disconnect(milliseconds limit)
{
    const auto until = std::chrono::steady_clock::now() + limit;
    bool closed = false;
    if (m_state == State::ready) {
        m_output.append(kDisconnect);
        while (!write_output(std::chrono::steady_clock::now()) && m_state == State::ready) {
            if (!wait_for_socket(POLLOUT, until)) {
                break;
            }
        }
        if (m_state == State::ready && all_written()) {
            (void)::shutdown(m_fd.get(), SHUT_WR);
            closed = drain_until_closed(until);
        }
    }
    m_fd.reset();
    m_state = State::waiting;
    return closed;
}

} // namespace tlm::mqtt
