// SPDX-License-Identifier: Apache-2.0
// The ledgers of finished or running runs, read from disk.
#pragma once

#include "common/base/unique_fd.hpp"
#include "common/record/line_splitter.hpp"
#include "tools/sim/ledger_line.hpp"
#include "tools/sim/sent_messages.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace tlm::sim {

/// Reads ledgers as they grow. A line that a crash cut short stands at the end of its run: its
/// message was not sent. Anything else that is no ledger line throws Error usage. Used by one
/// thread.
class LedgerFiles {
  public:
    enum class Missing { wait, fail };

    /// `wait`: a file that does not exist yet may come. Throws Error usage when one cannot be read.
    LedgerFiles(const std::vector<std::string>& names, Missing missing);

    /// Gives `sent` what stands in the files by now and was not read before.
    void read(SentMessages& sent);

    /// The last line of a file needs no line break any more.
    void finish(SentMessages& sent);

    /// What ended until now is the past: see all_ended().
    void forget_ended() noexcept;

    /// True when in each file a run ended since forget_ended(), and none is going on.
    [[nodiscard]] bool all_ended() const noexcept;

    [[nodiscard]] std::uint64_t unfinished_runs() const noexcept;

    /// Read so far, in all files.
    [[nodiscard]] std::uint64_t lines() const noexcept { return m_lines; }

    /// False when a run was late by its own fault.
    [[nodiscard]] bool valid() const noexcept { return m_valid; }

    /// What the runs themselves measured.
    [[nodiscard]] const Latencies& latencies() const noexcept { return m_latencies; }

  private:
    struct File {
        explicit File(std::string name);

        std::string name;
        UniqueFd fd;
        LineSplitter lines;
        std::uint64_t bad_line = 0; ///< was no ledger line; 0: none
        std::uint64_t begun = 0;
        std::uint64_t ended = 0;
        std::uint64_t forgotten = 0; ///< of those that ended
        bool last_ended = false;     ///< the last run; others may have been killed
    };

    void open(File& file) const;
    void read(File& file, SentMessages& sent);
    void take_lines(File& file, SentMessages& sent);

    Missing m_missing;
    std::deque<File> m_files;
    LedgerReader m_reader;
    Latencies m_latencies;
    std::uint64_t m_lines = 0;
    bool m_valid = true;
};

} // namespace tlm::sim
