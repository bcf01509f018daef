// SPDX-License-Identifier: Apache-2.0
// The log: one escaped line an event, on stderr.
#pragma once

#include "common/base/time.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// Events for the administrator. Every function may be called on any thread, also before start()
/// (text, level info). Each event is one write(2) to stderr and never throws: a log that cannot be
/// written must not stop the work. Control bytes and invalid UTF-8 are written escaped.
namespace tlm::log {

enum class Level { debug, info, warning, error };

enum class Format {
    automatic, ///< journal when stderr is the journal, else text
    text,      ///< `2026-01-01T00:00:00.123Z INFO text`
    json,      ///< `{"ts":…,"level":"info","program":…,"message":…}`
    journal,   ///< `<6>text`: the journal has its own clock
};

struct Settings {
    std::string program;
    Level level = Level::info; ///< events below it are dropped
    Format format = Format::automatic;
};

/// Call once, before other threads log.
void start(const Settings& settings);

[[nodiscard]] bool enabled(Level level) noexcept;

void write(Level level, std::string_view message) noexcept;

/// The line of one event, with its newline. `automatic` counts as text.
[[nodiscard]] std::string format_line(Format format, Level level, EpochMs time,
                                      std::string_view program, std::string_view message);

/// Text that is safe on a terminal and on one line: `\n \r \t`, `\xHH` for other control bytes, for
/// the control characters U+0080 to U+009F and for bytes that are not UTF-8; a backslash is
/// doubled.
[[nodiscard]] std::string escape(std::string_view text);

template <typename... Args>
void event(Level level, fmt::format_string<Args...> format, Args&&... args) noexcept
{
    if (!enabled(level)) {
        return;
    }
    try {
        write(level, fmt::format(format, std::forward<Args>(args)...));
    } catch (...) {
        write(level, "an event could not be formatted: out of memory");
    }
}

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) noexcept
{
    event(Level::debug, format, std::forward<Args>(args)...);
}

template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) noexcept
{
    event(Level::info, format, std::forward<Args>(args)...);
}

template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) noexcept
{
    event(Level::warning, format, std::forward<Args>(args)...);
}

template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) noexcept
{
    event(Level::error, format, std::forward<Args>(args)...);
}

/// Lets one event through each interval and counts the others: one object a call site, as
/// `static log::RateLimit limit(10s); limit.warn("broker {} is away", name);`. Any thread.
class RateLimit {
  public:
    explicit RateLimit(milliseconds interval) noexcept : m_interval(interval) {}

    template <typename... Args>
    void warn(fmt::format_string<Args...> format, Args&&... args) noexcept
    {
        limited(Level::warning, format, std::forward<Args>(args)...);
    }

    template <typename... Args>
    void error(fmt::format_string<Args...> format, Args&&... args) noexcept
    {
        limited(Level::error, format, std::forward<Args>(args)...);
    }

    template <typename... Args>
    void info(fmt::format_string<Args...> format, Args&&... args) noexcept
    {
        limited(Level::info, format, std::forward<Args>(args)...);
    }

    /// True when an event may pass now; `suppressed` is how many did not since the last that did.
    [[nodiscard]] bool pass(Monotonic now, std::uint64_t& suppressed) noexcept;

  private:
    template <typename... Args>
    void limited(Level level, fmt::format_string<Args...> format, Args&&... args) noexcept
    {
        std::uint64_t suppressed = 0;
        if (!enabled(level) || !pass(std::chrono::steady_clock::now(), suppressed)) {
            return;
        }
        if (suppressed == 0) {
            event(level, format, std::forward<Args>(args)...);
            return;
        }
        try {
            write(level, fmt::format("{} ({} more like this were not shown)",
                                     fmt::format(format, std::forward<Args>(args)...), suppressed));
        } catch (...) {
            write(level, "an event could not be formatted: out of memory");
        }
    }

    milliseconds m_interval;
    std::atomic<std::int64_t> m_next_ns{0}; ///< monotonic; 0 before the first event
    std::atomic<std::uint64_t> m_suppressed{0};
};

} // namespace tlm::log
