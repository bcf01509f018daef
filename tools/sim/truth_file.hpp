// SPDX-License-Identifier: Apache-2.0
// The truth, kept: what was done to messages on purpose.
#pragma once

#include "common/base/error.hpp"
#include "common/ndjson/file_sink.hpp"
#include "common/ndjson/line_sink.hpp"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// Appends truth lines to a file, or to standard output. Failures throw Error fatal naming it; a
/// reader of standard output that has gone is none.
class TruthFile {
  public:
    /// `-` is standard output; without a path nothing is kept. Throws Error usage when the file
    /// cannot be opened.
    explicit TruthFile(const std::optional<std::filesystem::path>& path)
    {
        if (path == "-") {
            m_sink = std::make_unique<ndjson::LineSink>(STDOUT_FILENO, "standard output");
            m_each = 1;
        } else if (path) {
            m_sink = std::make_unique<ndjson::FileSink>(path->string());
        }
    }

    /// Takes the lines, and leaves none.
    void add(std::string& lines)
    {
        if (m_sink && !lines.empty()) {
            lines.pop_back(); // the sink ends the last line
            bool taken = m_sink->send({.value = lines}, 0);
            if (++m_added % m_each == 0) {
                taken = m_sink->flush(kPatience) && taken;
                m_deliveries.clear();
                m_sink->collect(m_deliveries);
            }
            if (!taken) {
                throw fatal_error("the truth could not be written in time");
            }
        }
        lines.clear();
    }

    /// What was added is on disk afterwards, or with the reader of standard output.
    void close()
    {
        if (m_sink) {
            m_sink->close();
        }
    }

  private:
    static constexpr std::size_t kSyncEach = 256; ///< the sink remembers what is not on disk
    static constexpr milliseconds kPatience{60'000};

    std::unique_ptr<Sink> m_sink;
    std::vector<Delivery> m_deliveries; ///< scratch
    std::size_t m_each = kSyncEach;     ///< so many calls of add() go out together
    std::size_t m_added = 0;
};

} // namespace tlm::sim
