// SPDX-License-Identifier: Apache-2.0
// A folder of payloads that are too large for any topic.
#pragma once

#include "common/base/unique_fd.hpp"
#include "common/flow/spill.hpp"

#include <string>

namespace tlm::ndjson {

/// One file a payload, named by its SHA-256 (so nothing that a device says names a file), with mode
/// 0600. A file appears whole or not at all: it is written under another name, fsynced and renamed,
/// and the folder is fsynced; what a crash left half-written is written again when the payload
/// comes again. The folder belongs to one process at a time. Used by one thread.
class SpillFolder final : public Spill {
  public:
    /// Throws Error usage when the folder is not there, not ours to write to, or in use.
    explicit SpillFolder(std::string path);

    [[nodiscard]] std::variant<Spilled, std::string> store(std::string_view payload) override;

  private:
    [[nodiscard]] bool kept(const std::string& name, std::size_t size) const;
    /// 0, or the errno of what failed.
    [[nodiscard]] int write(const std::string& name, std::string_view payload) const;

    std::string m_path;
    UniqueFd m_folder; ///< holds the lock as well
};

} // namespace tlm::ndjson
