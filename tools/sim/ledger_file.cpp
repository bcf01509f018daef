// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/ledger_file.hpp"

#include "common/base/error.hpp"
#include "tools/sim/ledger_line.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace tlm::sim {
namespace {

std::string reason(int number)
{
    return std::generic_category().message(number);
}

} // namespace

LedgerFile::LedgerFile(const std::filesystem::path& path)
    : m_name(path.string()),
      m_fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644))
{
    if (!m_fd) {
        throw usage_error("--ledger: cannot open " + m_name + ": " + reason(errno));
    }
}

void LedgerFile::add(const Message& message)
{
    append_ledger_line(m_buffer, message);
}

void LedgerFile::commit()
{
    if (m_buffer.empty()) {
        return;
    }
    std::string_view rest = m_buffer;
    while (!rest.empty()) {
        const auto count = ::write(m_fd.get(), rest.data(), rest.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            throw fatal_error("cannot write the ledger " + m_name + ": " + reason(errno));
        }
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    m_buffer.clear();
    if (m_can_sync && ::fdatasync(m_fd.get()) != 0) {
        if (errno != EINVAL && errno != EROFS) { // what pipes and devices answer: nothing to sync
            throw fatal_error("cannot sync the ledger " + m_name + ": " + reason(errno));
        }
        m_can_sync = false;
    }
}

} // namespace tlm::sim
