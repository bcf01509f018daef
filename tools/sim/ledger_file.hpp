// SPDX-License-Identifier: Apache-2.0
// The ledger on disk.
#pragma once

#include "common/base/unique_fd.hpp"
#include "tools/sim/script.hpp"

#include <filesystem>
#include <string>

namespace tlm::sim {

/// Appends ledger lines to a file. What commit() returned for survives a crash of the machine, so
/// commit before sending: the ledger never lacks a message that went out. Failures throw Error
/// fatal naming the file.
class LedgerFile {
  public:
    /// Throws Error usage when the file cannot be opened for appending.
    explicit LedgerFile(const std::filesystem::path& path);

    void add(const Message& message);

    /// Writes and syncs the lines added since the last call.
    void commit();

  private:
    std::string m_name;
    UniqueFd m_fd;
    bool m_can_sync = true;
    std::string m_buffer;
};

} // namespace tlm::sim
