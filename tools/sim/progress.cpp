// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/progress.hpp"

#include "common/ops/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <string>

namespace tlm::sim {
namespace {

constexpr std::chrono::seconds kInterval{1};

void write_line(const std::string& text)
{
    const std::string line = "\r" + text + "\x1b[K"; // erase to the end of the line
    (void)!::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace

Progress::Progress(Monotonic start)
    : m_shown(::isatty(STDERR_FILENO) != 0 && log::enabled(log::Level::info)),
      m_last(start),
      m_next(start + kInterval)
{}

void Progress::show(Monotonic now, const std::string& status)
{
    if (m_shown && now >= m_next) {
        write_line(status);
        m_last = now;
        m_next = now + kInterval;
    }
}

void Progress::show(Monotonic now, std::uint64_t sent, std::uint64_t unconfirmed,
                    const std::string& status)
{
    if (!m_shown || now < m_next) {
        return;
    }
    const auto seconds = std::chrono::duration<double>{now - m_last}.count();
    write_line(fmt::format("sent {}, to confirm {}, {:.0f}/s{}{}", sent, unconfirmed,
                           static_cast<double>(sent - m_sent) / seconds, status.empty() ? "" : ", ",
                           status));
    m_sent = sent;
    m_last = now;
    m_next = now + kInterval;
}

void Progress::clear() const
{
    if (m_shown) {
        write_line("");
    }
}

} // namespace tlm::sim
