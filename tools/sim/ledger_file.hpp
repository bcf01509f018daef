// SPDX-License-Identifier: Apache-2.0
// The ledger on disk.
#pragma once

#include "common/ndjson/file_sink.hpp"
#include "tools/sim/ledger_line.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace tlm::sim {

/// Appends ledger lines to a file. What commit() returned for survives a crash of the machine, so
/// commit before sending: the ledger never lacks a message that went out. Failures throw Error
/// fatal naming the file.
class LedgerFile {
  public:
    /// Throws Error usage when the file cannot be opened for appending.
    explicit LedgerFile(const std::filesystem::path& path) : m_sink(path.string()) {}

    /// The line that the messages of this run follow.
    void begin(EpochMicros at);

    void add(const Message& message, EpochMicros intended);

    /// The last line of the run. Nothing but commit() may follow.
    void end(EpochMicros at, const RunSummary& summary);

    /// Writes and syncs the lines added since the last call.
    void commit();

  private:
    void send_line();

    ndjson::FileSink m_sink;
    std::string m_line;
    std::vector<Delivery> m_deliveries; ///< scratch: a sink that does not throw has delivered
};

} // namespace tlm::sim
