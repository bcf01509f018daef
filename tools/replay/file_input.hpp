// SPDX-License-Identifier: Apache-2.0
// Records out of a file of lines as a source.
#pragma once

#include "common/ndjson/line_source.hpp"
#include "common/record/message_reader.hpp"
#include "tools/replay/message_source.hpp"
#include "tools/replay/refusal.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tlm::replay {

/// Reads what append_message() writes, `-` being stdin. A line that is no record is named in the
/// log and counted, and the next one is read. Throws Error usage when it is a capsule that came
/// through a pipe.
class FileInput final : public MessageSource {
  public:
    /// Begins with line `first`, counted from 1.
    FileInput(std::string file, std::int64_t first, Refusals& refusals);

    [[nodiscard]] Next next(Message& message) override;

    [[nodiscard]] Place place() const override { return m_place; }

    [[nodiscard]] std::int64_t passed() const override { return m_place.at; }

    [[nodiscard]] std::int64_t total() const override { return 0; }

    [[nodiscard]] int wake_fd() const override { return m_lines.wake_fd(); }

    void check(Monotonic) override {} ///< who writes the file may take their time

  private:
    [[nodiscard]] bool take(const Input& line, Message& message);

    ndjson::LineSource m_lines;
    MessageReader m_reader;
    std::int64_t m_first;
    Refusals& m_refusals;
    std::vector<Input> m_batch;
    std::size_t m_at = 0; ///< in m_batch
    Place m_place;
    SourceState m_state = SourceState::open;
};

} // namespace tlm::replay
