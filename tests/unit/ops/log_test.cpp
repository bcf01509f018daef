// SPDX-License-Identifier: Apache-2.0
#include "common/base/unique_fd.hpp"
#include "common/ops/log.hpp"
#include "tests/support/catch.hpp"

#include <unistd.h>

#include <array>
#include <thread>
#include <vector>

namespace tlm::log {

namespace {

using namespace std::string_view_literals;

/// Sends stderr into a pipe while it lives.
class CapturedStderr {
  public:
    CapturedStderr()
    {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        m_read.reset(ends[0]);
        m_saved.reset(::dup(STDERR_FILENO));
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[1]);
    }

    CapturedStderr(const CapturedStderr&) = delete;
    CapturedStderr& operator=(const CapturedStderr&) = delete;

    ~CapturedStderr() { restore(); }

    /// All that was written. Less than a pipe holds.
    std::string text()
    {
        restore();
        std::string text;
        std::array<char, 4096> buffer{};
        for (ssize_t n = 0; (n = ::read(m_read.get(), buffer.data(), buffer.size())) > 0;) {
            text.append(buffer.data(), static_cast<std::size_t>(n));
        }
        return text;
    }

  private:
    void restore()
    {
        if (m_saved) {
            ::dup2(m_saved.get(), STDERR_FILENO);
            m_saved.reset();
        }
    }

    UniqueFd m_read;
    UniqueFd m_saved;
};

} // namespace

TEST_CASE("log: nothing reaches a terminal raw", "[ops]")
{
    CHECK(escape("plain, ünïcode €\U0001F600") == "plain, ünïcode €\U0001F600");
    CHECK(escape("a\nb\r\tc") == "a\\nb\\r\\tc");
    CHECK(escape("\x1b[31m\0\x7f"sv) == "\\x1b[31m\\x00\\x7f");
    CHECK(escape("back\\slash") == "back\\\\slash");
    CHECK(escape("\xc2\x9b") == "\\xc2\\x9b");          // C1: CSI in one character
    CHECK(escape("\xff\xc3") == "\\xff\\xc3");          // not UTF-8, cut off
    CHECK(escape("\xed\xa0\x80") == "\\xed\\xa0\\x80"); // a surrogate
    CHECK(escape("\xc0\xaf") == "\\xc0\\xaf");          // too long a form
    CHECK(escape("\xe2\x82"
                 "a") == "\\xe2\\x82"
                         "a");
}

TEST_CASE("log: no byte makes a second line", "[ops]")
{
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            for (const Format format : {Format::text, Format::json, Format::journal}) {
                const std::string line = format_line(format, Level::info, 0, "p", text);
                const auto control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; };
                if (std::count_if(line.begin(), line.end(), control) != 1 || line.back() != '\n') {
                    FAIL("bytes " << first << " " << second << " came through");
                }
            }
        }
    }
}

TEST_CASE("log: the three forms of a line", "[ops]")
{
    const EpochMs time = 1767225600123;
    CHECK(format_line(Format::text, Level::warning, time, "p", "a\nb") ==
          "2026-01-01T00:00:00.123Z WARNING a\\nb\n");
    CHECK(format_line(Format::json, Level::error, time, "p\"q", "a\n\"b\"") ==
          "{\"ts\":1767225600123,\"level\":\"error\",\"program\":\"p\\\"q\","
          "\"message\":\"a\\n\\\"b\\\"\"}\n");
    CHECK(format_line(Format::journal, Level::debug, time, "p", "a") == "<7>a\n");
    CHECK(format_line(Format::journal, Level::info, time, "p", "a") == "<6>a\n");
    CHECK(format_line(Format::journal, Level::warning, time, "p", "a") == "<4>a\n");
    CHECK(format_line(Format::journal, Level::error, time, "p", "a") == "<3>a\n");
}

TEST_CASE("log: levels below the chosen one are dropped", "[ops]")
{
    CapturedStderr captured;
    start({"p", Level::warning, Format::journal});
    info("no");
    warn("one {}", 1);
    error("two {}", "x");
    start({"p", Level::debug, Format::journal});
    debug("three");
    CHECK(captured.text() == "<4>one 1\n<3>two x\n<7>three\n");
}

TEST_CASE("log: threads do not mix their lines", "[ops]")
{
    CapturedStderr captured;
    start({"p", Level::info, Format::journal});
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (int n = 0; n < 100; ++n) {
                info("0123456789 0123456789");
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    std::string expected;
    for (int n = 0; n < 400; ++n) {
        expected += "<6>0123456789 0123456789\n";
    }
    CHECK(captured.text() == expected);
}

TEST_CASE("log: a rate limit passes one an interval and counts the rest", "[ops]")
{
    RateLimit limit{milliseconds{1000}};
    const Monotonic start{std::chrono::hours{1}};
    std::uint64_t suppressed = 99;
    CHECK(limit.pass(start, suppressed));
    CHECK(suppressed == 0);
    CHECK_FALSE(limit.pass(start, suppressed));
    CHECK_FALSE(limit.pass(start + milliseconds{999}, suppressed));
    CHECK(limit.pass(start + milliseconds{1000}, suppressed));
    CHECK(suppressed == 2);
    CHECK(limit.pass(start + milliseconds{5000}, suppressed));
    CHECK(suppressed == 0);
}

TEST_CASE("log: a limited event says how many are missing", "[ops]")
{
    CapturedStderr captured;
    start({"p", Level::info, Format::journal});
    RateLimit always{milliseconds{0}};
    always.warn("a {}", 1);
    RateLimit never{std::chrono::hours{1}};
    never.error("b");
    never.error("b");
    CHECK(captured.text() == "<4>a 1\n<3>b\n");
}

} // namespace tlm::log
