// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/ndjson/file_sink.hpp"
#include "common/ndjson/line_sink.hpp"
#include "common/ndjson/open_dead_letters.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/ndjson/pipes.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

using namespace tlm;
using namespace std::chrono_literals;
using ndjson::FileSink;
using ndjson::LineSink;

namespace {

std::string text_of(const std::filesystem::path& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

std::vector<Delivery> collected(Sink& sink)
{
    std::vector<Delivery> deliveries;
    sink.collect(deliveries);
    return deliveries;
}

/// No file grows beyond so many bytes while it lives: as on a disk that is full.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) : m_handler(std::signal(SIGXFSZ, SIG_IGN))
    {
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &m_before) == 0);
        const rlimit limit{bytes, m_before.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }

    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

    ~FileSizeLimit()
    {
        static_cast<void>(::setrlimit(RLIMIT_FSIZE, &m_before));
        static_cast<void>(std::signal(SIGXFSZ, m_handler));
    }

  private:
    void (*m_handler)(int);
    rlimit m_before{};
};

} // namespace

TEST_CASE("line sink: lines go out at flush and are delivered then", "[ndjson]")
{
    const Pipe pipe;
    LineSink sink(pipe.writer.get(), "stdout");
    REQUIRE(sink.send({.value = "a"}, 1));
    REQUIRE(sink.send({.value = "b"}, 2));
    CHECK(collected(sink).empty());
    CHECK(sink.flush(1000ms));
    CHECK(pipe.take() == "a\nb\n");
    const auto deliveries = collected(sink);
    REQUIRE(deliveries.size() == 2);
    CHECK(deliveries[1].ticket == 2);
    CHECK(deliveries[1].delivered);
}

TEST_CASE("line sink: 64 KiB go out by themselves", "[ndjson]")
{
    const Pipe pipe(O_NONBLOCK);
    LineSink sink(pipe.writer.get(), "stdout");
    REQUIRE(sink.send({.value = std::string(40'000, 'x')}, 1));
    CHECK(pipe.take().empty());
    REQUIRE(sink.send({.value = std::string(25'535, 'x')}, 2));
    CHECK(pipe.take().size() == 65'537 - 1);
}

TEST_CASE("line sink: a slow reader makes it full, nothing is lost", "[ndjson]")
{
    const Pipe pipe(O_NONBLOCK);
    LineSink sink(pipe.writer.get(), "stdout");
    const std::string line(99'999, 'x');
    Ticket sent = 0;
    while (sink.send({.value = line}, sent)) {
        ++sent;
        REQUIRE(sent < 100);
    }
    CHECK_FALSE(sink.flush(0ms));
    std::size_t received = 0;
    for (int i = 0; i < 1000 && !sink.flush(0ms); ++i) {
        received += pipe.take().size();
    }
    received += pipe.take().size();
    CHECK(received == sent * 100'000);
    CHECK(collected(sink).size() == sent);
}

TEST_CASE("line sink: a reader that has gone is no error", "[ndjson]")
{
    std::signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    LineSink sink(pipe.writer.get(), "stdout");
    REQUIRE(sink.send({.value = "a"}, 1));
    pipe.reader.reset();
    CHECK(sink.flush(0ms));
    CHECK(sink.reader_gone());
    REQUIRE(sink.send({.value = "b"}, 2));
    const auto deliveries = collected(sink);
    REQUIRE(deliveries.size() == 2);
    CHECK_FALSE(deliveries[0].delivered);
    CHECK_FALSE(deliveries[1].delivered);
    CHECK_NOTHROW(sink.close());
}

TEST_CASE("line sink: a full disk is fatal and named", "[ndjson]")
{
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    LineSink sink(full.get(), "stdout");
    REQUIRE(sink.send({.value = "a"}, 1));
    try {
        static_cast<void>(sink.flush(0ms));
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::fatal);
        CHECK_THAT(error.what(), Catch::Contains("stdout") && Catch::Contains("space"));
    }
    CHECK(collected(sink).empty());
}

TEST_CASE("file sink: appends, for the owner only, and ends a line that was cut", "[ndjson]")
{
    const TemporaryFolder folder;
    const auto path = (folder.path() / "letters").string();
    {
        FileSink sink(path);
        REQUIRE(sink.send({.value = "a"}, 1));
        const auto deliveries = collected(sink);
        REQUIRE(deliveries.size() == 1);
        CHECK(deliveries[0].delivered);
        CHECK(text_of(folder.path() / "letters") == "a\n");
        sink.close();
    }

    struct stat status {};

    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);

    static_cast<void>(folder.write("letters", "a\ncut"));
    FileSink sink(path);
    REQUIRE(sink.send({.value = "b"}, 2));
    CHECK(sink.flush(0ms));
    CHECK(text_of(folder.path() / "letters") == "a\ncut\nb\n");
}

TEST_CASE("file sink: a full disk is fatal, and nothing is delivered", "[ndjson]")
{
    FileSink sink("/dev/full");
    REQUIRE(sink.send({.value = "a"}, 1));
    std::vector<Delivery> deliveries;
    CHECK_THROWS_AS(sink.collect(deliveries), Error);
    CHECK(deliveries.empty());
}

TEST_CASE("sinks: of a file that takes no more, whole lines stay", "[ndjson]")
{
    const TemporaryFolder folder;
    const auto path = folder.write("lines", "old\n");
    const bool is_file_sink = GENERATE(true, false);
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    std::unique_ptr<Sink> sink;
    if (is_file_sink) {
        sink = std::make_unique<FileSink>(path);
    } else {
        sink = std::make_unique<LineSink>(fd.get(), "stdout");
    }
    REQUIRE(sink->send({.value = "first"}, 1));
    REQUIRE(sink->send({.value = "second"}, 2));
    {
        const FileSizeLimit limit{13}; // amid the second
        CHECK_THROWS_AS(sink->flush(0ms), Error);
    }
    CHECK(text_of(path) == "old\nfirst\n");
}

TEST_CASE("file sink: a folder cannot be appended to", "[ndjson]")
{
    const TemporaryFolder folder;
    CHECK_THROWS_AS(FileSink(folder.path()), Error);
}

TEST_CASE("dead letters: a file has one line each", "[ndjson]")
{
    const TemporaryFolder folder;
    auto letters = ndjson::open_dead_letters(folder.path() / "dlq");
    REQUIRE(
        letters.send({.reject = {Reason::not_json, "", "no"}, .payload = "{", .key = "pump-1"}, 7));
    std::vector<Delivery> deliveries;
    letters.collect(deliveries);
    REQUIRE(deliveries.size() == 1);
    CHECK(deliveries[0].ticket == 7);
    const auto text = text_of(folder.path() / "dlq");
    CHECK_THAT(text, Catch::Contains("\"reason\":\"not_json\"") && Catch::EndsWith("}\n"));
}
