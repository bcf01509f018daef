// SPDX-License-Identifier: Apache-2.0
// Lines to a descriptor as a sink.
#pragma once

#include "common/flow/sink.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tlm::ndjson {

/// Writes each value as one line to a descriptor that it does not own (stdout, stderr). Lines go
/// out when 64 KiB are full and at flush(): call that whenever the input has nothing waiting. A
/// delivery means that write(2) took the bytes: a pipe guarantees no more. Used by one thread.
///
/// SIGPIPE must be ignored. When the reader has gone (EPIPE), nothing is thrown: reader_gone() is
/// true, what was not written and all that follows is delivered with an error, and the program
/// should stop its input and end with status 0. Every other failure, a full disk among them, throws
/// Error fatal naming `name`; of a regular file the line that did not fit is taken off again.
class LineSink final : public Sink {
  public:
    LineSink(int fd, std::string name);

    [[nodiscard]] bool send(const Output& output, Ticket ticket) override;
    void collect(std::vector<Delivery>& deliveries) override;

    /// Waits where the descriptor is non-blocking; a blocking one may exceed the deadline.
    [[nodiscard]] bool flush(milliseconds deadline) override;
    void close() override;

    [[nodiscard]] bool reader_gone() const noexcept { return m_reader_gone; }

  private:
    struct Pending {
        Ticket ticket;
        std::size_t end; ///< index in m_buffer behind its line
    };

    [[nodiscard]] bool write_some(milliseconds wait);
    void confirm(std::size_t written);
    void fail_pending();

    int m_fd;
    std::string m_name;
    std::string m_buffer;
    std::vector<Pending> m_pending;
    std::vector<Delivery> m_deliveries;
    bool m_reader_gone = false;
};

} // namespace tlm::ndjson
