// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/ledger_file.hpp"

#include "tools/sim/ledger_line.hpp"

namespace tlm::sim {

void LedgerFile::add(const Message& message)
{
    m_line.clear();
    append_ledger_line(m_line, message);
    (void)m_sink.send({.value = m_line}, 0); // a file is never full
}

void LedgerFile::commit()
{
    m_deliveries.clear();
    m_sink.collect(m_deliveries);
}

} // namespace tlm::sim
