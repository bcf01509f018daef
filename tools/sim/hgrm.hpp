// SPDX-License-Identifier: Apache-2.0
// A distribution as the text that HdrHistogram's own tools and plotters read.
#pragma once

#include "tools/sim/histogram.hpp"

#include <string>
#include <string_view>

namespace tlm::sim {

/// Appends the percentile distribution of `histogram` in milliseconds, in the layout of
/// HdrHistogram's outputPercentileDistribution() with five steps each time that the distance to
/// 100 % is halved. Where the times are invalid, the reason is a comment at the end.
void append_hgrm(std::string& out, const Histogram& histogram, std::string_view invalid = {});

} // namespace tlm::sim
