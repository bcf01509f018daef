// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/mqtt_outlet.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/mqtt/url.hpp"
#include "common/ops/log.hpp"
#include "tools/sim/holes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tlm::sim {

MqttOutlet::MqttOutlet(const ConnectionSettings& settings, Roster roster, TopicTemplate topics)
    : m_roster(std::move(roster)),
      m_connections(count_connections(settings, m_roster)),
      m_login(settings.login),
      m_qos(settings.publisher.qos),
      m_topics(std::move(topics)),
      m_patience(settings.patience),
      m_ramp(make_ramp(settings, m_connections)),
      m_nodes(m_roster),
      m_publisher(complete(settings))
{}

mqtt::PublisherOptions MqttOutlet::complete(const ConnectionSettings& settings)
{
    auto options = settings.publisher;
    options.connections = m_connections;
    options.nodes = m_roster.is_edge_node ? &m_nodes : nullptr;
    options.login = [this](std::uint32_t connection) { return login(connection); };
    for (auto& url : options.urls) {
        m_users.push_back(std::exchange(url.user, {}));
        m_brokers += (m_brokers.empty() ? "" : ", ") + mqtt::format_url(url);
    }
    return options;
}

mqtt::Login MqttOutlet::login(std::uint32_t connection) const
{
    const auto device = m_roster.name(m_roster.device_at(connection % m_roster.size()));
    const auto fill = [&](std::string_view text) {
        return fill_holes(text, device, connection + 1);
    };
    mqtt::Login login{.client_id = fill(m_login.client_id),
                      .user = fill(m_users[connection % m_users.size()]),
                      .password = m_login.password(device, connection + 1),
                      .certificate = std::nullopt,
                      .will = std::nullopt};
    if (!m_login.cert_file.empty()) {
        login.certificate =
            mqtt::ClientCertificate{fill(m_login.cert_file), fill(m_login.key_file)};
    }
    if (!m_login.will_topic.empty()) {
        login.will = mqtt::Testament{fill(m_login.will_topic), fill(m_login.will_payload),
                                     m_login.will_qos, m_login.will_retain};
    }
    return login;
}

void MqttOutlet::send(const Message& message)
{
    const auto topic =
        message.topic.empty() ? m_topics.topic(message.device_id) : std::string{message.topic};
    m_publisher.publish(connection_of(message.device), {.topic = topic,
                                                        .payload = message.payload,
                                                        .device = message.device,
                                                        .intended = message.intended});
}

/// Wants as many connections as the ramp says by now.
void MqttOutlet::grow(Monotonic now)
{
    m_start = m_start.value_or(now);
    const auto elapsed = now - *m_start;
    m_publisher.want(std::min(m_ramp.open_at(elapsed), m_connections));
    const auto next = m_ramp.next_growth(elapsed);
    m_growth = next ? std::optional{*m_start + *next} : std::nullopt;
}

std::optional<Monotonic> MqttOutlet::deadline() const
{
    auto deadline = m_publisher.deadline().value_or(Monotonic::max());
    deadline = std::min(deadline, m_growth.value_or(Monotonic::max()));
    if (const auto down = m_publisher.down_since()) {
        deadline = std::min(deadline, *down + m_patience);
    }
    return deadline == Monotonic::max() ? std::nullopt : std::optional{deadline};
}

void MqttOutlet::serve(short /*revents*/, Monotonic now)
{
    if (!m_start || (m_growth && now >= *m_growth)) {
        grow(now);
    }
    m_publisher.serve(now);
    const auto down = m_publisher.down_since();
    if (down && now - *down >= m_patience) {
        throw fatal_error(fmt::format("{}: no broker for {}: {}", m_brokers,
                                      format_duration(m_patience), m_publisher.last_error()));
    }
}

void MqttOutlet::collect(std::vector<Confirmation>& out)
{
    m_receipts.clear();
    m_publisher.collect(m_receipts);
    for (const auto& receipt : m_receipts) {
        out.push_back({receipt.device, receipt.intended, receipt.at});
    }
}

void MqttOutlet::hang_up(std::uint32_t device)
{
    m_publisher.hang_up(connection_of(device));
}

void MqttOutlet::close()
{
    constexpr milliseconds kGoodbye{2'000};
    if (!m_publisher.close(kGoodbye)) {
        log::warn("{}: not all connections were closed in time", m_brokers);
    }
}

std::string MqttOutlet::status() const
{
    const auto& links = m_publisher.links();
    return fmt::format("connected {} of {}, connecting {}", links.connected, m_connections,
                       links.opening);
}

OutletCounts MqttOutlet::counts() const
{
    const auto& stats = m_publisher.stats();
    const auto first = std::min<std::uint64_t>(stats.connects, m_connections);
    return {.refused = stats.refused,
            .resent = stats.resent,
            .unheard = stats.forgotten,
            .reconnects = stats.connects - first,
            .connections = first,
            .in_doubt = stats.in_doubt};
}

std::string MqttOutlet::summary() const
{
    const auto& stats = m_publisher.stats();
    const auto counts = this->counts();
    auto text = m_qos == mqtt::Qos::at_most_once ? std::string{"none acknowledged at QoS 0"}
                                                 : fmt::format("acknowledged {}", stats.confirmed);
    if (counts.refused > 0) {
        text +=
            fmt::format(", refused {} ({})", counts.refused, mqtt::reason_text(stats.last_refusal));
    }
    if (counts.in_doubt > 0) {
        text += fmt::format(", perhaps twice {}", counts.in_doubt);
    }
    text += fmt::format(", sent again {}, connections {}, reconnects {}", counts.resent,
                        counts.connections, counts.reconnects);
    return stats.resumed > 0 ? text + fmt::format(", TLS sessions resumed {}", stats.resumed)
                             : text;
}

} // namespace tlm::sim
