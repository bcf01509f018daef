// SPDX-License-Identifier: Apache-2.0
#include "common/pgwire/binary_row.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using namespace tlm;
using pg::BinaryRow;

namespace {

std::string hex(std::string_view bytes)
{
    constexpr char kDigits[] = "0123456789abcdef";
    std::string result;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        result += kDigits[byte >> 4U];
        result += kDigits[byte & 15U];
    }
    return result;
}

template <typename Write>
std::string row_of_one(Write&& write)
{
    std::string out;
    BinaryRow row(out, 1);
    write(row);
    return hex(out);
}

} // namespace

TEST_CASE("binary row: header and trailer are those of the format", "[pgwire]")
{
    std::string out;
    pg::append_copy_header(out);
    CHECK(hex(out) == "5047434f50590aff0d0a000000000000000000");
    out.clear();
    pg::append_copy_trailer(out);
    CHECK(hex(out) == "ffff");
}

TEST_CASE("binary row: every value has its length and network byte order", "[pgwire]")
{
    CHECK(row_of_one([](auto& row) { row.null(); }) == "0001ffffffff");
    CHECK(row_of_one([](auto& row) { row.boolean(true); }) == "00010000000101");
    CHECK(row_of_one([](auto& row) { row.int2(-2); }) == "000100000002fffe");
    CHECK(row_of_one([](auto& row) { row.int4(0x01020304); }) == "00010000000401020304");
    CHECK(row_of_one([](auto& row) { row.int8(-1); }) == "000100000008ffffffffffffffff");
    CHECK(row_of_one([](auto& row) { row.float8(1.5); }) == "0001000000083ff8000000000000");
    CHECK(row_of_one([](auto& row) { row.float8(-0.0); }) == "0001000000088000000000000000");
    CHECK(row_of_one([](auto& row) { row.text("a\xC3\xA4"); }) == "00010000000361c3a4");
    CHECK(row_of_one([](auto& row) { row.text(""); }) == "000100000000");
    CHECK(row_of_one([](auto& row) { row.jsonb("{}"); }) == "000100000003017b7d");
}

TEST_CASE("binary row: timestamptz counts microseconds from the year 2000", "[pgwire]")
{
    const auto at = [](EpochMs time) {
        return row_of_one([&](auto& row) { row.timestamptz(time); }).substr(12);
    };
    CHECK(at(946'684'800'000) == "0000000000000000");
    CHECK(at(946'684'800'001) == "00000000000003e8");
    CHECK(at(0) == "fffca2fec4c82000"); // 1970-01-01: -946684800000000
}

TEST_CASE("binary row: the limits of timestamptz", "[pgwire]")
{
    constexpr EpochMs kFirst = -210'866'803'200'000; // 4714-11-24 BC, as PostgreSQL prints it
    constexpr EpochMs kEnd = 9'224'318'016'000'000;  // 294277-01-01
    CHECK(pg::fits_timestamptz(kFirst));
    CHECK_FALSE(pg::fits_timestamptz(kFirst - 1));
    CHECK(pg::fits_timestamptz(kEnd - 1));
    CHECK_FALSE(pg::fits_timestamptz(kEnd));
    CHECK_FALSE(pg::fits_timestamptz(std::numeric_limits<EpochMs>::min()));
    CHECK_FALSE(pg::fits_timestamptz(std::numeric_limits<EpochMs>::max()));
}

TEST_CASE("binary row: a row says how many columns follow", "[pgwire]")
{
    std::string out;
    BinaryRow row(out, 2);
    row.text("x");
    row.null();
    CHECK(hex(out) == "00020000000178ffffffff");
}
