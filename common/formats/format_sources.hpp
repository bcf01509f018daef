// SPDX-License-Identifier: Apache-2.0
// How payloads are encoded, and where it stands what they mean, as the user named it.
#pragma once

#include "common/formats/protobuf_schema.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace tlm::formats {

enum class Format : std::uint8_t {
    json, ///< nothing is decoded
    protobuf,
    sparkplug,
    cloudevents,
    confluent,
};

/// Plain names and values: the command line fills them in, common/codebook reads the files.
struct FormatSources {
    Format format = Format::json;
    std::optional<std::filesystem::path> proto_desc; ///< protobuf: a descriptor set
    std::string proto_message;                       ///< its type: `pkg.Message`
    ProtobufNames proto_names = ProtobufNames::json;
    bool int64_as_string = false;
    bool write_defaults = false;

    std::string registry; ///< confluent: a folder, or an http:// or https:// URL
    std::optional<std::filesystem::path> registry_cache; ///< folder for what a URL gave
    std::optional<std::filesystem::path> registry_ca;    ///< certificates (PEM) of a URL
    std::optional<std::filesystem::path> registry_login; ///< file with USER:PASSWORD

    std::optional<std::filesystem::path> sparkplug_state; ///< what births told, kept over restarts
    bool sparkplug_rebirth = false;                       ///< ask for missing births

    [[nodiscard]] bool any() const noexcept { return format != Format::json; }

    [[nodiscard]] bool registry_is_url() const noexcept
    {
        return registry.starts_with("http://") || registry.starts_with("https://");
    }
};

} // namespace tlm::formats
