// SPDX-License-Identifier: Apache-2.0
#include "common/record/line_splitter.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstring>
#include <string>

using namespace tlm;
using namespace std::string_literals;

namespace {

constexpr std::size_t kMaxLine = 100'000;

struct Seen {
    std::string text;
    std::uint64_t number;
    std::uint64_t size;
    bool operator==(const Seen&) const = default;
};

/// The lines of `input` when it arrives `chunk` bytes at a time.
std::vector<Seen> split(const std::string& input, std::size_t chunk)
{
    LineSplitter splitter{kMaxLine};
    std::vector<Seen> lines;
    const auto drain = [&] {
        while (const auto line = splitter.next()) {
            lines.push_back({std::string{line->text}, line->number, line->size});
        }
    };
    for (std::size_t at = 0; at < input.size(); at += chunk) {
        const auto size = std::min(chunk, input.size() - at);
        std::memcpy(splitter.space(size).data(), input.data() + at, size);
        splitter.filled(size);
        drain();
    }
    splitter.finish();
    drain();
    CHECK_FALSE(splitter.next());
    return lines;
}

} // namespace

TEST_CASE("line splitter: every line arrives once, however the bytes arrive", "[record]")
{
    const std::string input = "one\n\ntwo\r\nth\0ree\n\r\nlast without end"s;
    const std::vector<Seen> expected{
        {"one", 1, 3}, {"two", 3, 3}, {"th\0ree"s, 4, 6}, {"last without end", 6, 16}};
    for (const std::size_t chunk : {1, 2, 3, 5, 7, 1000}) {
        INFO(chunk);
        CHECK(split(input, chunk) == expected);
    }
    CHECK(split("", 1).empty());
    CHECK(split("\n\n", 1).empty());
}

TEST_CASE("line splitter: a line beyond the limit is cut, counted and costs no other", "[record]")
{
    const std::string longest(kMaxLine, 'a');
    const std::string too_long(kMaxLine + 1, 'b');
    const std::string far_too_long(3 * kMaxLine, 'c');
    const std::string input =
        "x\n" + longest + "\n" + too_long + "\ny\n" + far_too_long + "\nz\n" + far_too_long;
    const std::string kept_b(LineSplitter::kKeptOfLongLine, 'b');
    const std::string kept_c(LineSplitter::kKeptOfLongLine, 'c');
    const std::vector<Seen> expected{{"x", 1, 1},
                                     {longest, 2, kMaxLine},
                                     {kept_b, 3, kMaxLine + 1},
                                     {"y", 4, 1},
                                     {kept_c, 5, 3 * kMaxLine},
                                     {"z", 6, 1},
                                     {kept_c, 7, 3 * kMaxLine}};
    for (const std::size_t chunk : {4'093UL, 65'536UL, 1'000'000UL}) {
        INFO(chunk);
        CHECK(split(input, chunk) == expected);
    }
}

TEST_CASE("line splitter: a CR at the limit belongs to the line break", "[record]")
{
    const std::string longest(kMaxLine, 'a');
    const std::vector<Seen> expected{{longest, 1, kMaxLine}, {"b", 2, 1}};
    // The first read ends before, between and behind CR and LF.
    for (const std::size_t chunk : {kMaxLine, kMaxLine + 1, kMaxLine + 2}) {
        INFO(chunk);
        CHECK(split(longest + "\r\nb\r\n", chunk) == expected);
    }
}
