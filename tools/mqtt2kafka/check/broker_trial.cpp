// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/check/broker_trial.hpp"

#include "common/base/error.hpp"
#include "common/base/hex.hpp"
#include "common/base/units.hpp"
#include "common/mqtt/probe.hpp"
#include "common/mqtt/trial.hpp"
#include "common/mqtt/url.hpp"
#include "common/ops/random.hpp"
#include "common/ops/signals.hpp"
#include "tools/mqtt2kafka/check/trial_reader.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <span>
#include <utility>

namespace tlm::mqtt2kafka::check {
namespace {

using std::chrono::seconds;

/// Above mosquitto's default queue of 1,000 and its window, and above nothing else that is usual:
/// higher limits are read in its configuration.
constexpr std::size_t kMessages = 2000;
constexpr std::size_t kLongestPacket = 1024UL * 1024;
/// Of a broker that does not tell its limit.
constexpr std::size_t kUsualPacket = 256UL * 1024;
/// What a PUBLISH carries beside its payload here.
constexpr std::size_t kBeside = 256;
constexpr milliseconds kPatience = seconds{2}; // a broker that saves its queue says nothing
/// Should we die on the way, the broker forgets the session by itself.
constexpr std::chrono::hours kSessionExpiry{1};

std::string random_name()
{
    std::string name;
    append_hex(name, ops::random_seed());
    return name;
}

/// What a member of a shared subscription sees, without taking it from the others.
std::vector<std::string> unshared(std::vector<std::string> filters)
{
    constexpr std::string_view kShare = "$share/";
    for (std::string& filter : filters) {
        if (filter.starts_with(kShare)) {
            filter.erase(0, filter.find('/', kShare.size()) + 1);
        }
    }
    return filters;
}

class BrokerTrial {
  public:
    BrokerTrial(const mqtt::SubscriberOptions& bridge, std::optional<MosquittoConf> conf,
                ops::Shutdown& shutdown)
        : m_bridge(bridge),
          m_shutdown(shutdown),
          m_name(random_name()),
          m_topic("tlm/check/" + m_name),
          m_reader(session_options(), kMessages, shutdown)
    {
        m_facts.where = mqtt::format_url(bridge.url);
        m_facts.port = bridge.url.port;
        m_facts.loopback = is_loopback(bridge.url.host);
        m_facts.conf = std::move(conf);
    }

    BrokerFacts run();

  private:
    /// False when it failed; then the facts say why.
    bool attempt(std::string_view step, const std::function<void()>& work);
    [[nodiscard]] mqtt::SubscriberOptions session_options() const;
    [[nodiscard]] mqtt::TrialOptions other_client() const;

    [[nodiscard]] bool conf_replaces_id() const;
    void reach();
    void look_around();
    [[nodiscard]] mqtt::Published publish(std::span<const std::string> payloads);
    void try_queue();
    void try_size();
    void try_stranger();
    void clean_up();

    const mqtt::SubscriberOptions& m_bridge;
    ops::Shutdown& m_shutdown;
    std::string m_name;
    std::string m_topic;
    TrialReader m_reader;
    BrokerFacts m_facts;
    bool m_session_is_ours = false;
};

mqtt::SubscriberOptions BrokerTrial::session_options() const
{
    mqtt::SubscriberOptions options = m_bridge;
    options.client_id = "tlm-check-" + m_name;
    options.filters = {m_topic};
    options.retained = mqtt::Retained::never;
    options.session_expiry = kSessionExpiry;
    return options;
}

mqtt::TrialOptions BrokerTrial::other_client() const
{
    mqtt::TrialOptions options;
    options.as = m_bridge;
    options.client_id = "tlm-check-" + m_name + "-2";
    options.version = m_reader.version();
    return options;
}

bool BrokerTrial::attempt(std::string_view step, const std::function<void()>& work)
{
    try {
        if (m_shutdown.requested()) {
            throw transient_error("stopped on request");
        }
        work();
        return true;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::usage) {
            throw;
        }
        m_facts.problems.emplace(step, error.what());
        return false;
    }
}

bool BrokerTrial::conf_replaces_id() const
{
    if (!m_facts.conf) {
        return false;
    }
    const auto listeners = m_facts.conf->listeners();
    return std::any_of(listeners.begin(), listeners.end(), [this](const Listener& listener) {
        return listener.port == m_facts.port && listener.is_true("use_username_as_clientid");
    });
}

/// A client id that nobody has can have no session; if there is one, the broker goes by something
/// else, and the session is somebody's. It is left alone: nothing was written to it.
void BrokerTrial::reach()
{
    if (conf_replaces_id()) {
        m_facts.id_replaced = true; // a connection would throw a running bridge out
        return;
    }
    mqtt::Probe probe{m_bridge.url};
    if (probe.wait(m_shutdown.fd()) != mqtt::Probe::State::answered) {
        throw transient_error(probe.error());
    }
    m_facts.id_replaced = m_reader.connect();
    m_facts.v5 = m_reader.version() == mqtt::Version::v5;
    if (m_facts.id_replaced) {
        m_reader.break_off();
        return;
    }
    m_session_is_ours = true;
    mqtt::TrialOptions options = other_client();
    options.clean_start = false;
    mqtt::Trial other{options};
    m_facts.id_replaced = other.connect().session_present;
    other.disconnect(); // which ends the session, but for MQTT 3.1.1
    m_session_is_ours = !m_facts.id_replaced || !m_facts.v5;
}

void BrokerTrial::look_around()
{
    constexpr const char* kVersion = "$SYS/broker/version";
    constexpr const char* kDropped = "$SYS/broker/publish/messages/dropped";
    mqtt::TrialOptions options = other_client();
    options.session_expiry = m_bridge.session_expiry;
    mqtt::Trial trial{options};
    const mqtt::Greeting greeting = trial.connect();
    m_facts.greeted = true;
    m_facts.maximum_qos = greeting.maximum_qos;
    m_facts.maximum_packet = greeting.maximum_packet;
    m_facts.session_expiry = greeting.session_expiry;
    m_facts.granted = trial.subscribe(unshared(m_bridge.filters));
    trial.disconnect();

    options.session_expiry = seconds{0};
    mqtt::Trial listener{options};
    static_cast<void>(listener.connect());
    const auto told = listener.read_retained({kVersion, kDropped}, kPatience);
    if (const auto version = told.find(kVersion); version != told.end()) {
        m_facts.version = version->second;
    }
    if (const auto dropped = told.find(kDropped); dropped != told.end()) {
        m_facts.dropped = parse_unsigned(dropped->second);
    }
    listener.disconnect();
}

/// By a client that is there for no longer than that.
mqtt::Published BrokerTrial::publish(std::span<const std::string> payloads)
{
    try {
        mqtt::Trial publisher{other_client()};
        static_cast<void>(publisher.connect());
        mqtt::Published published = publisher.publish(m_topic, payloads);
        publisher.disconnect();
        return published;
    } catch (const Error& error) {
        throw transient_error("publishing to " + m_topic + ": " + error.what());
    }
}

/// The session is away while messages come, then breaks off with all of them unacknowledged, then
/// takes them.
void BrokerTrial::try_queue()
{
    m_reader.close();
    std::vector<std::string> payloads;
    for (std::size_t i = 0; i < kMessages; ++i) {
        payloads.push_back(std::to_string(i));
    }
    const mqtt::Published published = publish(payloads);
    if (published.confirmed == 0) {
        throw transient_error("publishing to " + m_topic + ": " + published.reason);
    }
    m_facts.session_kept = m_reader.connect();
    m_reader.subscribe();
    const auto all_there = [this] { return m_reader.numbers().size() == kMessages; };
    m_reader.read_without_acknowledging(all_there, kPatience);
    const auto first = m_reader.numbers();
    m_reader.break_off();
    if (first.empty() && m_facts.session_kept == true) {
        throw transient_error("no message of " + m_topic +
                              " came: the broker may forbid to write "
                              "or read it");
    }
    static_cast<void>(m_reader.connect());
    m_reader.subscribe();
    m_reader.read(all_there, kPatience);
    const auto& all = m_reader.numbers();
    QueueTrial trial;
    trial.sent = kMessages;
    trial.arrived = all.size();
    trial.window = first.size();
    trial.again = static_cast<std::size_t>(
        std::count_if(first.begin(), first.end(), [&all](std::size_t number) {
            return std::find(all.begin(), all.end(), number) != all.end();
        }));
    trial.in_order = std::is_sorted(all.begin(), all.end());
    m_facts.queue = trial;
}

void BrokerTrial::try_size()
{
    const std::size_t most =
        std::min<std::size_t>(m_facts.largest_packet().value_or(kUsualPacket), kLongestPacket);
    if (most <= kBeside) {
        throw transient_error("the broker takes packets of up to " + std::to_string(most) +
                              " bytes only");
    }
    const std::size_t bytes = most - kBeside;
    const std::string payload(bytes, 'x');
    const mqtt::Published published = publish(std::span{&payload, 1});
    if (published.confirmed > 0) {
        m_reader.read([this, bytes] { return m_reader.longest() == bytes; }, kPatience);
    }
    m_facts.size = SizeTrial{bytes, m_reader.longest() == bytes, published.reason};
}

/// Whether the session can be had without being somebody.
void BrokerTrial::try_stranger()
{
    m_reader.close();
    mqtt::TrialOptions options = other_client();
    options.client_id = session_options().client_id;
    options.clean_start = false;
    options.session_expiry = kSessionExpiry;
    options.anonymous = true;
    mqtt::Trial stranger{options};
    try {
        m_facts.stranger_took_over = stranger.connect().session_present;
    } catch (const Error&) {
        m_facts.stranger_took_over = false;
        return;
    }
    stranger.disconnect();
}

void BrokerTrial::clean_up()
{
    m_reader.break_off();
    mqtt::TrialOptions options = other_client();
    for (const std::string& id : {options.client_id, session_options().client_id}) {
        options.client_id = id;
        mqtt::Trial ender{options};
        static_cast<void>(ender.connect());
        ender.disconnect();
    }
}

BrokerFacts BrokerTrial::run()
{
    if (attempt(kConnecting, [this] { reach(); }) && !m_facts.id_replaced) {
        attempt(kSubscribing, [this] { look_around(); });
        if (attempt(kSession, [this] { m_reader.subscribe(); }) &&
            attempt(kQueue, [this] { try_queue(); }) && attempt(kSize, [this] { try_size(); })) {
            attempt(kSession, [this] { try_stranger(); });
        }
    }
    if (m_session_is_ours) {
        try {
            clean_up();
        } catch (const Error& error) {
            m_facts.problems.emplace(kLeftBehind, "the session " + session_options().client_id +
                                                      " may still be there: " + error.what());
        }
    }
    return std::move(m_facts);
}

} // namespace

BrokerFacts try_broker(const mqtt::SubscriberOptions& bridge, std::optional<MosquittoConf> conf,
                       ops::Shutdown& shutdown)
{
    return BrokerTrial{bridge, std::move(conf), shutdown}.run();
}

} // namespace tlm::mqtt2kafka::check
