// SPDX-License-Identifier: Apache-2.0
// Dead letters on their way to a sink.
#pragma once

#include "common/base/time.hpp"
#include "common/flow/sink.hpp"
#include "common/record/dead_letter.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tlm {

/// Where dead letters go: to `topic`, else to `file`, else (both empty, or the file is `-`) to
/// stderr. kafka::open_dead_letters() opens the one, ndjson::open_dead_letters() the others.
struct DeadLetterTarget {
    std::string topic;
    std::string file;
};

/// Sends dead letters to a sink of their own: as Kafka records (payload and key unchanged, the
/// rest as headers) or as lines of NDJSON. What was rejected may be acknowledged when its delivery
/// says so, not before. Used by one thread.
class DeadLetters {
  public:
    enum class Form {
        record, ///< for a topic: value = payload, headers of dead_letter_headers()
        line,   ///< for a file or stderr: append_dead_letter()
    };

    DeadLetters(std::unique_ptr<Sink> sink, Form form) : m_sink(std::move(sink)), m_form(form) {}

    /// As Sink::send().
    [[nodiscard]] bool send(const DeadLetter& letter, Ticket ticket);

    void collect(std::vector<Delivery>& deliveries) { m_sink->collect(deliveries); }

    [[nodiscard]] bool flush(milliseconds deadline) { return m_sink->flush(deadline); }

    void close() { m_sink->close(); }

    [[nodiscard]] Form form() const noexcept { return m_form; }

  private:
    std::unique_ptr<Sink> m_sink;
    Form m_form;
    std::string m_line;
};

} // namespace tlm
