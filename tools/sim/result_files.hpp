// SPDX-License-Identifier: Apache-2.0
// Where results are written: standard output, or files of their own.
#pragma once

#include "tools/sim/latencies.hpp"

#include <string>
#include <string_view>

namespace tlm::sim {

/// Writes `text` and a line break to a file, in the place of what it held, or to standard output
/// (`-`). Throws Error fatal naming it.
void write_result(const std::string& target, std::string_view text);

/// The file that the latencies of a hop go to.
[[nodiscard]] std::string latency_file_name(const std::string& target, std::string_view hop);

/// Writes a latency file as JSON. A name that ends with .hgrm gets HdrHistogram's text instead: one
/// file a hop, NAME-HOP.hgrm. Throws as write_result().
void write_latencies(const std::string& target, const LatencyFile& file);

} // namespace tlm::sim
