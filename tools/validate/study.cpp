// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/study.hpp"

#include "common/base/counted.hpp"
#include "common/base/error.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/ndjson/line_sink.hpp"
#include "common/ndjson/line_source.hpp"
#include "common/ops/log.hpp"
#include "common/rulebook/schema_files.hpp"
#include "common/schema/program.hpp"
#include "common/schema/unknown_keywords.hpp"
#include "tools/validate/infer.hpp"
#include "tools/validate/whatif.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <vector>

namespace tlm::validate {

namespace {

constexpr std::size_t kInputsAtOnce = 1000;

/// Writes to stdout and sees that it arrives.
void print(std::string_view text)
{
    ndjson::LineSink sink(STDOUT_FILENO, "standard output");
    text.remove_suffix(text.ends_with('\n') ? 1 : 0);
    static_cast<void>(sink.send({.value = text}, 1));
    sink.close();
}

/// Gives each item to `take` until the input ends. False when a stop was requested.
bool read_all(Source& source, const ops::Shutdown& shutdown,
              const std::function<void(std::size_t, const Input&)>& take)
{
    std::vector<Input> inputs;
    auto state = SourceState::open;
    while (state == SourceState::open && !shutdown.requested()) {
        state = source.poll(inputs, kInputsAtOnce, milliseconds{0});
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            take(i, inputs[i]);
        }
        if (inputs.empty() && state == SourceState::open) {
            std::array fds{pollfd{source.wake_fd(), POLLIN, 0}, pollfd{shutdown.fd(), POLLIN, 0}};
            static_cast<void>(::poll(fds.data(), fds.size(), 1000));
        }
    }
    source.close();
    return state == SourceState::finished;
}

/// All of a topic from --since on, as it is now: without a group, so nothing remembers it.
std::unique_ptr<kafka::KafkaSource> open_topic(const Settings& settings, const std::string& topic,
                                               ops::Shutdown& shutdown)
{
    kafka::SourceOptions source;
    source.properties = settings.kafka;
    source.topic = topic;
    source.stop_at_end = true;
    source.skip_gaps = true;
    if (settings.since) {
        source.start = {kafka::Start::At::time, *settings.since};
    }
    auto opened = std::make_unique<kafka::KafkaSource>(source);
    if (opened->wait_until_known(settings.connect_timeout, shutdown.fd()) == kafka::Wait::stopped) {
        return nullptr;
    }
    return opened;
}

/// The lines of the files or stdin.
bool read_lines(const Settings& settings, const ops::Shutdown& shutdown,
                const std::function<void(const Input&)>& take)
{
    ndjson::LineSource source(settings.files);
    return read_all(source, shutdown, [&take](std::size_t, const Input& input) { take(input); });
}

std::string table_of(const WhatIf& whatif)
{
    const auto& rows = whatif.rows();
    std::size_t type = 4;
    std::size_t firmware = 8;
    for (const auto& [kind, row] : rows) {
        type = std::max(type, log::escape(kind.first).size());
        firmware = std::max(firmware, log::escape(kind.second).size());
    }
    WhatIf::Row total;
    auto text = fmt::format("{:{}}  {:{}}  {:>10}  {:>10}  {:>10}  {}\n", "TYPE", type, "FIRMWARE",
                            firmware, "RECORDS", "NEWLY FAIL", "NEWLY PASS", "FOR EXAMPLE");
    const auto add = [&](const std::string& first, const std::string& second,
                         const WhatIf::Row& row) {
        auto line = fmt::format("{:{}}  {:{}}  {:>10}  {:>10}  {:>10}  {}", log::escape(first),
                                type, log::escape(second), firmware, row.records, row.newly_fail,
                                row.newly_pass, log::escape(row.example));
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    for (const auto& [kind, row] : rows) {
        add(kind.first, kind.second, row);
        total.records += row.records;
        total.newly_fail += row.newly_fail;
        total.newly_pass += row.newly_pass;
    }
    add("all", "", total);
    return text;
}

void read_topic(const Settings& settings, const std::string& topic, ops::Shutdown& shutdown,
                WhatIf& whatif)
{
    const auto source = open_topic(settings, topic, shutdown);
    if (!source) {
        return;
    }
    std::vector<Header> headers;
    static_cast<void>(read_all(*source, shutdown, [&](std::size_t index, const Input& input) {
        source->headers(index, headers);
        std::string_view from = topic;
        std::string_view reason;
        for (const auto& header : headers) {
            if (header.name == "mqtt-topic" || header.name == "tlm-source-mqtt-topic") {
                from = header.value;
            } else if (header.name == "tlm-reason") {
                reason = header.value;
            }
        }
        if (reason.empty()) {
            whatif.line(input.value, from);
        } else {
            whatif.dead_letter(input.value, input.key, reason, from);
        }
    }));
}

/// Members that a schema has and its draft does not know: it is good, and may not say what it was
/// meant to.
void print_hints(const std::string& file, const schema::Schema& schema)
{
    constexpr std::size_t kMost = 100;
    const auto root = schema.program().documents.front()->doc.root();
    for (const auto& unknown : schema::unknown_keywords(root, schema.draft(), kMost)) {
        const auto meant =
            unknown.meant.empty() ? std::string{} : "; did you mean '" + unknown.meant + "'?";
        print(fmt::format("{}: unknown keyword '{}' at {}: {} ignores it{}", file,
                          log::escape(unknown.keyword), log::escape(unknown.pointer),
                          schema::draft_name(unknown.draft), meant));
    }
}

} // namespace

ExitStatus check(const Settings& settings)
{
    if (settings.files.empty()) {
        throw usage_error("check: name the schemas to look at");
    }
    auto status = ExitStatus::ok;
    rulebook::SchemaFolders folders(settings.rules.schema_dirs);
    for (const auto& file : settings.files) {
        try {
            const auto schema = rulebook::compile_file(file, settings.rules, folders, "check");
            const auto& program = schema->program();
            print(fmt::format("{}: good, {}: {}, {}", file, schema::draft_name(schema->draft()),
                              counted(program.nodes.size(), "subschema"),
                              counted(program.patterns.size(), "pattern")));
            print_hints(file, *schema);
        } catch (const Error& error) {
            log::error("{}", error.what());
            status = error.exit_status();
        }
    }
    return status;
}

ExitStatus infer(const Settings& settings, ops::Shutdown& shutdown)
{
    if (!settings.topic.empty()) {
        throw usage_error("infer reads files or standard input: take a sample with kcat -C -c");
    }
    Sketch sketch;
    RecordReader records;
    ValueReader values;
    std::uint64_t watched = 0;
    std::uint64_t skipped = 0;
    const bool complete = read_lines(settings, shutdown, [&](const Input& input) {
        if (settings.values && !values.read(input.value)) {
            sketch.watch(values.value());
        } else if (!settings.values && std::holds_alternative<Record>(records.read(input.value))) {
            sketch.watch(records.data());
        } else {
            ++skipped;
            return;
        }
        ++watched;
    });
    if (skipped != 0) {
        log::warn("skipped: {} without a {}", counted(skipped, "line"),
                  settings.values ? "JSON value" : "record");
    }
    if (complete && watched == 0) { // a draft of nothing would accept everything
        throw fatal_error("infer: the input has nothing to draft a schema from");
    }
    if (complete) {
        print(sketch.draft());
    }
    return settings.strict && skipped != 0 ? ExitStatus::rejected : ExitStatus::ok;
}

ExitStatus whatif(const Settings& settings, ops::Shutdown& shutdown)
{
    if (!settings.rules.schema && !settings.rules.schema_map) {
        throw usage_error("whatif: name the new schema with --schema (or --schema-map)");
    }
    WhatIf whatif(rulebook::load_schemas(settings.rules));
    if (!settings.topic.empty()) {
        read_topic(settings, settings.topic, shutdown, whatif);
        if (!settings.dead_letters.topic.empty()) {
            read_topic(settings, settings.dead_letters.topic, shutdown, whatif);
        }
    } else if (!read_lines(settings, shutdown,
                           [&whatif](const Input& input) { whatif.line(input.value, ""); })) {
        return ExitStatus::ok;
    }
    if (whatif.unreadable() != 0) {
        log::warn("skipped: {} with neither a record nor a dead letter",
                  counted(whatif.unreadable(), "line"));
    }
    if (whatif.beyond_schemas() != 0) {
        log::info("{} not rejected by a schema: no schema lets that pass",
                  counted(whatif.beyond_schemas(), "dead letter"));
    }
    print(table_of(whatif));
    const bool fails = std::any_of(whatif.rows().begin(), whatif.rows().end(),
                                   [](const auto& row) { return row.second.newly_fail != 0; });
    return settings.strict && fails ? ExitStatus::rejected : ExitStatus::ok;
}

} // namespace tlm::validate
