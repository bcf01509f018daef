// SPDX-License-Identifier: Apache-2.0
// Lines to a file that must not lose them, as a sink.
#pragma once

#include "common/base/unique_fd.hpp"
#include "common/flow/sink.hpp"

#include <string>
#include <vector>

namespace tlm::ndjson {

/// Appends each value as one line to a file of its own, created with mode 0600 when it is missing.
/// A delivery means that the line is on disk: collect() and flush() write and fsync what was
/// sent. A line that a crash cut short is ended first; one that a full disk cut short is taken off
/// the file again. Failures throw Error fatal naming the file. Used by one thread.
class FileSink final : public Sink {
  public:
    /// Throws Error usage when the file cannot be opened for appending.
    explicit FileSink(std::string path);

    [[nodiscard]] bool send(const Output& output, Ticket ticket) override;
    void collect(std::vector<Delivery>& deliveries) override;
    [[nodiscard]] bool flush(milliseconds deadline) override;
    void close() override;

  private:
    void write_out();
    void sync();

    UniqueFd m_fd;
    std::string m_path;
    std::string m_buffer;
    std::vector<Ticket> m_unsynced;
    std::vector<Ticket> m_synced; ///< on disk, not collected yet
};

} // namespace tlm::ndjson
