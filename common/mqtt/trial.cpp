// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/trial.hpp"

#include "common/base/error.hpp"
#include "common/mqtt/library.hpp"
#include "common/mqtt/tls_diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <utility>

namespace tlm::mqtt {
namespace {

using std::chrono::steady_clock;

constexpr int kRefused = 0x80;
/// What the library sends before the first answer.
constexpr int kSendWindow = 1000;

Greeting read_greeting(int flags, const mosquitto_property* properties)
{
    Greeting greeting;
    greeting.session_present = (flags & 1) != 0;
    std::uint8_t qos = 0;
    if (mosquitto_property_read_byte(properties, MQTT_PROP_MAXIMUM_QOS, &qos, false) != nullptr) {
        greeting.maximum_qos = qos;
    }
    std::uint32_t number = 0;
    if (mosquitto_property_read_int32(properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, &number, false) !=
        nullptr) {
        greeting.maximum_packet = number;
    }
    if (mosquitto_property_read_int32(properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, &number,
                                      false) != nullptr) {
        greeting.session_expiry = number;
    }
    return greeting;
}

} // namespace

struct Trial::Impl {
    explicit Impl(TrialOptions given) : options(std::move(given))
    {
        if (options.anonymous) {
            options.as.user.clear();
            options.as.url.user.clear();
            options.as.password.clear();
            options.as.cert_file.clear();
            options.as.key_file.clear();
        }
    }

    void set_callbacks() noexcept;
    void run_until(const std::function<bool()>& done, Monotonic end);
    void run_until(const std::function<bool()>& done);
    [[noreturn]] void fail(const std::string& why);
    [[nodiscard]] std::string hung_up(int code) const;

    TrialOptions options;
    Library library;
    ClientHandle handle;
    // What the callbacks saw. They are called by C code: want of memory in them ends the process.
    std::optional<int> connack;
    Greeting greeting;
    std::optional<int> disconnected;
    std::vector<int> granted;
    std::map<std::string, std::string> messages;
    Published published;
};

void Trial::Impl::fail(const std::string& why)
{
    handle.reset();
    throw transient_error(why);
}

std::string Trial::Impl::hung_up(int code) const
{
    if (options.as.url.tls && !connack) {
        if (std::string why = explain_tls(options.as); !why.empty()) {
            return why;
        }
    }
    if (disconnected && *disconnected >= kRefused) {
        return fmt::format("the broker hung up: {}", mosquitto_reason_string(*disconnected));
    }
    return code == MOSQ_ERR_ERRNO
               ? errno_text(errno)
               : fmt::format("the broker hung up ({})", mosquitto_strerror(code));
}

void Trial::Impl::run_until(const std::function<bool()>& done, Monotonic end)
{
    constexpr int kSliceMs = 50;
    while (!done() && steady_clock::now() < end) {
        errno = 0;
        const int left = std::min(kSliceMs, poll_timeout(end, steady_clock::now()));
        const int code = mosquitto_loop(handle.get(), left, 1);
        if (code != MOSQ_ERR_SUCCESS && !done()) {
            fail(hung_up(code));
        }
    }
}

void Trial::Impl::run_until(const std::function<bool()>& done)
{
    run_until(done, steady_clock::now() + options.limit);
    if (!done()) {
        fail("the broker does not answer");
    }
}

void Trial::Impl::set_callbacks() noexcept
{
    mosquitto_connect_v5_callback_set(handle.get(),
                                      [](mosquitto*, void* self, int code, int flags,
                                         const mosquitto_property* properties) noexcept {
                                          auto& trial = *static_cast<Impl*>(self);
                                          trial.connack = code;
                                          trial.greeting = read_greeting(flags, properties);
                                      });
    mosquitto_disconnect_v5_callback_set(
        handle.get(), [](mosquitto*, void* self, int code, const mosquitto_property*) noexcept {
            static_cast<Impl*>(self)->disconnected = code;
        });
    mosquitto_subscribe_v5_callback_set(handle.get(), [](mosquitto*, void* self, int, int count,
                                                         const int* codes,
                                                         const mosquitto_property*) noexcept {
        auto& trial = *static_cast<Impl*>(self);
        const auto room = std::min(trial.granted.size(), static_cast<std::size_t>(count));
        std::copy_n(codes, room, trial.granted.begin());
    });
    mosquitto_publish_v5_callback_set(handle.get(), [](mosquitto*, void* self, int, int code,
                                                       const mosquitto_property*) noexcept {
        Published& count = static_cast<Impl*>(self)->published;
        ++(code < kRefused ? count.confirmed : count.refused);
        if (code >= kRefused && count.reason.empty()) {
            count.reason = mosquitto_reason_string(code);
        }
    });
    mosquitto_message_v5_callback_set(handle.get(), [](mosquitto*, void* self,
                                                       const mosquitto_message* message,
                                                       const mosquitto_property*) noexcept {
        auto& trial = *static_cast<Impl*>(self);
        const auto wanted = trial.messages.find(message->topic);
        if (wanted != trial.messages.end()) {
            constexpr int kLongest = 256;
            wanted->second.assign(
                static_cast<const char*>(message->payload),
                static_cast<std::size_t>(std::min(message->payloadlen, kLongest)));
        }
    });
}

Trial::Trial(TrialOptions options) : m_impl(std::make_unique<Impl>(std::move(options))) {}

Trial::~Trial() = default;

Greeting Trial::connect()
{
    Impl& my = *m_impl;
    my.connack.reset();
    my.disconnected.reset();
    my.handle.reset(mosquitto_new(my.options.client_id.c_str(), my.options.clean_start, &my));
    if (!my.handle) {
        throw fatal_error("MQTT: no client: " + errno_text(errno));
    }
    configure(my.handle.get(), my.options.as, my.options.version);
    require(mosquitto_int_option(my.handle.get(), MOSQ_OPT_SEND_MAXIMUM, kSendWindow),
            "send maximum");
    my.set_callbacks();
    PropertyList properties;
    if (my.options.version == Version::v5) {
        require(mosquitto_property_add_int32(
                    &properties.head, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
                    static_cast<std::uint32_t>(my.options.session_expiry.count())),
                "session expiry");
    }
    dial(my.handle.get(), my.options.as, properties.head);
    my.run_until([&my] { return my.connack.has_value(); });
    if (*my.connack != 0) {
        my.fail(fmt::format("the broker refuses the connection: {}",
                            my.options.version == Version::v5
                                ? mosquitto_reason_string(*my.connack)
                                : mosquitto_connack_string(*my.connack)));
    }
    return my.greeting;
}

std::map<std::string, int> Trial::subscribe(const std::vector<std::string>& filters)
{
    Impl& my = *m_impl;
    constexpr int kWaiting = -1;
    std::map<std::string, int> result;
    for (const std::string& filter : filters) {
        my.granted.assign(1, kWaiting);
        const int options = my.options.version == Version::v5 ? MQTT_SUB_OPT_SEND_RETAIN_NEVER : 0;
        require(
            mosquitto_subscribe_v5(my.handle.get(), nullptr, filter.c_str(), 1, options, nullptr),
            "the subscription");
        my.run_until([&my] { return my.granted.front() != kWaiting; });
        result[filter] = my.granted.front();
    }
    return result;
}

std::map<std::string, std::string> Trial::read_retained(const std::vector<std::string>& topics,
                                                        milliseconds patience)
{
    Impl& my = *m_impl;
    my.messages.clear();
    for (const std::string& topic : topics) {
        my.messages[topic].clear();
        require(mosquitto_subscribe_v5(my.handle.get(), nullptr, topic.c_str(), 0, 0, nullptr),
                "the subscription");
    }
    const auto all_there = [&my] {
        return std::none_of(my.messages.begin(), my.messages.end(),
                            [](const auto& message) { return message.second.empty(); });
    };
    my.run_until(all_there, steady_clock::now() + patience);
    std::erase_if(my.messages, [](const auto& message) { return message.second.empty(); });
    return std::exchange(my.messages, {});
}

Published Trial::publish(const std::string& topic, std::span<const std::string> payloads)
{
    Impl& my = *m_impl;
    my.published = {};
    for (const std::string& payload : payloads) {
        const int code = mosquitto_publish_v5(my.handle.get(), nullptr, topic.c_str(),
                                              static_cast<int>(payload.size()), payload.data(), 1,
                                              false, nullptr);
        if (code != MOSQ_ERR_SUCCESS) {
            my.fail(mosquitto_strerror(code));
        }
    }
    my.run_until([&my, &payloads] {
        return my.published.confirmed + my.published.refused == payloads.size();
    });
    return my.published;
}

void Trial::disconnect()
{
    Impl& my = *m_impl;
    PropertyList properties;
    if (my.options.version == Version::v5 && my.options.session_expiry.count() > 0) {
        require(
            mosquitto_property_add_int32(&properties.head, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 0),
            "session expiry");
    }
    if (mosquitto_disconnect_v5(my.handle.get(), 0, properties.head) != MOSQ_ERR_SUCCESS) {
        my.fail("the broker hung up");
    }
    my.run_until([&my] { return my.disconnected.has_value(); });
    my.handle.reset();
}

std::uint32_t library_version() noexcept
{
    return static_cast<std::uint32_t>(mosquitto_lib_version(nullptr, nullptr, nullptr));
}

} // namespace tlm::mqtt
