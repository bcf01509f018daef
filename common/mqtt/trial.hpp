// SPDX-License-Identifier: Apache-2.0
// A client for finding out what an MQTT broker does: one connection, calls that wait.
#pragma once

#include "common/base/time.hpp"
#include "common/mqtt/codec.hpp"
#include "common/mqtt/subscriber.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tlm::mqtt {

/// Who connects, and to what.
struct TrialOptions {
    SubscriberOptions as; ///< broker, user, certificates; filters and client id do not count
    std::string client_id;
    Version version = Version::v5;
    bool clean_start = true;
    /// What is asked for; when the connection ends in order, so does the session. 5 only.
    std::chrono::seconds session_expiry{0};
    bool anonymous = false;     ///< without user, password and certificate
    milliseconds limit{10'000}; ///< of each call
};

/// What the broker said when it accepted the connection (5 only, but for `session_present`).
struct Greeting {
    bool session_present = false;
    int maximum_qos = 2;
    std::optional<std::uint32_t> maximum_packet; ///< bytes
    std::optional<std::uint32_t> session_expiry; ///< s, where it is not what was asked for
};

/// What became of messages that were published at QoS 1.
struct Published {
    std::size_t confirmed = 0;
    std::size_t refused = 0;
    std::string reason; ///< of the first refusal
};

/// Used by one thread. Every call throws Error transient when the broker refuses, hangs up or does
/// not answer within the limit; there is no connection then.
class Trial {
  public:
    explicit Trial(TrialOptions options);
    ~Trial(); ///< closes without a word
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    Greeting connect();

    /// Subscribes at QoS 1, to nothing retained. The QoS granted for each filter; 128 and more is a
    /// refusal.
    std::map<std::string, int> subscribe(const std::vector<std::string>& filters);

    /// The retained messages of these topics that come before all are there, or within `patience`.
    std::map<std::string, std::string> read_retained(const std::vector<std::string>& topics,
                                                     milliseconds patience);

    Published publish(const std::string& topic, std::span<const std::string> payloads);

    /// Ends the connection, and the session with it.
    void disconnect();

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// libmosquitto's own number: 2000011 is 2.0.11.
[[nodiscard]] std::uint32_t library_version() noexcept;

} // namespace tlm::mqtt
