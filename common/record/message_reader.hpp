// SPDX-License-Identifier: Apache-2.0
// A line of JSON back into a Kafka record.
#pragma once

#include "common/record/message.hpp"
#include "common/record/reject.hpp"

#include <memory>
#include <string_view>

namespace tlm {

/// Reads what append_message() writes, and what people make of it with jq: members in any order,
/// those it does not know skipped. `value` (or `value_b64`) must be there, so that a slip never
/// becomes a tombstone; the others may be missing: no key, no headers, no timestamp, partition and
/// offset not known. One thread.
class MessageReader {
  public:
    MessageReader();
    ~MessageReader();
    MessageReader(const MessageReader&) = delete;
    MessageReader& operator=(const MessageReader&) = delete;

    /// The message is valid until the next call.
    [[nodiscard]] Verdict<Message> read(std::string_view line);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm
