// SPDX-License-Identifier: Apache-2.0
// Lines of files or stdin as a source.
#pragma once

#include "common/base/unique_fd.hpp"
#include "common/flow/source.hpp"
#include "common/record/line_splitter.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tlm::ndjson {

/// Reads lines from one file after another; `-` is stdin, no files at all is stdin as well. A line
/// is given as soon as its line break was read, a last line without one at the end of its file.
/// Position::origin is the name as given (`-` for stdin), Position::partition the index of the
/// file, Position::offset the line number, from 1. Used by one thread.
class LineSource final : public Source {
  public:
    /// Opens nothing yet: poll() throws Error usage when a file cannot be opened, and Error fatal
    /// when reading fails. A FIFO without a writer is waited for as for a pipe that is silent.
    explicit LineSource(std::vector<std::string> files, std::size_t max_line = 1024 * 1024);

    /// Reads at most once, up to 256 KiB: `batch` may be empty, before `wait` is over, within a
    /// long line and at the end of a file.
    SourceState poll(std::vector<Input>& batch, std::size_t max, milliseconds wait) override;

    void commit(std::int32_t, std::int64_t) override {}

    /// The file that is being read; -1 before the first poll() and after the end. A pipe or a
    /// terminal; a regular file is always readable. Lines that were read already but exceeded
    /// `max` are not seen by it: poll() until it gives fewer than `max`.
    [[nodiscard]] int wake_fd() const override;

    void close() override;

    /// Empty lines skipped so far.
    [[nodiscard]] std::uint64_t empty_lines() const noexcept;

  private:
    [[nodiscard]] bool open_next();
    [[nodiscard]] bool readable(milliseconds wait) const;
    void fill();
    void take_lines(std::vector<Input>& batch, std::size_t max);

    std::vector<std::string> m_files;
    std::size_t m_next_file = 0;
    std::size_t m_max_line;
    UniqueFd m_owned; ///< not stdin's
    int m_fd = -1;
    LineSplitter m_splitter;
    std::uint64_t m_empty_lines_before = 0; ///< of the files that are finished
    bool m_at_end = false;                  ///< the current file has no more bytes
};

} // namespace tlm::ndjson
