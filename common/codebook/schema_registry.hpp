// SPDX-License-Identifier: Apache-2.0
// Registered schemas out of a folder or a registry.
#pragma once

#include "common/formats/format_sources.hpp"
#include "common/formats/schema_cache.hpp"

#include <memory>

namespace tlm::codebook {

/// A folder of ID.desc and ID.json, or a registry that speaks Confluent's HTTP interface, whose
/// answers are kept in such a folder when there is one. fetch() never waits: what the registry was
/// not asked yet, or cannot answer now, is an Error transient until it has. A schema that is there
/// and cannot be used (Avro, a damaged file) is said to the log, and why in what is given. Throws
/// Error usage when a folder or file is not there.
[[nodiscard]] std::unique_ptr<formats::SchemaSource>
open_registry(const formats::FormatSources& sources);

} // namespace tlm::codebook
