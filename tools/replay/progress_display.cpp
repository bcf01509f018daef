// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/progress_display.hpp"

#include "common/ops/log.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <string>

namespace tlm::replay {

namespace {

ShowProgress choose(ShowProgress show, bool lines_elsewhere)
{
    if (show != ShowProgress::automatic) {
        return show;
    }
    if (!log::enabled(log::Level::info)) {
        return ShowProgress::none;
    }
    if (::isatty(STDERR_FILENO) == 0) {
        return ShowProgress::json;
    }
    return lines_elsewhere ? ShowProgress::bar : ShowProgress::none;
}

milliseconds interval(ShowProgress show, bool asked_for)
{
    constexpr milliseconds kBar{200};
    constexpr milliseconds kJson{1000};
    constexpr milliseconds kUnasked{10'000};
    if (show == ShowProgress::bar) {
        return kBar;
    }
    return asked_for ? kJson : kUnasked;
}

std::size_t terminal_width()
{
    constexpr std::size_t kUsual = 80;
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

} // namespace

ProgressDisplay::ProgressDisplay(ShowProgress show, bool lines_elsewhere)
    : m_asked_for(show != ShowProgress::automatic),
      m_show(choose(show, lines_elsewhere)),
      m_interval(interval(m_show, m_asked_for)),
      m_start(std::chrono::steady_clock::now()),
      m_next(m_start + m_interval)
{}

void ProgressDisplay::turn(Monotonic now, const std::function<Progress()>& state)
{
    if (!shown() || now < m_next) {
        return;
    }
    m_next = now + m_interval;
    write(state());
}

void ProgressDisplay::finish(const std::function<Progress()>& state)
{
    if (m_show == ShowProgress::json) {
        if (m_asked_for || m_said) {
            write(state());
        }
    } else if (m_show == ShowProgress::bar) {
        constexpr std::string_view kErase = "\r\x1b[K";
        (void)!::write(STDERR_FILENO, kErase.data(), kErase.size());
    }
}

void ProgressDisplay::write(const Progress& progress)
{
    m_said = true;
    auto shown = progress;
    shown.elapsed =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - m_start);
    const auto line = m_show == ShowProgress::json
                          ? progress_json(shown) + '\n'
                          : '\r' + progress_bar(shown, terminal_width() - 1) + "\x1b[K";
    (void)!::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace tlm::replay
