// SPDX-License-Identifier: Apache-2.0
// What decodes payloads, made of the files and the registry that the user named.
#pragma once

#include "common/formats/format_sources.hpp"
#include "common/formats/payload_decoder.hpp"

#include <memory>

namespace tlm::codebook {

struct Codebook {
    std::unique_ptr<formats::SchemaSource> schemas;   ///< of `decoder`, which looks into it
    std::unique_ptr<formats::PayloadDecoder> decoder; ///< null: payloads are JSON as they come
    formats::SparkplugPayloads* sparkplug = nullptr;  ///< `decoder`, where it is that
};

/// Reads what is there at the start; a registry is asked when a message names a schema. Throws
/// Error usage that names the file and what is wrong.
[[nodiscard]] Codebook open_codebook(const formats::FormatSources& sources,
                                     const formats::DecodeLimits& limits);

} // namespace tlm::codebook
