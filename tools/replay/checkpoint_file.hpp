// SPDX-License-Identifier: Apache-2.0
// The file of --checkpoint.
#pragma once

#include "tools/replay/checkpoint.hpp"

#include <optional>
#include <string>

namespace tlm::replay {

/// A file that always holds one whole checkpoint.
class CheckpointFile {
  public:
    /// Throws Error usage, see replaceable_file().
    explicit CheckpointFile(const std::string& path);

    /// Empty when there is no such file. Throws Error usage when it cannot be read.
    [[nodiscard]] std::optional<Checkpoint> load() const;

    /// On disk when this returns. Throws Error fatal.
    void save(const Checkpoint& checkpoint) const;

  private:
    std::string m_path;
};

} // namespace tlm::replay
