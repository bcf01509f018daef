// SPDX-License-Identifier: Apache-2.0
#include "common/ops/log.hpp"

#include "common/base/json_text.hpp"
#include "common/base/units.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace tlm::log {

namespace {

/// The length of the UTF-8 sequence at the start of `text`, 0 when there is none.
std::size_t utf8_length(std::string_view text) noexcept
{
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return is_utf8(text.substr(0, length)) ? length : 0;
}

/// C0, DEL, and C1 in its two-byte form: a terminal may act on them.
bool is_control(std::string_view character) noexcept
{
    const auto first = static_cast<unsigned char>(character[0]);
    if (character.size() == 1) {
        return first < 0x20 || first == 0x7F;
    }
    return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

std::string json_string(std::string_view text)
{
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string_view name_of(Level level) noexcept
{
    switch (level) {
    case Level::debug:
        return "DEBUG";
    case Level::info:
        return "INFO";
    case Level::warning:
        return "WARNING";
    case Level::error:
        return "ERROR";
    }
    return "";
}

std::string_view json_name_of(Level level) noexcept
{
    switch (level) {
    case Level::debug:
        return "debug";
    case Level::info:
        return "info";
    case Level::warning:
        return "warning";
    case Level::error:
        return "error";
    }
    return "";
}

/// The priorities of syslog(3).
int priority_of(Level level) noexcept
{
    switch (level) {
    case Level::debug:
        return 7;
    case Level::info:
        return 6;
    case Level::warning:
        return 4;
    case Level::error:
        return 3;
    }
    return 6;
}

spdlog::level::level_enum spdlog_level(Level level) noexcept
{
    switch (level) {
    case Level::debug:
        return spdlog::level::debug;
    case Level::info:
        return spdlog::level::info;
    case Level::warning:
        return spdlog::level::warn;
    case Level::error:
        return spdlog::level::err;
    }
    return spdlog::level::info;
}

Level level_of(spdlog::level::level_enum level) noexcept
{
    if (level >= spdlog::level::err) {
        return Level::error;
    }
    if (level == spdlog::level::warn) {
        return Level::warning;
    }
    return level == spdlog::level::info ? Level::info : Level::debug;
}

/// Writes each event to stderr at once: stdio would hold it back or split it.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit StderrSink(Settings settings) : m_settings(std::move(settings)) {}

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override
    {
        const auto time = std::chrono::duration_cast<milliseconds>(message.time.time_since_epoch());
        const std::string line =
            format_line(m_settings.format, level_of(message.level), time.count(),
                        m_settings.program, {message.payload.data(), message.payload.size()});
        std::string_view rest = line;
        while (!rest.empty()) {
            const ssize_t n = ::write(STDERR_FILENO, rest.data(), rest.size());
            if (n < 0 && errno == EINTR) {
                continue;
            }
            if (n <= 0) {
                return; // nowhere to say so
            }
            rest.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    void flush_() override {}

  private:
    Settings m_settings;
};

/// True when stderr is the stream that systemd names in JOURNAL_STREAM (device:inode).
bool stderr_is_journal()
{
    const char* const stream = std::getenv("JOURNAL_STREAM"); // NOLINT(concurrency-mt-unsafe)
    struct stat status = {};
    return stream != nullptr && ::fstat(STDERR_FILENO, &status) == 0 &&
           fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

std::shared_ptr<spdlog::logger> make_logger(Settings settings)
{
    if (settings.format == Format::automatic) {
        settings.format = stderr_is_journal() ? Format::journal : Format::text;
    }
    const auto level = spdlog_level(settings.level);
    auto logger = std::make_shared<spdlog::logger>("tlm", std::make_shared<StderrSink>(settings));
    logger->set_level(level);
    return logger;
}

/// The logger of the process; on the heap for good, so that threads may log while statics go.
std::shared_ptr<spdlog::logger>& logger()
{
    static auto* const instance = new std::shared_ptr<spdlog::logger>(make_logger({}));
    return *instance;
}

std::atomic<Level> g_level{Level::info};

} // namespace

void start(const Settings& settings)
{
    logger() = make_logger(settings);
    g_level.store(settings.level, std::memory_order_relaxed);
}

bool enabled(Level level) noexcept
{
    return level >= g_level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view message) noexcept
{
    try {
        logger()->log(spdlog_level(level), spdlog::string_view_t{message.data(), message.size()});
    } catch (...) {
        return; // out of memory while logging: the work goes on
    }
}

std::string format_line(Format format, Level level, EpochMs time, std::string_view program,
                        std::string_view message)
{
    switch (format) {
    case Format::json:
        return fmt::format(R"({{"ts":{},"level":{},"program":{},"message":{}}})"
                           "\n",
                           time, json_string(json_name_of(level)), json_string(program),
                           json_string(message));
    case Format::journal:
        return fmt::format("<{}>{}\n", priority_of(level), escape(message));
    case Format::automatic:
    case Format::text:
        break;
    }
    return fmt::format("{} {} {}\n", format_rfc3339(time), name_of(level), escape(message));
}

std::string escape(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        text.remove_prefix(character.size());
        if (length != 0 && !is_control(character)) {
            out += character == "\\" ? "\\\\" : character;
        } else if (character == "\n") {
            out += "\\n";
        } else if (character == "\r") {
            out += "\\r";
        } else if (character == "\t") {
            out += "\\t";
        } else {
            for (const char c : character) {
                out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
            }
        }
    }
    return out;
}

bool RateLimit::pass(Monotonic now, std::uint64_t& suppressed) noexcept
{
    using std::chrono::nanoseconds;
    const std::int64_t time =
        std::chrono::duration_cast<nanoseconds>(now.time_since_epoch()).count();
    std::int64_t next = m_next_ns.load(std::memory_order_relaxed);
    const std::int64_t after = time + std::chrono::duration_cast<nanoseconds>(m_interval).count();
    // Of threads that arrive together one moves the mark and passes; the others are counted.
    if ((next != 0 && time < next) ||
        !m_next_ns.compare_exchange_strong(next, after, std::memory_order_relaxed)) {
        m_suppressed.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    suppressed = m_suppressed.exchange(0, std::memory_order_relaxed);
    return true;
}

} // namespace tlm::log
