// SPDX-License-Identifier: Apache-2.0
#include "tools/store/options.hpp"

#include "common/base/error.hpp"
#include "common/pg/conninfo.hpp"
#include "common/pgwire/identifier.hpp"

#include <unistd.h>

#include <array>

namespace tlm::store {

namespace {

void add_postgres(cli::OptionTable& table, Options& options)
{
    table.group("PostgreSQL");
    table
        .add(options.postgres, "postgres", 0, "URI",
             "Where to store: postgresql://[USER@]HOST[:PORT]/DATABASE or a libpq connection "
             "string, without password.")
        .default_note = "libpq's PG* variables";
    table.add(options.postgres_file, "postgres-file", 0, "FILE",
              "File that holds the connection string, password included; readable by its owner "
              "alone.");
    table.add(options.table, "table", 0, "[SCHEMA.]TABLE",
              "Table of the rows; created when it is missing.");
    table.add(options.offset_table, "offset-table", 0, "[SCHEMA.]TABLE",
              "Table of the next offsets; created when it is missing.");
    table.add(options.max_rows, "max-rows", 0, "N", "Rows in a transaction, at most.",
              {1, 1'000'000});
    table.add_size(options.max_bytes, "max-bytes", 0, "SIZE",
                   "Bytes of records in a transaction, about; twice that is held in memory.",
                   {1024, 1U << 30U});
    table.add(options.max_delay, "max-delay", 0, "DURATION",
              "How long a row waits for others before its transaction begins.");
    table.add(options.hang_timeout, "hang-timeout", 0, "DURATION",
              "Give a connection up when a transaction makes no progress for so long.",
              {milliseconds{1'000}});
    table.check([&options] {
        for (const auto& [flag, name] :
             {std::pair{"--table", &options.table}, {"--offset-table", &options.offset_table}}) {
            if (!pg::parse_table_name(*name)) {
                throw usage_error(
                    std::string{flag} + ": '" + *name +
                    "' is not a table's name: NAME or SCHEMA.NAME, each of lower-case "
                    "letters, digits and _, beginning with no digit, up to 63");
            }
        }
        if (!options.postgres.empty() && options.postgres_file) {
            throw usage_error("--postgres and --postgres-file exclude each other");
        }
        pg::check_conninfo(options.postgres, pg::Origin::argv, "--postgres");
    });
}

std::string conninfo(const Options& options)
{
    if (!options.postgres_file) {
        return options.postgres;
    }
    auto text = cli::read_secret_file("--postgres-file", *options.postgres_file);
    pg::check_conninfo(text, pg::Origin::file, "--postgres-file");
    return text;
}

std::string owner()
{
    std::array<char, 256> host{};
    static_cast<void>(::gethostname(host.data(), host.size() - 1));
    return std::string{host.data()} + ':' + std::to_string(::getpid());
}

PipelineSettings pipeline_settings(const Options& options)
{
    PipelineSettings settings;
    auto& writer = settings.writer;
    writer.connection.conninfo = conninfo(options);
    writer.connection.purpose =
        options.input.topic.empty() ? "tlm-store" : "tlm-store " + options.input.group;
    writer.target = {pg::parse_table_name(options.table).value(),
                     pg::parse_table_name(options.offset_table).value(), options.input.group,
                     options.input.topic};
    writer.owner = options.member.empty() ? owner() : options.member + '@' + owner();
    writer.wait_for_repair = !options.input.topic.empty();
    writer.hang_timeout = options.hang_timeout;
    settings.max_rows = options.max_rows;
    settings.max_bytes = options.max_bytes;
    settings.max_delay = options.max_delay;
    settings.drain_timeout = options.drain_timeout;
    settings.connect_timeout = options.connect_timeout.limit;
    if (!options.input.files.empty()) {
        settings.files = options.input.files;
    }
    settings.strict = options.strict;
    return settings;
}

} // namespace

cli::OptionTable make_table(Options& options)
{
    cli::OptionTable table("tlm-store", "store telemetry in PostgreSQL, exactly once",
                           "[OPTION]... [FILE]...");
    cli::add_input(table, options.input, options.kafka, "tlm-store");
    table.add(options.member, "member", 0, "NAME",
              "Fixed name of this member of the group: a restart is then no rebalance.");
    table.add(options.skip_gaps, "skip-gaps", 0,
              "Go on when Kafka has deleted records before they were read, and count them; without "
              "it that ends the program.");
    cli::add_kafka(table, options.kafka);
    add_postgres(table, options);
    cli::add_dlq(table, options.dlq, options.kafka);
    table.check(
        [&options] { cli::require_own_topic(options.dlq, "--topic", options.input.topic); });
    table.add(options.strict, "strict", 0,
              "Exit with status 3 when records were rejected (FILE or standard input).");
    cli::add_metrics(table, options.metrics);
    cli::add_connect_timeout(table, options.connect_timeout);
    table.find("connect-timeout")->help =
        "From FILE or standard input: give up with status 1 when PostgreSQL, or Kafka for dead "
        "letters, does not answer for so long at the start. With --topic the program is a service "
        "and waits.";
    table.add(options.drain_timeout, "drain-timeout", 0, "DURATION",
              "After a signal to stop, how long to go on storing what was read, dead letters "
              "included.");
    table.example("tlm-store -b kafka:9092 -t device.telemetry --postgres postgresql:///tlm",
                  "Store a topic, exactly once.");
    table.example("tlm-sim --count 100 | tlm-store --postgres postgresql:///tlm",
                  "Store what a program writes.");
    return table;
}

Settings make_settings(const Options& options)
{
    Settings settings;
    settings.pipeline = pipeline_settings(options);
    settings.kafka = kafka::Properties{cli::kafka_properties(options.kafka)};
    if (options.input.from() == cli::InputOptions::From::kafka) {
        auto& topic = settings.topic.emplace();
        topic.properties = settings.kafka;
        topic.topic = options.input.topic;
        topic.group = options.input.group;
        topic.member = options.member;
        topic.skip_gaps = options.skip_gaps;
    }
    settings.files = options.input.files;
    settings.dead_letters = {options.dlq.topic(), options.dlq.file()};
    settings.metrics_listen = options.metrics.listen;
    return settings;
}

} // namespace tlm::store
