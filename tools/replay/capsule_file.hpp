// SPDX-License-Identifier: Apache-2.0
// A capsule on disk, as an outlet and as a source.
#pragma once

#include "common/record/line_splitter.hpp"
#include "common/record/message_reader.hpp"
#include "tools/replay/capsule.hpp"
#include "tools/replay/message_source.hpp"
#include "tools/replay/outlet.hpp"
#include "tools/replay/zstd_stream.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tlm::replay {

/// Writes records into a new capsule, which is there whole once close() has returned, or not at
/// all.
class CapsuleOutlet final : public Outlet {
  public:
    /// `head`: capsule_head(). Throws Error usage when the file cannot be made.
    CapsuleOutlet(std::filesystem::path path, std::string_view head);

    [[nodiscard]] bool write(const Message& message, Place place) override;

    void serve(milliseconds) override {}

    void close() override;

    [[nodiscard]] const CapsuleEnd& contents() const noexcept { return m_end; }

  private:
    void write_line();

    ZstdWriter m_file;
    CapsuleEnd m_end;
    std::string m_line;
};

/// The lines of a capsule, whatever they are. Throws Error usage naming the file when it is
/// damaged.
class CapsuleLines {
  public:
    explicit CapsuleLines(std::filesystem::path path);

    /// Valid until the next call; empty at the end.
    [[nodiscard]] std::optional<std::string_view> next();

  private:
    std::filesystem::path m_path;
    ZstdReader m_file;
    LineSplitter m_lines;
    bool m_read = false;
};

/// Reads all of a capsule, to know before anything is replayed that nothing is missing, damaged or
/// behind its end. Returns the number of records. Throws Error usage naming the file when it is not
/// so.
[[nodiscard]] std::int64_t check_capsule(const std::filesystem::path& path);

/// Gives the records of a capsule that check_capsule() has found whole. Throws Error usage naming
/// the file when it is not, or when a line is no record.
class CapsuleInput final : public MessageSource {
  public:
    /// Begins with record `first`, counted from 1.
    CapsuleInput(std::filesystem::path path, std::int64_t first);

    [[nodiscard]] Next next(Message& message) override;

    [[nodiscard]] Place place() const override { return {0, m_record}; }

    [[nodiscard]] std::int64_t passed() const override { return m_record; }

    [[nodiscard]] std::int64_t total() const override { return m_total; }

    [[nodiscard]] int wake_fd() const override { return -1; }

    void check(Monotonic) override {} ///< nothing is ever waited for

  private:
    std::filesystem::path m_path;
    std::int64_t m_total;
    CapsuleLines m_lines;
    MessageReader m_reader;
    std::int64_t m_first;
    std::int64_t m_record = 0;
};

} // namespace tlm::replay
