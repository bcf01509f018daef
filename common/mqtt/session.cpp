// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/session.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/ops/log.hpp"

#include <fmt/format.h>
#include <mqtt_protocol.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace tlm::mqtt {
namespace {

const constexpr char* kDroppedTopic = "$SYS/broker/publish/messages/dropped";
/// Nobody subscribes to it: it is only there to be unsubscribed from, see Subscriber::ask().
const constexpr char* kNeverSubscribed = "tlm/nobody/subscribes/to/this";

} // namespace

Session::Session(Receiver& receiver) : m_receiver(receiver) {}

Session::~Session()
{
    destroy();
}

void Session::open(const SubscriberOptions& options, Version version)
{
    destroy();
    m_version = version;
    m_filters = options.filters;
    m_retained = options.retained;
    m_refusal.clear();
    m_connected = m_subscribed = m_version_refused = m_watch_dup = m_dup = m_answered = false;
    m_question_id = 0;
    m_disconnect_code = 0;
    m_watch_until = std::chrono::steady_clock::now() + options.late_redeliveries;
    m_present.reset();
    errno = 0;
    m_handle.reset(mosquitto_new(options.client_id.c_str(), false, this));
    if (!m_handle) {
        throw fatal_error("MQTT: no client: " + errno_text(errno));
    }
    // From here on acknowledgements are only queued; see Subscriber.
    require(mosquitto_threaded_set(handle(), true), "threads");
    configure(handle(), options, version);
    set_callbacks();
    start(options);
}

void Session::start(const SubscriberOptions& options)
{
    PropertyList properties;
    if (m_version == Version::v5) {
        require(mosquitto_property_add_int32(
                    &properties.head, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
                    static_cast<std::uint32_t>(options.session_expiry.count())),
                "session expiry");
    }
    try {
        dial(handle(), options, properties.head);
    } catch (...) {
        destroy();
        throw;
    }
}

void Session::destroy() noexcept
{
    m_handle.reset();
    if (m_connected && std::exchange(m_drops_id, 0) != 0) {
        m_ask_for_drops = false; // some brokers end the connection instead of saying no
    }
    m_connected = m_subscribed = false;
}

bool Session::publish(const std::string& topic, std::string_view payload) noexcept
{
    return mosquitto_publish(handle(), nullptr, topic.c_str(), static_cast<int>(payload.size()),
                             payload.data(), 0, false) == MOSQ_ERR_SUCCESS;
}

void Session::ask()
{
    m_answered = false;
    const int code = mosquitto_unsubscribe(handle(), &m_question_id, kNeverSubscribed);
    if (code != MOSQ_ERR_SUCCESS) {
        throw transient_error(fmt::format("MQTT: asking the broker: {}", mosquitto_strerror(code)));
    }
}

void Session::begin_read() noexcept
{
    m_messages = 0;
    m_paused = m_full = false;
}

void Session::rethrow()
{
    if (m_thrown) {
        std::rethrow_exception(std::exchange(m_thrown, nullptr));
    }
}

bool Session::taken_over() const noexcept
{
    return m_disconnect_code == MQTT_RC_SESSION_TAKEN_OVER;
}

std::string Session::reason(int code) const
{
    if (!m_refusal.empty()) {
        return m_refusal;
    }
    if (m_disconnect_code > MOSQ_ERR_ALREADY_EXISTS) {
        return fmt::format("the broker has disconnected us: {}",
                           mosquitto_reason_string(m_disconnect_code));
    }
    if (code == MOSQ_ERR_ERRNO) {
        return errno_text(errno);
    }
    return code == MOSQ_ERR_SUCCESS ? "the connection was closed" : mosquitto_strerror(code);
}

template <typename Work>
void Session::guard(Work&& work) noexcept
{
    try {
        work();
    } catch (...) {
        m_thrown = std::current_exception();
        m_paused = true;
    }
}

void Session::set_callbacks() noexcept
{
    mosquitto_connect_v5_callback_set(
        handle(), [](mosquitto*, void* self, int code, int flags, const mosquitto_property*) {
            auto* const session = static_cast<Session*>(self);
            session->guard([=] { session->on_connect(code, flags); });
        });
    mosquitto_subscribe_v5_callback_set(handle(), [](mosquitto*, void* self, int packet_id,
                                                     int count, const int* granted,
                                                     const mosquitto_property*) {
        auto* const session = static_cast<Session*>(self);
        session->guard([=] { session->on_subscribe(packet_id, count, granted); });
    });
    mosquitto_unsubscribe_v5_callback_set(
        handle(), [](mosquitto*, void* self, int packet_id, const mosquitto_property*) {
            auto* const session = static_cast<Session*>(self);
            session->m_answered = session->m_answered || packet_id == session->m_question_id;
        });
    mosquitto_message_v5_callback_set(handle(), [](mosquitto*, void* self,
                                                   const mosquitto_message* message,
                                                   const mosquitto_property* props) {
        auto* const session = static_cast<Session*>(self);
        session->guard([=] { session->on_message(*message, props); });
    });
    mosquitto_disconnect_v5_callback_set(
        handle(), [](mosquitto*, void* self, int code, const mosquitto_property*) {
            static_cast<Session*>(self)->m_disconnect_code = code;
        });
}

void Session::on_connect(int code, int flags)
{
    constexpr int kUnacceptableVersion311 = 1;
    if (code == 0) {
        m_connected = true;
        m_present = (flags & 1) != 0;
        // The library tells the DUP flag to nobody but its log.
        m_watch_dup = *m_present;
        if (m_watch_dup) {
            mosquitto_log_callback_set(handle(), [](mosquitto*, void* self, int, const char* line) {
                static_cast<Session*>(self)->on_log(line);
            });
        }
        require(subscribe(m_filters, 1, subscribe_options(), &m_subscribe_id), "the subscription");
        watch_drops();
        m_paused = true;
        return;
    }
    const bool v5 = m_version == Version::v5;
    m_version_refused =
        code == (v5 ? int{MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION} : kUnacceptableVersion311);
    m_refusal = fmt::format("the broker refuses the connection: {}",
                            v5 ? mosquitto_reason_string(code) : mosquitto_connack_string(code));
}

/// Only to see what the broker drops: an answer that says no is as good.
void Session::watch_drops()
{
    if (m_ask_for_drops) {
        static_cast<void>(subscribe({kDroppedTopic}, 0, 0, &m_drops_id));
    }
}

int Session::subscribe_options() const noexcept
{
    if (m_version != Version::v5) {
        return 0;
    }
    switch (m_retained) {
    case Retained::once:
        return MQTT_SUB_OPT_SEND_RETAIN_NEW;
    case Retained::never:
        return MQTT_SUB_OPT_SEND_RETAIN_NEVER;
    case Retained::always:
        return MQTT_SUB_OPT_SEND_RETAIN_ALWAYS;
    }
    return 0;
}

int Session::subscribe(const std::vector<std::string>& filters, int qos, int options,
                       int* packet_id)
{
    std::vector<std::string> copies = filters; // the library wants char*, and changes nothing
    std::vector<char*> texts;
    texts.reserve(copies.size());
    for (std::string& copy : copies) {
        texts.push_back(copy.data());
    }
    return mosquitto_subscribe_multiple(handle(), packet_id, static_cast<int>(texts.size()),
                                        texts.data(), qos, options, nullptr);
}

void Session::on_subscribe(int packet_id, int count, const int* granted)
{
    constexpr int kRefused = 0x80;
    if (packet_id == m_drops_id) {
        m_drops_id = 0;
    }
    if (packet_id != m_subscribe_id) {
        return;
    }
    if (static_cast<std::size_t>(count) != m_filters.size()) {
        m_refusal = "the broker has answered the subscription in part only";
        return;
    }
    for (int i = 0; i < count; ++i) {
        const std::string& filter = m_filters[static_cast<std::size_t>(i)];
        if (granted[i] >= kRefused) {
            m_refusal = fmt::format("the broker refuses the subscription to '{}': {}", filter,
                                    m_version == Version::v5 ? mosquitto_reason_string(granted[i])
                                                             : "see its access rules");
        } else if (granted[i] != 1) {
            m_refusal = fmt::format("the broker grants QoS {} for '{}': it would lose messages",
                                    granted[i], filter);
        }
    }
    m_subscribed = m_refusal.empty();
}

void Session::on_message(const mosquitto_message& message, const mosquitto_property* properties)
{
    const std::string_view payload{static_cast<const char*>(message.payload),
                                   static_cast<std::size_t>(message.payloadlen)};
    if (message.topic[0] == '$' && std::strcmp(message.topic, kDroppedTopic) == 0) {
        m_dropped_by_broker = parse_unsigned(payload);
        return;
    }
    if (m_watch_dup && !m_dup && message.qos > 0 &&
        std::chrono::steady_clock::now() >= m_watch_until) {
        // Redeliveries come first: from here on there are none.
        m_watch_dup = false;
        mosquitto_log_callback_set(handle(), nullptr);
    }
    ++m_messages;
    m_properties.read(properties);
    const bool room = m_receiver.on_message({message.topic, payload, message.qos, message.retain,
                                             m_dup, m_properties.headers(), m_properties.cut()});
    m_dup = false;
    if (!room) {
        m_paused = m_full = true;
    }
}

/// `Client ID received PUBLISH (d1, q1, r0, m7, 'topic', ... (12 bytes))`, before on_message().
void Session::on_log(std::string_view line) noexcept
{
    // From the end of the id on, because the id is ours; the topic comes after the flags.
    constexpr std::string_view kPublish = " received PUBLISH (d";
    if (const auto at = line.find(kPublish); at != std::string_view::npos) {
        m_dup = line.substr(at + kPublish.size()).starts_with('1');
    }
}

} // namespace tlm::mqtt
