// SPDX-License-Identifier: Apache-2.0
// The lines of a ledger: proof of what was sent, for whoever counts what arrived.
#pragma once

#include "tools/sim/latencies.hpp"
#include "tools/sim/run_summary.hpp"
#include "tools/sim/script.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tlm::sim {

/// A moment of wall time in microseconds since 1970.
using EpochMicros = std::int64_t;

/// Appends `{"deviceId":"…","boot":…,"seq":…,"ts":…,"digest":"<16 hex digits>","intended":…}`
/// without a newline; the digest is fnv1a() of the payload's bytes. A message with a fault has
/// `"fault":"KIND"` at the end.
void append_ledger_line(std::string& out, const Message& message, EpochMicros intended);

/// Appends `{"run":"begin","at":…}`.
void append_run_begin(std::string& out, EpochMicros at);

/// Appends `{"run":"end","at":…,"summary":{…}}`.
void append_run_end(std::string& out, EpochMicros at, const RunSummary& summary);

/// A message that was sent, as the ledger has it.
struct LedgerEntry {
    std::string_view device_id; ///< valid until the next read
    std::int64_t boot = 0;
    std::uint64_t seq = 0;
    std::optional<EpochMs> ts{};
    std::uint64_t digest = 0;
    std::optional<EpochMicros> intended{};
    std::string_view fault{}; ///< what was done to it on purpose, or empty; as device_id
};

struct RunBegin {
    EpochMicros at = 0;
};

struct RunEnd {
    bool valid = true;
    Latencies latencies{};
};

struct NotALedgerLine {
    bool lacks_digest = false; ///< else it would be one: it may be a record
};

using LedgerLine = std::variant<LedgerEntry, RunBegin, RunEnd, NotALedgerLine>;

/// Reads lines back. Members that it does not know are ignored. One instance serves one thread.
class LedgerReader {
  public:
    LedgerReader();
    LedgerReader(LedgerReader&&) noexcept;
    LedgerReader& operator=(LedgerReader&&) noexcept;
    ~LedgerReader();

    [[nodiscard]] LedgerLine read(std::string_view line);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::sim
