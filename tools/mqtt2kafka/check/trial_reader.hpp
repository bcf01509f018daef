// SPDX-License-Identifier: Apache-2.0
// The subscriber of a trial: counts numbered messages, and acknowledges them or not.
#pragma once

#include "common/base/time.hpp"
#include "common/mqtt/subscriber.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace tlm::ops {
class Shutdown;
}

namespace tlm::mqtt2kafka::check {

/// The bridge's own client, so that what is tried is what the bridge will do. One thread. Throws
/// Error transient when the broker hangs up, does not answer, or a stop is requested.
class TrialReader final : public mqtt::Receiver {
  public:
    /// `messages` is how many numbers there are, from 0.
    TrialReader(mqtt::SubscriberOptions options, std::size_t messages, ops::Shutdown& shutdown);

    /// Connects, and says whether the broker had the session. Nothing is written after that.
    [[nodiscard]] bool connect();

    /// Subscribes; may be called once a connection.
    void subscribe();

    using Done = std::function<bool()>;

    /// Reads and acknowledges nothing, until `done` or nothing has come for `quiet`.
    void read_without_acknowledging(const Done& done, milliseconds quiet);

    /// The same, acknowledging all of it.
    void read(const Done& done, milliseconds quiet);

    /// Hangs up: what was not acknowledged will come again.
    void break_off() { m_subscriber.abandon(); }

    /// Hangs up so that the broker has read every acknowledgement.
    void close();

    /// The numbers that came since connect(), in their order, each once.
    [[nodiscard]] const std::vector<std::size_t>& numbers() const noexcept { return m_numbers; }

    /// The length of the longest message since connect(), in bytes.
    [[nodiscard]] std::size_t longest() const noexcept { return m_longest; }

    [[nodiscard]] mqtt::Version version() const noexcept { return m_subscriber.version(); }

    bool on_message(const mqtt::Message& message) override;

  private:
    /// False when nothing could be read by then.
    bool wait(Monotonic until);
    void write_all();

    mqtt::Subscriber m_subscriber;
    ops::Shutdown& m_shutdown;
    std::vector<bool> m_seen;
    std::vector<std::size_t> m_numbers;
    std::size_t m_longest = 0;
};

} // namespace tlm::mqtt2kafka::check
