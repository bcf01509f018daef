// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/ledger_file.hpp"

namespace tlm::sim {

void LedgerFile::begin(EpochMicros at)
{
    append_run_begin(m_line, at);
    send_line();
}

void LedgerFile::add(const Message& message, EpochMicros intended)
{
    append_ledger_line(m_line, message, intended);
    send_line();
}

void LedgerFile::end(EpochMicros at, const RunSummary& summary)
{
    append_run_end(m_line, at, summary);
    send_line();
}

void LedgerFile::send_line()
{
    (void)m_sink.send({.value = m_line}, 0); // a file is never full
    m_line.clear();
}

void LedgerFile::commit()
{
    m_deliveries.clear();
    m_sink.collect(m_deliveries);
}

} // namespace tlm::sim
