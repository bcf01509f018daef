// SPDX-License-Identifier: Apache-2.0
// Reads what is at a place now, to its end and no further.
#pragma once

#include "common/flow/source.hpp"
#include "tools/sim/hop.hpp"
#include "tools/sim/verify_settings.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tlm {
class RecordReader;

namespace ops {
class Shutdown;
}

namespace pg {
class Connection;
}
} // namespace tlm

namespace tlm::sim {

/// Gives each record of a topic to `take`, up to the ends that its partitions had when reading
/// began. False when a stop was requested before.
[[nodiscard]] bool read_topic(const VerifySettings& settings, const std::string& topic,
                              ops::Shutdown& shutdown,
                              const std::function<void(const Input&)>& take);

/// The same with the lines of a file; `-` is standard input.
[[nodiscard]] bool read_lines(const std::string& file, ops::Shutdown& shutdown,
                              const std::function<void(const Input&)>& take);

/// Connects to PostgreSQL, trying for connect_timeout.
[[nodiscard]] std::unique_ptr<pg::Connection> connect(const VerifySettings& settings,
                                                      ops::Shutdown& shutdown);

/// Gives the rows of the table to `hop`, as one snapshot has them.
[[nodiscard]] bool read_table(const VerifySettings& settings, ops::Shutdown& shutdown, Hop& hop);

/// Gives what tlm-ws shows of each device to `hop`.
[[nodiscard]] bool read_page(const VerifySettings& settings, ops::Shutdown& shutdown,
                             LastValueHop& hop);

/// Gives a record, as a line, to a hop.
void give_record(RecordReader& reader, std::string_view line, Hop& hop);

} // namespace tlm::sim
