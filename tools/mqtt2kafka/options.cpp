// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/options.hpp"

#include "common/base/error.hpp"
#include "common/cli/rule_options.hpp"
#include "common/mqtt/url.hpp"
#include "common/ops/random.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>

namespace tlm::mqtt2kafka {
namespace {

using std::chrono::seconds;

/// nats-server sends again what was not acknowledged in its ack_wait, 30 s unless set otherwise,
/// and new messages meanwhile.
constexpr seconds kLateRedeliveries{45};

void add_mqtt(cli::OptionTable& table, Options& o)
{
    table.group("MQTT");
    table.add(o.mqtt, "mqtt", 0, "URL",
              "Broker: mqtt://[USER@]HOST[:1883] or mqtts://...:8883. With several, the first that "
              "answers is served, and the others are visited.");
    table.add(o.mqtt_cluster, "mqtt-cluster", 0,
              "The brokers share their sessions: one that answers will do, and none is visited.");
    table.add(o.filters, "filter", 0, "FILTER", "Subscribe to this topic filter.").default_note =
        "the topic template with + for {deviceId}";
    table.add(o.shared, "shared", 0, "GROUP",
              "Let the broker deal the messages out among all bridges of this GROUP ($share). It "
              "breaks the order of each device, and holds back what a member had that died: give "
              "each bridge filters of its own instead, where you can.");
    table.add(o.topic_template, "topic-template", 0, "TEMPLATE",
              "Where the device id stands in a topic. Messages on other topics are dead letters.");
    table
        .add(o.id, "id", 'i', "CLIENTID",
             "Client id. It names the durable session: give each bridge one of its own, and "
             "keep it.")
        .default_note = "mqtt2kafka-HOSTNAME";
    table.add_choice<MqttVersion>(
        o.mqtt_version, "mqtt-version", 0, "VERSION",
        "Protocol version; auto tries 5 and speaks 3.1.1 when the broker does not know it.",
        {{"auto", MqttVersion::automatic}, {"5", MqttVersion::v5}, {"3.1.1", MqttVersion::v311}});
    table.add(
        o.keep_alive, "keepalive", 0, "DURATION",
        "Keep-alive. With Kafka silent for a quarter of it, at most 15 s, the bridge leaves the "
        "broker and comes back when Kafka answers.",
        {seconds{5}, seconds{std::numeric_limits<std::uint16_t>::max()}});
    table.add(o.receive_maximum, "receive-maximum", 0, "N",
              "How many unacknowledged messages the broker may send; MQTT 5 only.",
              {1, std::numeric_limits<std::uint16_t>::max()});
    table.add_choice<mqtt::Retained>(
        o.retained, "retained", 0, "WHICH",
        "Which retained messages are forwarded: those that a session's first subscription brings, "
        "none, or those that each connection brings. MQTT 3.1.1 cannot tell once from always.",
        {{"once", mqtt::Retained::once},
         {"skip", mqtt::Retained::never},
         {"always", mqtt::Retained::always}});
    table.add(o.window, "window", 0, "N",
              "How many messages are read before all of them must be confirmed.", {1, 65'536});
    table.add_size(o.window_bytes, "window-bytes", 0, "BYTES",
                   "The same as a size of topics and payloads, which bounds the memory in use.",
                   {64UL * 1024, 1024UL * 1024 * 1024});
    table.add(o.session_expiry, "session-expiry", 0, "DURATION",
              "How long the broker keeps the session and its messages while the bridge is away; "
              "MQTT 5 only.",
              {seconds{1}, seconds{std::numeric_limits<std::uint32_t>::max()}});
    table.add(o.mqtt_user, "mqtt-user", 0, "NAME", "User name; stronger than that in the URL.");
    table.add(o.mqtt_password_file, "mqtt-password-file", 0, "FILE", "File with the password.");
    table
        .add(o.mqtt_ca, "mqtt-ca", 0, "FILE",
             "Certificates (PEM) that the broker's must come "
             "from.")
        .default_note = "the system's";
    table.add(o.mqtt_cert, "mqtt-cert", 0, "FILE", "Our certificate (PEM).");
    table.add(o.mqtt_key, "mqtt-key", 0, "FILE", "Its private key (PEM).");
}

void add_output(cli::OptionTable& table, Options& o)
{
    cli::add_kafka(table, o.kafka);
    table.group("Output");
    table.add(o.topic, "topic", 't', "TOPIC", "Kafka topic for the records.");
    table
        .add(o.output, "output", 0, "-",
             "- writes the records to standard output as lines instead, and acknowledges after "
             "write(2): a pipe is no guarantee.")
        .default_note = "the Kafka topic";
    cli::add_dlq(table, o.dlq, o.kafka);
    if (auto* const dlq = table.find("dlq")) {
        dlq->default_note = "topic:TOPIC.dlq; standard error with --output -";
    }
    table
        .add(o.spill_dir, "spill-dir", 0, "DIR",
             "Folder for payloads that the dead-letter topic does not take; their dead letters say "
             "where they are. Without it they are held, and all behind them waits.")
        .complete = cli::Complete::directory;
    table.add(o.stuck_after, "stuck-after", 0, "DURATION",
              "How long a record is tried that Kafka refuses by the topic's rules, on its own, "
              "before it becomes a dead letter.");
    table.add_size(o.max_payload, "max-payload", 0, "BYTES", "Longer payloads are dead letters.",
                   {1, 64UL * 1024 * 1024});
    // A century, so that sums with a time of our own cannot overflow.
    constexpr milliseconds kLongest = std::chrono::hours{24 * 36'525};
    table.add(o.ts_max_age, "ts-max-age", 0, "DURATION",
              "A device's time older than this does not become Kafka's timestamp of the record.",
              {milliseconds{0}, kLongest});
    table.add(o.ts_max_ahead, "ts-max-ahead", 0, "DURATION", "The same for the future.",
              {milliseconds{0}, kLongest});
}

std::vector<mqtt::Url> parse_urls(const std::vector<std::string>& texts)
{
    std::vector<mqtt::Url> urls;
    for (const std::string& text : texts) {
        urls.push_back(mqtt::parse_url(text));
        const std::string name = mqtt::format_url(urls.back());
        if (std::any_of(urls.begin(), urls.end() - 1, [&name](const mqtt::Url& other) {
                return mqtt::format_url(other) == name;
            })) {
            throw usage_error("--mqtt: " + name + " is named twice");
        }
    }
    return urls;
}

void add_validation(cli::OptionTable& table, Options& o)
{
    cli::add_rules(table, o.rules, o.stage, o.flood);
}

/// Nothing is judged beyond the record's guards unless something asks for it.
std::optional<validation::StageSettings> make_stage(const Options& o)
{
    const auto& stage = o.stage;
    if (!o.rules.any() && !stage.limit && !stage.ts.max_age && !stage.ts.max_ahead &&
        !stage.sequence && !stage.skew) {
        return std::nullopt;
    }
    auto settings = stage;
    settings.key = {ops::random_seed(), ops::random_seed()};
    return settings;
}

bool is_sparkplug(const Options& o)
{
    return o.formats.format == formats::Format::sparkplug;
}

/// Sparkplug's topics say by themselves who speaks: the template is only what they all have.
TopicTemplate topics_of(const Options& o)
{
    return TopicTemplate{is_sparkplug(o) ? "spBv1.0/{deviceId}/#" : o.topic_template};
}

/// What is decoded by births must come in its order, each message once.
void require_sparkplug_order(const Options& o, bool has_template)
{
    if (has_template) {
        throw usage_error("--topic-template: with --format sparkplug the topics are those of the "
                          "standard");
    }
    if (o.mqtt.size() > 1 && !o.mqtt_cluster) {
        throw usage_error("--format sparkplug: several --mqtt that share nothing would mix up the "
                          "births of an edge node; give each a bridge, or say --mqtt-cluster");
    }
    if (o.no_recover && o.formats.sparkplug_state) {
        throw usage_error(
            "--no-recover: what is decoded twice would lead --sparkplug-state astray");
    }
}

void check_sharing(const Options& o)
{
    for (const std::string& filter : o.filters) {
        if (filter.starts_with("$share/")) {
            throw usage_error("--filter " + filter +
                              ": a shared subscription breaks the order of each device, and holds "
                              "back what a member had that died; if you want it nevertheless, name "
                              "its group with --shared");
        }
    }
    if (o.shared.find_first_of("/+#") != std::string::npos) {
        throw usage_error("--shared is the name of a group, without / + and #");
    }
}

/// Two that take turns are told apart from two that fight by the lease alone, so it must be one.
void check_lease(const Options& o)
{
    if (o.lease.empty()) {
        return;
    }
    cli::require_topic_name("--lease", o.lease);
    if (o.id.empty()) {
        throw usage_error("--lease needs --id: those who take turns share one");
    }
    if (!o.output.empty()) {
        throw usage_error("--lease is for records that go to Kafka, not to standard output");
    }
}

void add_checks(cli::OptionTable& table, Options& o)
{
    const auto* const topic_template_row = table.find("topic-template");
    table.check([&o, topic_template_row] {
        check_sharing(o);
        check_lease(o);
        if (is_sparkplug(o)) {
            require_sparkplug_order(o, topic_template_row->is_set());
        }
    });
    table.check([&o] {
        if (o.mqtt.empty()) {
            throw usage_error("--mqtt URL is needed: the broker to subscribe at");
        }
        if (!o.output.empty() && o.output != "-") {
            throw usage_error("--output takes only -, standard output");
        }
        if (o.output.empty() && o.kafka.brokers.empty() && !o.kafka.config_file) {
            throw usage_error("--brokers HOST:PORT,... is needed (or --output -)");
        }
        if (o.output.empty() && o.topic.empty()) {
            throw usage_error("--topic must name a Kafka topic");
        }
        if (o.output.empty()) {
            cli::require_topic_name("--topic", o.topic);
            cli::require_own_topic(o.dlq, "--topic", o.topic);
        }
        if (o.spill_dir && (o.dlq.to() == cli::DlqOptions::To::file ||
                            (o.dlq.target.empty() && !o.output.empty()))) {
            throw usage_error("--spill-dir is for dead letters in a topic; a file takes any size");
        }
        const std::vector<mqtt::Url> urls = parse_urls(o.mqtt);
        const auto all_lack = [&urls](auto what) {
            return std::none_of(urls.begin(), urls.end(), what);
        };
        if (all_lack([](const mqtt::Url& url) { return url.tls; }) &&
            (o.mqtt_ca || o.mqtt_cert || o.mqtt_key)) {
            throw usage_error("--mqtt-ca, --mqtt-cert and --mqtt-key need an mqtts:// URL");
        }
        if (o.mqtt_cert.has_value() != o.mqtt_key.has_value()) {
            throw usage_error("--mqtt-cert and --mqtt-key belong together");
        }
        if (o.mqtt_password_file && o.mqtt_user.empty() &&
            all_lack([](const mqtt::Url& url) { return !url.user.empty(); })) {
            throw usage_error("--mqtt-password-file needs a user: --mqtt-user NAME, or in the URL");
        }
        const TopicTemplate topic_template = topics_of(o);
        for (const std::string& filter : o.filters) {
            topic_template.require_agreement(filter);
        }
    });
}

void add_check(cli::OptionTable& table, Options& o)
{
    table.group("Proof");
    table
        .add(o.check, "check", 0,
             "Try out the MQTT broker, look at Kafka's topics and at the other options, name each "
             "setting that loses messages, and end; forward nothing.")
        .argv_only = true;
    table.add(o.mosquitto_conf, "mosquitto-conf", 0, "FILE",
              "With --check: the configuration that mosquitto was started with, for what cannot be "
              "seen from outside. One for each --mqtt, in their order.");
    table.check([&o] {
        if (!o.check && !o.mosquitto_conf.empty()) {
            throw usage_error("--mosquitto-conf is for --check");
        }
        if (o.mosquitto_conf.size() > o.mqtt.size()) {
            throw usage_error("--mosquitto-conf: more files than --mqtt has brokers");
        }
    });
}

std::string default_id()
{
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') {
        throw usage_error("this host has no name: give --id");
    }
    return std::string{"mqtt2kafka-"} + name.data();
}

/// The name under which the library finds the file; empty when there is none.
std::string readable(const std::optional<std::filesystem::path>& named, std::string_view flag)
{
    if (!named) {
        return {};
    }
    const auto file = cli::find_secret_file(*named);
    if (::access(file.c_str(), R_OK) != 0) {
        throw usage_error(std::string{flag} + ": " + file.string() + " cannot be read");
    }
    return file.string();
}

mqtt::SubscriberOptions make_subscriber(const Options& o)
{
    using std::chrono::duration_cast;
    mqtt::SubscriberOptions s;
    s.client_id = o.id.empty() ? default_id() : o.id;
    s.filters = o.filters;
    if (s.filters.empty()) {
        s.filters.push_back(is_sparkplug(o) ? "spBv1.0/#" : topics_of(o).filter());
    }
    if (!o.shared.empty()) {
        for (std::string& filter : s.filters) {
            filter.insert(0, "$share/" + o.shared + "/");
        }
    }
    if (o.mqtt_version != MqttVersion::automatic) {
        s.version = o.mqtt_version == MqttVersion::v5 ? mqtt::Version::v5 : mqtt::Version::v311;
    }
    s.keep_alive = duration_cast<seconds>(o.keep_alive);
    s.receive_maximum = static_cast<std::uint16_t>(o.receive_maximum);
    s.retained = o.retained;
    s.late_redeliveries = o.mqtt_cluster ? kLateRedeliveries : seconds{0};
    s.session_expiry = duration_cast<seconds>(o.session_expiry);
    s.user = o.mqtt_user;
    if (o.mqtt_password_file) {
        s.password = cli::read_secret_file("--mqtt-password-file", *o.mqtt_password_file);
    }
    s.ca_file = readable(o.mqtt_ca, "--mqtt-ca");
    s.cert_file = readable(o.mqtt_cert, "--mqtt-cert");
    s.key_file = readable(o.mqtt_key, "--mqtt-key");
    return s;
}

/// --max-payload is about what a device sends; what that is decoded to may be longer, as long as
/// it fits into a record that everybody reads.
void align_limits(Settings& s)
{
    constexpr std::size_t kEnvelope = 16UL * 1024;
    auto& limits = s.translate.limits;
    s.decode_limits.max_bytes = limits.max_payload_bytes;
    s.decode_limits.max_json =
        std::max(limits.max_payload_bytes, limits.max_line_bytes - kEnvelope);
    s.decode_limits.max_depth = limits.max_depth;
    limits.max_payload_bytes = s.decode_limits.max_json;
}

} // namespace

cli::OptionTable make_table(Options& options)
{
    cli::OptionTable table{"mqtt2kafka", "forward MQTT messages to Kafka, losing none",
                           "--mqtt URL --brokers LIST [OPTION]..."};
    add_mqtt(table, options);
    add_output(table, options);
    cli::add_formats(table, options.formats, cli::SparkplugOptions::all);
    add_validation(table, options);
    table.group("Operation");
    table.add(options.lease, "lease", 0, "TOPIC",
              "Connect only while we hold the lease of our --id, which partition 0 of this topic "
              "stands for: of several bridges with one id, one works and the others wait.");
    table.add(
        options.no_recover, "no-recover", 0,
        "Do not look for what Kafka has already: after a crash messages are forwarded twice.");
    table.add(options.drain_timeout, "drain-timeout", 0, "DURATION",
              "How long to wait for Kafka's confirmations when asked to stop.");
    cli::add_metrics(table, options.metrics);
    add_check(table, options);
    add_checks(table, options);
    table.example("mqtt2kafka --mqtt mqtt://localhost --brokers localhost:9092",
                  "forward devices/+/telemetry to device.telemetry");
    table.example("mqtt2kafka --mqtt mqtt://localhost --output - | jq .data",
                  "without Kafka; a pipe is no guarantee");
    return table;
}

Settings make_settings(const Options& o)
{
    Settings s;
    s.brokers = parse_urls(o.mqtt);
    s.rota.cluster = o.mqtt_cluster;
    s.subscriber = make_subscriber(o);
    s.window = {o.window, o.window_bytes};
    s.translate.topic_template = topics_of(o);
    s.translate.limits.max_payload_bytes = o.max_payload;
    s.formats = o.formats;
    if (o.formats.any()) {
        align_limits(s);
    }
    s.rules = o.rules;
    s.translate.stage = make_stage(o);
    s.resolve.flood = o.flood;
    s.resolve.flood_key = {ops::random_seed(), ops::random_seed()};
    s.translate.ts_max_age = o.ts_max_age;
    s.translate.ts_max_ahead = o.ts_max_ahead;
    s.cycle.park_after = std::min(s.cycle.park_after, o.keep_alive / 4);
    s.kafka = cli::kafka_properties(o.kafka);
    s.topic = o.output.empty() ? o.topic : "";
    s.dead_letters = {o.dlq.topic(), o.dlq.file()};
    if (o.dlq.target.empty() && !s.topic.empty()) {
        s.dead_letters.topic = s.topic + ".dlq";
    }
    s.spill_dir = o.spill_dir.value_or("").string();
    s.resolve.stuck_after = o.stuck_after;
    s.metrics_listen = o.metrics.listen;
    s.lease = o.lease;
    s.recover = !o.no_recover && !s.topic.empty();
    s.drain_timeout = o.drain_timeout;
    return s;
}

} // namespace tlm::mqtt2kafka
