// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/options.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/ops/listen.hpp"
#include "tools/ws/admission.hpp"
#include "tools/ws/hub.hpp"

namespace tlm::ws {

namespace {

constexpr cli::Range<milliseconds> kAges{milliseconds{1'000}, milliseconds{2'592'000'000}};

void add_server(cli::OptionTable& table, Options& options)
{
    table.group("Server");
    table.add(options.listen, "listen", 0, "ADDR:PORT",
              "Where to serve the page and the WebSocket; an empty ADDR is every "
              "address, port 0 any free one.");
    auto& origin = table.add(options.allowed_origins, "allow-origin", 0, "ORIGIN",
                             "Let pages of this origin (https://dash.example.org) open the "
                             "WebSocket, beside those of this server; * lets all.");
    origin.expected = "* or an origin such as https://dash.example.org";
    origin.set = [&options](std::string_view text) {
        if (text != "*" && !is_origin(text)) {
            return false;
        }
        options.allowed_origins.emplace_back(text);
        return true;
    };
    table.add(options.max_clients, "max-clients", 0, "N", "WebSockets at the same time.",
              {1, 1'000'000});
    table.add(options.tick, "tick", 0, "DURATION",
              "How often changes are sent; less often while the machine cannot keep up.",
              {milliseconds{10}, milliseconds{60'000}});
    table.add(options.late, "late", 0, "DURATION",
              "On the page a device is late when nothing came for this long.", kAges);
    table.add(options.silent, "silent", 0, "DURATION", "Likewise silent; more than --late.", kAges);
    table.check([&options] {
        static_cast<void>(ops::parse_listen_address(options.listen, "--listen"));
        if (options.silent <= options.late) {
            throw usage_error("--silent must be more than --late");
        }
    });
}

void add_input(cli::OptionTable& table, Options& options)
{
    table.group("Input");
    table.add(options.topic, "topic", 't', "TOPIC",
              "Read every partition of this Kafka topic, without a consumer group.");
    auto& from = table.add(options.from, "from", 0, "WHEN",
                           "Where to begin in the topic: beginning, end, or a time (-15m, "
                           "2026-01-01T00:00:00Z).");
    from.expected = "beginning, end or a time such as -15m";
    from.set = [&options](std::string_view text) {
        options.from = text;
        return text == "beginning" || text == "end" || parse_time(text, 0).has_value();
    };
    table.add(options.from_stdin, "stdin", 0,
              "Read standard input; also what is read without --topic and FILE.");
    table.add(
        options.exit_at_end, "exit-at-end", 'e',
        "End when the input has ended and every client was sent it; otherwise go on serving.");
    table.operands(options.files, "FILE", "NDJSON to read; - is standard input.");
    table.check([&options] {
        if (!options.topic.empty() && options.kafka.brokers.empty() && !options.kafka.config_file) {
            throw usage_error("--topic needs --brokers (or --kafka-config)");
        }
        const int inputs = (options.topic.empty() ? 0 : 1) + (options.files.empty() ? 0 : 1) +
                           (options.from_stdin ? 1 : 0);
        if (inputs > 1) {
            throw usage_error("--topic, --stdin and FILE operands exclude each other");
        }
    });
}

} // namespace

cli::OptionTable make_table(Options& options)
{
    cli::OptionTable table{"tlm-ws", "serve the last values of devices to browsers, live",
                           "[OPTION]... [FILE]..."};
    add_server(table, options);
    add_input(table, options);
    cli::add_kafka(table, options.kafka);
    cli::add_connect_timeout(table, options.connect_timeout);
    table.find("connect-timeout")->help = "With --exit-at-end: give up with status 1 when no "
                                          "broker answers for so long at the start.";

    table.group("Limits");
    table.add(options.max_devices, "max-devices", 0, "N",
              "Devices to remember; records of further ones are counted and dropped.",
              {1, 100'000'000});
    table.add_size(options.max_value, "max-value", 0, "SIZE",
                   "Data and tags of a record beyond this are not kept, only its envelope.",
                   {1, Hub::kMaxValueBytes});

    cli::add_metrics(table, options.metrics);
    table.example("tlm-ws -b localhost:9092 -t device.telemetry",
                  "serve what is on the topic at http://127.0.0.1:8080/");
    table.example("kcat -C -b localhost:9092 -t device.telemetry | tlm-ws --stdin",
                  "the same of what a pipe brings");
    return table;
}

Settings make_settings(const Options& options)
{
    Settings settings;
    settings.listen = ops::parse_listen_address(options.listen, "--listen");
    settings.allowed_origins = options.allowed_origins;
    settings.max_clients = options.max_clients;
    settings.tick = options.tick;
    settings.late = options.late;
    settings.silent = options.silent;
    auto& input = settings.input;
    if (!options.topic.empty()) {
        input.kafka = cli::kafka_properties(options.kafka);
    }
    input.topic = options.topic;
    input.from = options.from;
    input.files = options.files;
    input.exit_at_end = options.exit_at_end;
    input.connect_timeout = options.connect_timeout.limit;
    settings.store = {options.max_devices, options.max_value};
    if (!options.metrics.listen.empty()) {
        settings.metrics_listen =
            ops::parse_listen_address(options.metrics.listen, "--metrics-listen");
    }
    return settings;
}

} // namespace tlm::ws
