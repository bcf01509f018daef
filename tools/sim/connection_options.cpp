// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/connection_options.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/cli/option_table.hpp"
#include "common/mqtt/source_addresses.hpp"
#include "common/mqtt/url.hpp"
#include "tools/sim/holes.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace tlm::sim {
namespace {

constexpr std::uint64_t kMostConnections = 10'000'000;

void add_brokers(cli::OptionTable& table, ConnectionOptions& options)
{
    auto& urls = table.add(options.urls, "mqtt", 0, "URL",
                           "Publish to this broker, mqtt://[USER@]HOST[:PORT] or mqtts://…; given "
                           "several times, the connections take turns. Without it records go to "
                           "standard output.");
    urls.complete = cli::Complete::none;
    table
        .add(options.connections, "connections", 0, "NUMBER",
             "Open so many connections, as gateways do, and let the devices share them.",
             {1, kMostConnections})
        .default_note = "one a device";
    table
        .add(options.client_id, "id", 'i', "CLIENTID",
             "The MQTT client id. In this and in the user, in files and in the will {deviceId} "
             "stands for the id of the connection's device and {connection} for its number.")
        .default_note = "{deviceId}, or with --connections tlm-sim-, the process id and a number";
    table.add_choice<mqtt::Qos>(options.qos, "qos", 0, "QOS", "The MQTT quality of service.",
                                {{"0", mqtt::Qos::at_most_once},
                                 {"1", mqtt::Qos::at_least_once},
                                 {"2", mqtt::Qos::exactly_once}});
    table.add_choice<mqtt::Version>(options.version, "mqtt-version", 0, "VERSION",
                                    "The version of MQTT.",
                                    {{"3.1.1", mqtt::Version::v311}, {"5", mqtt::Version::v5}});
}

void add_secrets(cli::OptionTable& table, ConnectionOptions& options)
{
    auto& password = table.add(options.password_file, "mqtt-password-file", 0, "FILE",
                               "The password for the broker, in a file that nobody else may read.");
    auto& authorities = table.add(options.ca_file, "mqtt-ca", 0, "FILE",
                                  "Authorities that may sign the broker's certificate (PEM).");
    authorities.default_note = "those of the system";
    auto& cert = table.add(options.cert_file, "mqtt-cert", 0, "FILE",
                           "The certificate to show (PEM), such as certs/{deviceId}.crt.");
    auto& key = table.add(options.key_file, "mqtt-key", 0, "FILE", "Its private key (PEM).");
    for (auto* row : {&password, &authorities, &cert, &key}) {
        row->complete = cli::Complete::file;
    }
}

void add_will(cli::OptionTable& table, ConnectionOptions& options)
{
    table.add(options.will_topic, "will-topic", 0, "TOPIC",
              "What the broker tells when a connection ends without a goodbye: its topic,");
    table.add(options.will_payload, "will-payload", 0, "TEXT", "its payload,");
    table.add_choice<mqtt::Qos>(options.will_qos, "will-qos", 0, "QOS", "its quality of service,",
                                {{"0", mqtt::Qos::at_most_once},
                                 {"1", mqtt::Qos::at_least_once},
                                 {"2", mqtt::Qos::exactly_once}});
    table.add(options.will_retain, "will-retain", 0, "and whether it is retained.");
}

void add_connect_rate(cli::OptionTable& table, ConnectionOptions& options)
{
    constexpr double kMost = 1e6;
    auto& rate = table.add(options.connect_rate, "connect-rate", 'R', "RATE",
                           "Open so many connections a second.", {1e-3, kMost});
    rate.default_note = "all at once, as --handshakes allows";
    cli::Option ramp;
    ramp.name = "ramp";
    ramp.value_name = "STAGES";
    ramp.help = "How many connections are open when, such as 0:100,30s:1000: a hundred at once, "
                "then evenly more until half a minute has passed.";
    ramp.expected = "stages such as 0:100,30s:1000, that never go back";
    ramp.set = [&options](std::string_view text) {
        options.ramp = parse_ramp(text);
        return options.ramp.has_value();
    };
    ramp.show = [&options] {
        return options.ramp ? std::vector{format_ramp(*options.ramp)} : std::vector<std::string>{};
    };
    table.add_option(std::move(ramp));
}

void add_ways(cli::OptionTable& table, ConnectionOptions& options)
{
    constexpr std::uint64_t kLargestWindow = 65'535;
    constexpr milliseconds kLongestSilence = std::chrono::seconds{65'535};
    constexpr std::uint64_t kMostHandshakes = 10'000;
    add_connect_rate(table, options);
    table.add(options.handshakes, "handshakes", 0, "NUMBER",
              "Most connections being opened at a time, also after an outage.",
              {1, kMostHandshakes});
    table.add(options.sources, "source-addr", 0, "LIST",
              "Addresses to connect from, in turn, such as 10.0.0.2,10.0.0.10-10.0.0.19. Each has "
              "some 28,000 ports to a broker.");
    table.add(options.inflight, "inflight", 0, "NUMBER",
              "Most messages that wait for their acknowledgement on a connection; the broker may "
              "want fewer.",
              {1, kLargestWindow});
    table.add(options.keep_alive, "keep-alive", 0, "DURATION",
              "Tell the broker to expect something at least so often, in whole seconds, and leave "
              "one that is silent for one and a half times as long; 0 for never.",
              {milliseconds{0}, kLongestSilence});
    table.add(options.preflight, "preflight", 0,
              "Connect to nothing: tell what the run needs of this machine and what is missing, "
              "with the commands that help; status 1 when something is.");
    cli::add_connect_timeout(table, options.timeout);
    table.find("connect-timeout")->help =
        "Give up with status 1 when connections are missing and none succeeds for so long.";
}

void check_texts(const ConnectionOptions& options)
{
    const auto too_long = [](const std::string& text) {
        return text.size() > mqtt::kMaxString / 2;
    };
    if (too_long(options.client_id) || too_long(options.will_topic) ||
        too_long(options.will_payload) ||
        std::any_of(options.urls.begin(), options.urls.end(), too_long)) {
        throw usage_error("--id, --will-topic, --will-payload, --mqtt: no more than 32767 bytes");
    }
    if (options.will_topic.find_first_of("+#") != std::string::npos) {
        throw usage_error("--will-topic: no topic may hold the wildcards + and #");
    }
    if (options.will_topic.empty() && !options.will_payload.empty()) {
        throw usage_error("--will-payload needs --will-topic");
    }
    if (options.keep_alive % std::chrono::seconds{1} != milliseconds{0}) {
        throw usage_error("--keep-alive: whole seconds");
    }
}

void check_urls(const ConnectionOptions& options)
{
    bool with_user = true;
    bool with_tls = false;
    for (const auto& text : options.urls) {
        const auto url = mqtt::parse_url(text);
        with_user = with_user && !url.user.empty();
        with_tls = with_tls || url.tls;
    }
    if (options.password_file && !with_user) {
        throw usage_error("--mqtt-password-file needs a user: --mqtt mqtt://USER@HOST");
    }
    if (!with_tls && (options.ca_file || !options.cert_file.empty() || !options.key_file.empty())) {
        throw usage_error("--mqtt-ca, --mqtt-cert and --mqtt-key need an mqtts:// URL");
    }
    if (options.cert_file.empty() != options.key_file.empty()) {
        throw usage_error("--mqtt-cert and --mqtt-key belong together");
    }
}

/// Where devices share connections nothing can be said in the name of one.
void check_holes(const ConnectionOptions& options)
{
    if (!options.connections) {
        return;
    }
    std::vector<std::string> texts{options.client_id,    options.cert_file,
                                   options.key_file,     options.will_topic,
                                   options.will_payload, options.password_file.value_or("")};
    texts.insert(texts.end(), options.urls.begin(), options.urls.end());
    for (const auto& text : texts) {
        if (text.find(kDeviceHole) != std::string::npos) {
            throw usage_error(text + ": with --connections devices share them: use {connection}");
        }
    }
}

std::string default_client_id(const ConnectionOptions& options)
{
    if (!options.connections) {
        return std::string{kDeviceHole};
    }
    const auto name = fmt::format("tlm-sim-{}", ::getpid());
    return *options.connections == 1 ? name : fmt::format("{}-{}", name, kConnectionHole);
}

std::function<std::optional<std::string>(std::string_view, std::uint32_t)>
make_password(const ConnectionOptions& options)
{
    constexpr const char* kFlag = "--mqtt-password-file";
    if (!options.password_file) {
        return [](std::string_view, std::uint32_t) { return std::optional<std::string>{}; };
    }
    const auto file = *options.password_file;
    if (!has_hole(file)) {
        return [password = cli::read_secret_file(kFlag, file)](std::string_view, std::uint32_t) {
            return std::optional{password};
        };
    }
    return [file](std::string_view device, std::uint32_t connection) {
        return std::optional{cli::read_secret_file(kFlag, fill_holes(file, device, connection))};
    };
}

LoginPatterns make_login(const ConnectionOptions& options)
{
    return {.client_id = options.client_id.empty() ? default_client_id(options) : options.client_id,
            .cert_file = options.cert_file,
            .key_file = options.key_file,
            .will_topic = options.will_topic,
            .will_payload = options.will_payload,
            .will_qos = options.will_qos,
            .will_retain = options.will_retain,
            .password = make_password(options)};
}

} // namespace

void add_connections(cli::OptionTable& table, ConnectionOptions& options)
{
    table.group("Connections");
    add_brokers(table, options);
    add_secrets(table, options);
    add_will(table, options);
    add_ways(table, options);
}

void check_connections(const ConnectionOptions& options, std::optional<std::uint64_t> devices)
{
    if (!options.any()) {
        if (options.preflight) {
            throw usage_error("--preflight needs --mqtt");
        }
        return;
    }
    check_urls(options);
    check_texts(options);
    check_holes(options);
    try {
        (void)mqtt::parse_source_list(options.sources);
    } catch (const Error& error) {
        throw usage_error(std::string{"--source-addr: "} + error.what());
    }
    const auto total = options.connections ? options.connections : devices;
    if (options.ramp && options.connect_rate) {
        throw usage_error("--ramp and --connect-rate exclude each other");
    }
    if (options.ramp && total && options.ramp->connections() != *total) {
        throw usage_error(fmt::format("--ramp ends with {} connections, not with all {}",
                                      options.ramp->connections(), *total));
    }
    const bool one = total && *total == 1;
    if (!one && !options.client_id.empty() && !has_hole(options.client_id)) {
        throw usage_error("--id: each connection needs its own; write {deviceId} or {connection}, "
                          "or --connections 1");
    }
}

ConnectionSettings make_connections(const ConnectionOptions& options)
{
    ConnectionSettings settings;
    auto& publisher = settings.publisher;
    for (const auto& url : options.urls) {
        publisher.urls.push_back(mqtt::parse_url(url));
    }
    publisher.version = options.version;
    publisher.qos = options.qos;
    publisher.window = static_cast<std::uint16_t>(options.inflight);
    publisher.keep_alive_s = static_cast<std::uint16_t>(
        std::chrono::duration_cast<std::chrono::seconds>(options.keep_alive).count());
    publisher.most_attempts = static_cast<std::uint32_t>(options.handshakes);
    publisher.sources = mqtt::parse_source_list(options.sources);
    publisher.ca_file = options.ca_file ? options.ca_file->string() : std::string{};
    if (options.connections) {
        settings.connections = static_cast<std::uint32_t>(*options.connections);
    }
    settings.login = make_login(options);
    settings.ramp = options.ramp;
    settings.connect_rate = options.connect_rate;
    settings.patience = options.timeout.limit;
    settings.preflight = options.preflight;
    return settings;
}

} // namespace tlm::sim
