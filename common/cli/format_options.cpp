// SPDX-License-Identifier: Apache-2.0
#include "common/cli/format_options.hpp"

#include "common/base/error.hpp"
#include "common/cli/groups.hpp"
#include "common/cli/option_table.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlm::cli {

using formats::Format;
using formats::FormatSources;

namespace {

void add_protobuf(OptionTable& table, FormatSources& sources)
{
    using formats::ProtobufNames;
    table
        .add(sources.proto_desc, "proto-desc", 0, "FILE",
             "protobuf: descriptor set, as protoc and buf write it, see tlm-formats(5).")
        .complete = Complete::file;
    table.add(sources.proto_message, "proto-message", 0, "NAME",
              "protobuf: the type of the messages: package.Message.");
    table.add_choice(sources.proto_names, "proto-names", 0, "WHICH",
                     "protobuf, confluent: members are called as in JSON (lowerCamelCase) or as in "
                     "the .proto file.",
                     {{"json", ProtobufNames::json}, {"proto", ProtobufNames::proto}});
    table.add_choice(sources.int64_as_string, "proto-int64", 0, "HOW",
                     "protobuf, confluent: 64-bit integers as a number or a string.",
                     {{"number", false}, {"string", true}});
    table.add(sources.write_defaults, "proto-defaults", 0,
              "protobuf, confluent: write fields that are absent, because they are zero.");
}

void add_registry(OptionTable& table, FormatSources& sources)
{
    auto& registry = table.add(sources.registry, "schema-registry", 0, "DIR|URL",
                               "confluent: folder of ID.desc and ID.json, or a registry's "
                               "http:// or https:// URL.");
    registry.complete = Complete::directory;
    table
        .add(sources.registry_cache, "schema-registry-cache", 0, "DIR",
             "confluent: folder for what the registry at a URL gave, for the next start.")
        .complete = Complete::directory;
    table
        .add(sources.registry_ca, "schema-registry-ca", 0, "FILE",
             "confluent: certificates (PEM) that the registry's must come from.")
        .default_note = "the system's";
    table.add(sources.registry_login, "schema-registry-login", 0, "FILE",
              "confluent: file with USER:PASSWORD for the registry.");
}

void add_sparkplug(OptionTable& table, FormatSources& sources)
{
    table
        .add(sources.sparkplug_state, "sparkplug-state", 0, "FILE",
             "sparkplug: file that keeps names and aliases over a restart.")
        .complete = Complete::file;
    table.add(sources.sparkplug_rebirth, "sparkplug-rebirth", 0,
              "sparkplug: ask edge nodes for the births that are missing.");
}

std::string_view name_of(Format format)
{
    switch (format) {
    case Format::json:
        return "json";
    case Format::protobuf:
        return "protobuf";
    case Format::sparkplug:
        return "sparkplug";
    case Format::cloudevents:
        return "cloudevents";
    case Format::confluent:
        return "confluent";
    }
    return {};
}

/// An option, and the formats that it says something to.
struct Belongs {
    const Option* option;
    std::vector<Format> formats;
};

/// Rows stay where they are when the table moves.
std::vector<Belongs> belongings(OptionTable& table)
{
    const std::vector<std::pair<std::string_view, std::vector<Format>>> all{
        {"proto-desc", {Format::protobuf}},
        {"proto-message", {Format::protobuf}},
        {"proto-names", {Format::protobuf, Format::confluent}},
        {"proto-int64", {Format::protobuf, Format::confluent}},
        {"proto-defaults", {Format::protobuf, Format::confluent}},
        {"schema-registry", {Format::confluent}},
        {"schema-registry-cache", {Format::confluent}},
        {"schema-registry-ca", {Format::confluent}},
        {"schema-registry-login", {Format::confluent}},
        {"sparkplug-state", {Format::sparkplug}},
        {"sparkplug-rebirth", {Format::sparkplug}},
    };
    std::vector<Belongs> found;
    for (const auto& [name, formats] : all) {
        if (const auto* const option = table.find(name)) {
            found.push_back({option, formats});
        }
    }
    return found;
}

void require_use(const std::vector<Belongs>& options, Format format)
{
    for (const auto& [option, formats] : options) {
        const bool used = std::find(formats.begin(), formats.end(), format) != formats.end();
        if (option->is_set() && !used) {
            throw usage_error("--" + option->name + " belongs to --format " +
                              std::string{name_of(formats.front())} + ", not to " +
                              std::string{name_of(format)});
        }
    }
}

void require_registry(const FormatSources& sources)
{
    if (sources.registry.empty()) {
        throw usage_error("--format confluent needs --schema-registry DIR or URL");
    }
    const bool url = sources.registry_is_url();
    if (!url && sources.registry.find("://") != std::string::npos) {
        throw usage_error("--schema-registry takes a folder, or an http:// or https:// URL");
    }
    if (url && sources.registry.find('@') != std::string::npos) {
        throw usage_error("--schema-registry: a user and password stand in the file of "
                          "--schema-registry-login, not in the URL");
    }
    if (!url && (sources.registry_cache || sources.registry_ca || sources.registry_login)) {
        throw usage_error("--schema-registry-cache, -ca and -login are for a registry at a URL");
    }
    if (sources.registry_login) {
        static_cast<void>(read_secret_file("--schema-registry-login", *sources.registry_login));
    }
}

void require_agreement(FormatSources& sources)
{
    if (sources.format == Format::protobuf &&
        (!sources.proto_desc || sources.proto_message.empty())) {
        throw usage_error("--format protobuf needs --proto-desc FILE and --proto-message NAME");
    }
    if (sources.format == Format::confluent) {
        require_registry(sources);
        if (sources.registry_login) {
            sources.registry_login = find_secret_file(*sources.registry_login);
        }
    }
}

} // namespace

void add_formats(OptionTable& table, FormatSources& sources, SparkplugOptions sparkplug)
{
    table.group("Payload format");
    std::vector<std::pair<std::string, Format>> choices{{"json", Format::json},
                                                        {"protobuf", Format::protobuf},
                                                        {"cloudevents", Format::cloudevents},
                                                        {"confluent", Format::confluent}};
    if (sparkplug == SparkplugOptions::all) {
        choices.insert(choices.begin() + 2, {"sparkplug", Format::sparkplug});
    }
    table.add_choice(
        sources.format, "format", 'f', "FORMAT",
        "How payloads are encoded, see tlm-formats(5). All but json are decoded first.", choices);
    add_protobuf(table, sources);
    add_registry(table, sources);
    if (sparkplug == SparkplugOptions::all) {
        add_sparkplug(table, sources);
    }
    table.check([&sources, options = belongings(table)] {
        require_use(options, sources.format);
        require_agreement(sources);
    });
}

} // namespace tlm::cli
