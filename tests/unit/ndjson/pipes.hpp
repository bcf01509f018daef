// SPDX-License-Identifier: Apache-2.0
// Pipes and a stdin of their own for tests.
#pragma once

#include "common/base/unique_fd.hpp"
#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <string_view>

class Pipe {
  public:
    explicit Pipe(int flags = 0)
    {
        int ends[2];
        REQUIRE(::pipe2(ends, flags | O_CLOEXEC) == 0);
        reader.reset(ends[0]);
        writer.reset(ends[1]);
    }

    /// What is in the pipe now; the reading end must be non-blocking or have something.
    [[nodiscard]] std::string take(std::size_t most = 1 << 20) const
    {
        std::string text(most, '\0');
        const auto got = ::read(reader.get(), text.data(), text.size());
        text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return text;
    }

    tlm::UniqueFd reader;
    tlm::UniqueFd writer;
};

/// Stands in for stdin as long as it lives.
class StdinPipe {
  public:
    StdinPipe() : m_before(::dup(STDIN_FILENO)) { ::dup2(m_pipe.reader.get(), STDIN_FILENO); }

    StdinPipe(const StdinPipe&) = delete;
    StdinPipe& operator=(const StdinPipe&) = delete;

    ~StdinPipe() { ::dup2(m_before.get(), STDIN_FILENO); }

    void write(std::string_view text) const
    {
        REQUIRE(::write(m_pipe.writer.get(), text.data(), text.size()) ==
                static_cast<ssize_t>(text.size()));
    }

  private:
    Pipe m_pipe;
    tlm::UniqueFd m_before;
};
