// SPDX-License-Identifier: Apache-2.0
#include "common/base/base64.hpp"
#include "common/base/json_text.hpp"
#include "tests/support/catch.hpp"

namespace {

TEST_CASE("base64: what was encoded comes back", "[base64]")
{
    std::string bytes;
    for (int size = 0; size < 300; ++size) {
        std::string encoded;
        tlm::append_base64(encoded, bytes);
        std::string decoded;
        CHECK(tlm::append_decoded_base64(decoded, encoded));
        CHECK(decoded == bytes);
        bytes += static_cast<char>(size * 7);
    }
}

TEST_CASE("base64: other text is refused", "[base64]")
{
    std::string out;
    for (const auto* text : {"A", "AA", "AAA", "AA=A", "AB==", "A===", "AAA\n", "-_-_", "===="}) {
        CAPTURE(text);
        CHECK_FALSE(tlm::append_decoded_base64(out, text));
    }
}

} // namespace
