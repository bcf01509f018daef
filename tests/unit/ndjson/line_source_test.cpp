// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/ndjson/line_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/ndjson/pipes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

using namespace tlm;
using namespace std::chrono_literals;
using ndjson::LineSource;

namespace {

struct Seen {
    std::string text;
    std::int32_t file;
    std::int64_t line;
    bool too_long;

    bool operator==(const Seen&) const = default;
};

std::vector<Seen> read_all(LineSource& source, std::size_t max = 1000)
{
    std::vector<Seen> seen;
    std::vector<Input> batch;
    for (auto state = SourceState::open; state == SourceState::open;) {
        state = source.poll(batch, max, 1000ms);
        for (const auto& input : batch) {
            seen.push_back({std::string(input.value), input.position.partition,
                            input.position.offset, input.too_long});
        }
    }
    return seen;
}

} // namespace

TEST_CASE("line source: one file after another, the last line without its break", "[ndjson]")
{
    const TemporaryFolder folder;
    const auto first = folder.write("first", "a\n\nb");
    const auto second = folder.write("second", "c\r\n");
    const auto empty = folder.write("empty", "");
    LineSource source({first, empty, second});
    CHECK(read_all(source) ==
          std::vector<Seen>{{"a", 0, 1, false}, {"b", 0, 3, false}, {"c", 2, 1, false}});
    CHECK(source.empty_lines() == 1);
    std::vector<Input> batch;
    CHECK(source.poll(batch, 10, 0ms) == SourceState::finished);
    CHECK(batch.empty());
}

TEST_CASE("line source: origin is the name as given", "[ndjson]")
{
    const TemporaryFolder folder;
    const auto name = folder.write("file", "a\n");
    LineSource source(std::vector<std::string>{name});
    std::vector<Input> batch;
    REQUIRE(source.poll(batch, 10, 0ms) == SourceState::open);
    REQUIRE(batch.size() == 1);
    CHECK(batch[0].position.origin == name);
}

TEST_CASE("line source: small batches lose nothing", "[ndjson]")
{
    const TemporaryFolder folder;
    std::string text;
    for (int i = 0; i < 100'000; ++i) {
        text += std::to_string(i) + '\n';
    }
    LineSource source({folder.write("many", text)});
    const auto seen = read_all(source, 7);
    REQUIRE(seen.size() == 100'000);
    CHECK(seen.front().text == "0");
    CHECK(seen.back().text == "99999");
    CHECK(seen.back().line == 100'000);
}

TEST_CASE("line source: a line over the limit is given as its start", "[ndjson]")
{
    const TemporaryFolder folder;
    LineSource source({folder.write("long", std::string(300'000, 'x') + "\nshort\n")}, 100'000);
    const auto seen = read_all(source);
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].too_long);
    CHECK(seen[0].text.size() == LineSplitter::kKeptOfLongLine);
    CHECK(seen[1] == Seen{"short", 0, 2, false});
}

TEST_CASE("line source: a line is given while the writer is still there", "[ndjson]")
{
    const StdinPipe pipe;
    LineSource source({});
    std::vector<Input> batch;
    CHECK(source.poll(batch, 10, 0ms) == SourceState::open);
    CHECK(batch.empty());
    CHECK(source.wake_fd() == STDIN_FILENO);

    pipe.write("one\ntw");
    CHECK(source.poll(batch, 10, 1000ms) == SourceState::open);
    REQUIRE(batch.size() == 1);
    CHECK(batch[0].value == "one");
    CHECK(batch[0].position.origin == "-");
    CHECK(source.poll(batch, 10, 0ms) == SourceState::open);
    CHECK(batch.empty());

    pipe.write("o\n");
    CHECK(source.poll(batch, 10, 1000ms) == SourceState::open);
    REQUIRE(batch.size() == 1);
    CHECK(batch[0].value == "two");
}

TEST_CASE("line source: a line without end does not hold the caller up", "[ndjson]")
{
    LineSource source({"/dev/zero"});
    std::vector<Input> batch;
    for (int i = 0; i < 10; ++i) {
        CHECK(source.poll(batch, 10, 1000ms) == SourceState::open);
        CHECK(batch.empty());
    }
}

TEST_CASE("line source: a FIFO is waited for until somebody writes", "[ndjson]")
{
    const TemporaryFolder folder;
    const std::string name = folder.path() / "fifo";
    REQUIRE(::mkfifo(name.c_str(), 0600) == 0);
    LineSource source(std::vector<std::string>{name});
    std::vector<Input> batch;
    CHECK(source.poll(batch, 10, 0ms) == SourceState::open);
    CHECK(source.poll(batch, 10, 0ms) == SourceState::open);

    UniqueFd writer(::open(name.c_str(), O_WRONLY | O_CLOEXEC));
    REQUIRE(::write(writer.get(), "one\ntwo", 7) == 7);
    CHECK(source.poll(batch, 10, 1000ms) == SourceState::open);
    REQUIRE(batch.size() == 1);
    CHECK(batch[0].value == "one");

    CHECK(source.poll(batch, 10, 0ms) == SourceState::open); // silent, not at its end
    writer.reset();
    const auto rest = read_all(source);
    REQUIRE(rest.size() == 1);
    CHECK(rest[0].text == "two");
}

TEST_CASE("line source: what cannot be read is named", "[ndjson]")
{
    const TemporaryFolder folder;
    const std::string name = GENERATE(true, false) ? folder.path() / "missing" : folder.path();
    LineSource source(std::vector<std::string>{name});
    std::vector<Input> batch;
    try {
        source.poll(batch, 10, 0ms);
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        CHECK_THAT(error.what(), Catch::Contains(name));
    }
}
