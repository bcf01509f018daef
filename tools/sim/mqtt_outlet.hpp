// SPDX-License-Identifier: Apache-2.0
// Messages to MQTT brokers.
#pragma once

#include "common/mqtt/publisher.hpp"
#include "common/record/topic_template.hpp"
#include "tools/sim/connections.hpp"
#include "tools/sim/edge_nodes.hpp"
#include "tools/sim/outlet.hpp"
#include "tools/sim/ramp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// Publishes payloads; device i of a part uses connection i mod their number. Gives up when
/// connections are missing and none succeeds for the settings' `patience`.
class MqttOutlet final : public Outlet {
  public:
    MqttOutlet(const ConnectionSettings& settings, Roster roster, TopicTemplate topics);

    [[nodiscard]] bool ready() const override { return m_publisher.all_connected(); }

    [[nodiscard]] bool has_room() const override { return m_publisher.has_room(); }

    [[nodiscard]] bool hears(std::uint32_t device) const override
    {
        return m_publisher.takes(connection_of(device));
    }

    [[nodiscard]] std::optional<Newcomer> next_newcomer() override
    {
        return m_nodes.next_newcomer();
    }

    void send(const Message& message) override;

    void flush(Monotonic now) override { m_publisher.flush(now); }

    [[nodiscard]] pollfd interest() const override { return {m_publisher.fd(), POLLIN, 0}; }

    [[nodiscard]] std::optional<Monotonic> deadline() const override;
    void serve(short revents, Monotonic now) override;
    void collect(std::vector<Confirmation>& out) override;
    void hang_up(std::uint32_t device) override;

    [[nodiscard]] std::uint64_t unconfirmed() const override { return m_publisher.outstanding(); }

    [[nodiscard]] OutletCounts counts() const override;

    [[nodiscard]] bool reader_gone() const override { return false; }

    void close() override;
    [[nodiscard]] std::string status() const override;
    [[nodiscard]] std::string summary() const override;

  private:
    [[nodiscard]] std::uint32_t connection_of(std::uint32_t device) const noexcept
    {
        return m_roster.slot_of(device) % m_connections;
    }

    [[nodiscard]] mqtt::PublisherOptions complete(const ConnectionSettings& settings);
    [[nodiscard]] mqtt::Login login(std::uint32_t connection) const;
    void grow(Monotonic now);

    Roster m_roster;
    std::uint32_t m_connections;
    LoginPatterns m_login;
    std::vector<std::string> m_users; ///< of the URLs
    std::string m_brokers;            ///< for messages
    mqtt::Qos m_qos;
    TopicTemplate m_topics;
    milliseconds m_patience;
    Ramp m_ramp;
    std::optional<Monotonic> m_start;      ///< of the ramp: the first serve()
    std::optional<Monotonic> m_growth;     ///< when it is due to grow
    std::vector<mqtt::Receipt> m_receipts; ///< scratch
    EdgeNodes m_nodes;
    mqtt::Publisher m_publisher; ///< last: it asks this object who connects
};

} // namespace tlm::sim
