// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/client.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

namespace tlm::kafka {

namespace {

// How long a blocking request of librdkafka may keep us from the stop descriptor.
constexpr milliseconds kSlice{200};
// A topic that is missing appears when somebody creates it, not sooner for being asked more often.
constexpr milliseconds kRetryMissing{500};

constexpr auto kInterceptor = "tlm";

log::Level to_level(int syslog_level)
{
    if (syslog_level <= 2) {
        return log::Level::error;
    }
    if (syslog_level <= 4) {
        return log::Level::warning;
    }
    return syslog_level <= 6 ? log::Level::info : log::Level::debug;
}

void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text) noexcept
{
    // A program that reads and writes takes the properties of both: no cause for a warning.
    if (std::string_view{text}.find("will be ignored by this") != std::string_view::npos) {
        return;
    }
    // Null while rd_kafka_new() has not returned yet.
    auto* const state =
        client == nullptr ? nullptr : static_cast<ClientState*>(rd_kafka_opaque(client));
    if (state == nullptr) {
        log::event(to_level(level), "Kafka: {}: {}", facility, text);
        return;
    }
    state->log(level, facility, text);
}

void on_error(rd_kafka_t* client, int error, const char* text, void* opaque) noexcept
{
    const auto code = static_cast<rd_kafka_resp_err_t>(error);
    auto* const state = static_cast<ClientState*>(opaque);
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        state->failed(code, fatal_problem(client));
        return;
    }
    state->failed(code, text);
}

/// Kafka's numbers of the requests by which a client logs in.
bool is_of_login(std::int16_t request) noexcept
{
    constexpr std::int16_t kSaslHandshake = 17;
    constexpr std::int16_t kApiVersions = 18;
    constexpr std::int16_t kSaslAuthenticate = 36;
    return request == kSaslHandshake || request == kApiVersions || request == kSaslAuthenticate;
}

rd_kafka_resp_err_t on_response(rd_kafka_t*, int, const char*, std::int32_t, std::int16_t request,
                                std::int16_t, std::int32_t, std::size_t, std::int64_t,
                                rd_kafka_resp_err_t error, void* opaque) noexcept
{
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && !is_of_login(request)) {
        static_cast<ClientState*>(opaque)->answered();
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t*, void* opaque, char*,
                           std::size_t) noexcept
{
    return rd_kafka_interceptor_add_on_response_received(client, kInterceptor, on_response, opaque);
}

enum class Known { yes, no, no_answer };

Known ask_for(rd_kafka_t* client, const std::string& topic, milliseconds wait, int& partitions)
{
    const TopicHandle handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
    if (handle == nullptr) {
        throw refused_topic(client, topic);
    }
    const rd_kafka_metadata_t* answer = nullptr;
    if (rd_kafka_metadata(client, 0, handle.get(), &answer, poll_timeout(wait)) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
        return Known::no_answer;
    }
    const Metadata metadata(answer);
    if (metadata->topic_cnt != 1) {
        return Known::no;
    }
    const auto& found = metadata->topics[0];
    if (found.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
        throw usage_error("Kafka does not let this user see topic '" + topic + "'");
    }
    if (found.err == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) {
        throw usage_error("'" + topic + "' cannot be a Kafka topic");
    }
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR || found.partition_cnt == 0) {
        return Known::no;
    }
    partitions = found.partition_cnt;
    return Known::yes;
}

/// librdkafka 2.0.2 has freed the interceptors of a configuration that it refused, so destroying it
/// would free them twice. It stays; the program is about to end with a usage error.
void keep_refused(rd_kafka_conf_t* conf)
{
    static auto* const kept = new std::vector<rd_kafka_conf_t*>;
    kept->push_back(conf);
}

bool stops_within(int stop_fd, milliseconds wait)
{
    pollfd waiting{stop_fd, POLLIN, 0};
    return ::poll(&waiting, 1, poll_timeout(wait)) > 0;
}

} // namespace

void ClientState::answered() noexcept
{
    if (m_has_problem.load(std::memory_order_relaxed)) {
        keep_problem({});
    }
    if (connected() || m_connected.exchange(true, std::memory_order_relaxed)) {
        return;
    }
    try {
        const std::lock_guard lock(m_mutex);
        m_repeats.reset();
    } catch (...) { // no mutex, no reset: the log says less, the work goes on
    }
    if (m_announces.exchange(false, std::memory_order_relaxed)) {
        log::info("Kafka answers");
    }
}

void ClientState::failed(rd_kafka_resp_err_t error, std::string_view text) noexcept
{
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
        try {
            const std::lock_guard lock(m_mutex);
            m_fatal_text = text;
        } catch (...) { // the flag alone stops the process as well
        }
        m_fatal.store(true, std::memory_order_release);
        return;
    }
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        m_connected.store(false, std::memory_order_relaxed);
        m_announces.store(true, std::memory_order_relaxed);
    }
    // librdkafka logs the loss of each broker itself, in the same words.
    if (error != RD_KAFKA_RESP_ERR__TRANSPORT) {
        log(4, rd_kafka_err2name(error), text);
    }
}

void ClientState::keep_problem(std::string_view text) noexcept
{
    try {
        const std::lock_guard lock(m_mutex);
        m_problem = text;
        m_has_problem.store(!text.empty(), std::memory_order_relaxed);
    } catch (...) { // an error will say less
    }
}

std::string ClientState::problem() const
{
    const std::lock_guard lock(m_mutex);
    return m_problem.empty() ? std::string{} : ": " + m_problem;
}

void ClientState::log(int level, std::string_view facility, std::string_view text) noexcept
{
    if (facility == "FAIL") { // `[thrd:NAME]: BROKER: what failed (after 3ms in state CONNECT)`
        const auto thread = text.find("]: ");
        const auto begin = thread == std::string_view::npos ? 0 : thread + 3;
        keep_problem(text.substr(begin, text.rfind(" (after ") - begin));
    }
    // A notice to librdkafka; but records that were to be compressed are not.
    const auto wanted = facility == "COMPRESSION" ? log::Level::warning : to_level(level);
    try {
        if (facility == "TOPICCONF") { // it is nowhere else to be had
            const std::lock_guard lock(m_mutex);
            m_topic_problem = text.substr(text.starts_with("[thrd:") ? text.find(' ') + 1 : 0);
            return;
        }
        if (!log::enabled(wanted)) {
            return;
        }
        std::optional<std::uint64_t> hidden = 0;
        if (wanted != log::Level::debug) {
            const std::lock_guard lock(m_mutex);
            hidden = m_repeats.admit(text, std::chrono::steady_clock::now());
        }
        if (!hidden) {
            return;
        }
        if (*hidden == 0) {
            log::event(wanted, "Kafka: {}: {}", facility, text);
        } else {
            log::event(wanted, "Kafka: {}: {} ({} more like this were not shown)", facility, text,
                       *hidden);
        }
    } catch (...) {
        log::write(wanted, "Kafka: a message could not be shown: out of memory");
    }
}

std::string ClientState::topic_problem() const
{
    const std::lock_guard lock(m_mutex);
    return m_topic_problem;
}

void ClientState::throw_fatal() const
{
    const std::lock_guard lock(m_mutex);
    throw fatal_error("Kafka: the client has given up: " + m_fatal_text);
}

namespace {

/// librdkafka before 2.6.1 repeats its own nonce in SCRAM's last message (its pull request 4895); a
/// broker from 4.0 on, which compares it as RFC 5802 says, calls that a wrong password.
void warn_of_scram(const Properties& properties)
{
    constexpr int kFixed = 0x02060100;
    const auto* const mechanism = properties.find("sasl.mechanisms");
    if (rd_kafka_version() < kFixed && mechanism != nullptr && mechanism->starts_with("SCRAM")) {
        log::warn("librdkafka {} cannot log in at Kafka 4 with {}: that wants 2.6.1; a certificate "
                  "(mTLS), or PLAIN over TLS, works",
                  rd_kafka_version_str(), *mechanism);
    }
}

/// What every client of ours wants, where its own properties do not say otherwise.
Properties with_defaults(Properties properties)
{
    properties.set_default("allow.auto.create.topics", "false");
    properties.set_default("socket.nagle.disable", "true");
    properties.set_default("socket.keepalive.enable", "true");
    properties.set_default("reconnect.backoff.max.ms", "2000");
    properties.set_default("log.connection.close", "false");
    return properties;
}

void refuse_what_blinds(const Properties& properties)
{
    properties.demand("enabled_events", "0", "what is delivered would not be told to us");
    properties.demand("log.queue", "false", "nobody would read its log");
    properties.demand("plugin.library.paths", "", "no code comes in by a property");
    properties.demand("test.mock.num.brokers", "0",
                      "a mock of Kafka would take everything and keep nothing");
}

} // namespace

ClientHandle make_client(rd_kafka_type_t type, const Properties& properties, ClientState& state,
                         const std::function<void(rd_kafka_conf_t*)>& prepare)
{
    if (properties.find("bootstrap.servers") == nullptr) {
        throw usage_error("no Kafka brokers given");
    }
    refuse_what_blinds(properties);
    warn_of_scram(properties);
    Conf conf(rd_kafka_conf_new());
    with_defaults(properties).apply(conf.get());
    rd_kafka_conf_set_opaque(conf.get(), &state);
    rd_kafka_conf_set_log_cb(conf.get(), on_log);
    rd_kafka_conf_set_error_cb(conf.get(), on_error);
    rd_kafka_conf_interceptor_add_on_new(conf.get(), kInterceptor, on_new, &state);
    prepare(conf.get());

    std::array<char, 512> text{};
    ClientHandle client(rd_kafka_new(type, conf.get(), text.data(), text.size()));
    if (client == nullptr) {
        keep_refused(conf.release());
        throw usage_error("Kafka: " + std::string(text.data()));
    }
    static_cast<void>(conf.release()); // the client owns it now
    return client;
}

Wait wait_for_topics(rd_kafka_t* client, std::span<const std::string> topics, milliseconds deadline,
                     int stop_fd, const std::function<void()>& serve)
{
    const auto start = std::chrono::steady_clock::now();
    const auto left = [&] {
        const auto passed =
            std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
        return std::max(milliseconds{0}, deadline - passed);
    };
    log::RateLimit limit{std::chrono::minutes{1}};
    auto before = Known::no_answer;
    for (auto topic = topics.begin(); topic != topics.end();) {
        int partitions = 0;
        const auto wait = std::min(kSlice, left());
        auto known = ask_for(client, *topic, wait, partitions);
        serve();
        if (known == Known::no_answer && wait < kSlice) {
            known = before; // the deadline cut the question short: that says nothing of the brokers
        }
        before = known;
        if (known == Known::yes) {
            ++topic;
            before = Known::no_answer;
            continue;
        }
        const std::string problem = known == Known::no
                                        ? "Kafka has no topic '" + *topic + "'; create it"
                                        : "Kafka's brokers do not answer";
        if (left() == milliseconds{0}) {
            const auto& state = *static_cast<const ClientState*>(rd_kafka_opaque(client));
            throw transient_error(problem + (known == Known::no ? "" : state.problem()));
        }
        limit.warn("{}; waiting", problem);
        const auto pause = known == Known::no ? kRetryMissing : milliseconds{0};
        if (stops_within(stop_fd, std::min(pause, left()))) {
            return Wait::stopped;
        }
    }
    return Wait::ready;
}

Error refused_topic(const rd_kafka_t* client, const std::string& topic)
{
    const auto error = rd_kafka_last_error();
    const auto* const state = static_cast<const ClientState*>(rd_kafka_opaque(client));
    const std::string why = state == nullptr ? "" : state->topic_problem();
    return usage_error(why.empty() ? "'" + topic + "' cannot be a Kafka topic: " + describe(error)
                                   : "Kafka: " + why);
}

int count_partitions(rd_kafka_t* client, const std::string& topic, milliseconds deadline)
{
    int partitions = 0;
    const auto known = ask_for(client, topic, deadline, partitions);
    return known == Known::no_answer ? -1 : partitions;
}

Partitions make_list(const std::string& topic, const std::map<std::int32_t, std::int64_t>& offsets)
{
    Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
    for (const auto& [partition, offset] : offsets) {
        rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
    }
    return list;
}

std::string fatal_problem(rd_kafka_t* client)
{
    std::array<char, 512> text{};
    const auto code = rd_kafka_fatal_error(client, text.data(), text.size());
    const auto problem = std::string(rd_kafka_err2name(code)) + ": " + text.data();
    // Kafka gives the id that a producer needs to whoever may write to any topic (KIP-679), and
    // before 3.0 to whoever has the right to it.
    return code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED
               ? "this user may write to no topic, or lacks IdempotentWrite: " + problem
               : problem;
}

std::string describe(rd_kafka_resp_err_t error)
{
    return std::string(rd_kafka_err2name(error)) + ": " + rd_kafka_err2str(error);
}

Wake::Wake() : m_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
    if (!m_fd) {
        throw fatal_error("Kafka: no descriptor to wait on: raise the limit of open files");
    }
}

void Wake::enable(rd_kafka_queue_t* queue)
{
    constexpr std::uint64_t kOne = 1;
    rd_kafka_queue_io_event_enable(queue, m_fd.get(), &kOne, sizeof kOne);
    raise(); // for what is in the queue already
}

void Wake::disable(rd_kafka_queue_t* queue)
{
    rd_kafka_queue_io_event_enable(queue, -1, nullptr, 0);
}

void Wake::clear() noexcept
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(m_fd.get(), &count, sizeof count);
}

void Wake::raise() noexcept
{
    constexpr std::uint64_t kOne = 1;
    [[maybe_unused]] const auto put = ::write(m_fd.get(), &kOne, sizeof kOne);
}

} // namespace tlm::kafka
