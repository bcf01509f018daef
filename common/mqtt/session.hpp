// SPDX-License-Identifier: Apache-2.0
// One connection of libmosquitto and what its callbacks said; private to this library.
#pragma once

#include "common/mqtt/library.hpp"
#include "common/mqtt/properties.hpp"
#include "common/mqtt/subscriber.hpp"

#include <mosquitto.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tlm::mqtt {

/// The handle is made anew for each connection, so nothing of one (queued packets, TLS state) is
/// left for the next. Exceptions in callbacks are kept until rethrow(): none crosses C code.
class Session {
  public:
    explicit Session(Receiver& receiver);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Connects; throws Error transient when that fails, usage when the options are wrong.
    void open(const SubscriberOptions& options, Version version);

    /// Closes the socket; queued packets are dropped.
    void destroy() noexcept;

    [[nodiscard]] mosquitto* handle() const noexcept { return m_handle.get(); }

    [[nodiscard]] int fd() const noexcept { return m_handle ? mosquitto_socket(handle()) : -1; }

    /// See Subscriber.
    [[nodiscard]] bool publish(const std::string& topic, std::string_view payload) noexcept;
    void ask();

    [[nodiscard]] bool answered() const noexcept { return m_answered; }

    void begin_read() noexcept;
    void rethrow();

    [[nodiscard]] std::size_t messages() const noexcept { return m_messages; }

    /// Nothing more may be read for now: see full(); else SUBSCRIBE must be written first.
    [[nodiscard]] bool paused() const noexcept { return m_paused; }

    [[nodiscard]] bool full() const noexcept { return m_full; }

    [[nodiscard]] bool connected() const noexcept { return m_connected; }

    [[nodiscard]] bool subscribed() const noexcept { return m_subscribed; }

    [[nodiscard]] bool refused() const noexcept { return !m_refusal.empty(); }

    [[nodiscard]] bool version_refused() const noexcept { return m_version_refused; }

    [[nodiscard]] bool taken_over() const noexcept;

    [[nodiscard]] std::optional<bool> present() const noexcept { return m_present; }

    [[nodiscard]] std::optional<std::uint64_t> dropped_by_broker() const noexcept
    {
        return m_dropped_by_broker;
    }

    /// Why the connection ended; `code` is what the library returned.
    [[nodiscard]] std::string reason(int code) const;

  private:
    void start(const SubscriberOptions& options);
    void set_callbacks() noexcept;

    void on_connect(int code, int flags);
    void on_subscribe(int packet_id, int count, const int* granted);
    void on_message(const mosquitto_message& message, const mosquitto_property* properties);
    void on_log(std::string_view line) noexcept;
    void watch_drops();
    [[nodiscard]] int subscribe_options() const noexcept;
    [[nodiscard]] int subscribe(const std::vector<std::string>& filters, int qos, int options,
                                int* packet_id);

    /// Runs `work` for a C callback.
    template <typename Work>
    void guard(Work&& work) noexcept;

    Receiver& m_receiver;
    Library m_library;
    ClientHandle m_handle;
    PropertyReader m_properties;
    std::vector<std::string> m_filters;
    Retained m_retained = Retained::once;
    Version m_version = Version::v5;
    std::exception_ptr m_thrown;
    std::string m_refusal; ///< why the broker will not have us
    std::size_t m_messages = 0;
    int m_subscribe_id = 0;
    int m_question_id = 0; ///< packet id of the open question
    bool m_answered = false;
    int m_drops_id = 0; ///< of the subscription to the broker's counter; 0: answered, or none
    bool m_ask_for_drops = true;
    int m_disconnect_code = 0;
    bool m_paused = false;
    bool m_full = false;
    bool m_connected = false; ///< the CONNACK said yes
    bool m_subscribed = false;
    bool m_version_refused = false;
    bool m_watch_dup = false; ///< redeliveries may come: the library is asked to log
    bool m_dup = false;       ///< of the PUBLISH that is being handed on
    Monotonic m_watch_until;  ///< redeliveries may come behind other messages
    std::optional<bool> m_present;
    std::optional<std::uint64_t> m_dropped_by_broker;
};

} // namespace tlm::mqtt
