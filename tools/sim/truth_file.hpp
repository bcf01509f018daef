// SPDX-License-Identifier: Apache-2.0
// The truth on disk: what was done to messages on purpose.
#pragma once

#include "common/ndjson/file_sink.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// Appends truth lines to a file. Failures throw Error fatal naming the file.
class TruthFile {
  public:
    /// Without a path nothing is kept. Throws Error usage when the file cannot be opened.
    explicit TruthFile(const std::optional<std::filesystem::path>& path)
    {
        if (path) {
            m_sink.emplace(path->string());
        }
    }

    /// Takes the lines, and leaves none.
    void add(std::string& lines)
    {
        if (m_sink && !lines.empty()) {
            lines.pop_back(); // the sink ends the last line
            (void)m_sink->send({.value = lines}, 0);
            if (++m_added % kSyncEach == 0) {
                m_deliveries.clear();
                m_sink->collect(m_deliveries);
            }
        }
        lines.clear();
    }

    /// What was added is on disk afterwards.
    void close()
    {
        if (m_sink) {
            m_sink->close();
        }
    }

  private:
    static constexpr std::size_t kSyncEach = 256; ///< the sink remembers what is not on disk

    std::optional<ndjson::FileSink> m_sink;
    std::vector<Delivery> m_deliveries; ///< scratch
    std::size_t m_added = 0;
};

} // namespace tlm::sim
