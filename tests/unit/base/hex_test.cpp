// SPDX-License-Identifier: Apache-2.0
#include "common/base/hex.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <string>

TEST_CASE("hex: numbers have sixteen digits, bytes two", "[base]")
{
    std::string out = "<";
    tlm::append_hex(out, std::uint64_t{0x01F});
    CHECK(out == "<000000000000001f");
    const std::array<unsigned char, 3> bytes{0x00, 0xFF, 0x9A};
    tlm::append_hex(out, bytes);
    CHECK(out == "<000000000000001f00ff9a");
}
