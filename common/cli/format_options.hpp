// SPDX-License-Identifier: Apache-2.0
// The options that say how payloads are encoded, alike in every tool that reads them.
#pragma once

#include "common/formats/format_sources.hpp"

namespace tlm::cli {

class OptionTable;

enum class SparkplugOptions {
    none, ///< the tool does not see the messages of an edge node in their order
    all,
};

/// Adds the group "Payload format" and checks what belongs to which format. The files are read
/// later, by common/codebook. `sources` must outlive the table.
void add_formats(OptionTable& table, formats::FormatSources& sources, SparkplugOptions sparkplug);

} // namespace tlm::cli
