// SPDX-License-Identifier: Apache-2.0
#include "common/base/json_text.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <limits>
#include <string>

using namespace tlm;
using namespace std::string_literals;

namespace {

std::string quoted(const std::string& text)
{
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string base64(const std::string& bytes)
{
    std::string out;
    append_base64(out, bytes);
    return out;
}

} // namespace

TEST_CASE("json text: nothing in a string can end the line or drive a terminal", "[base]")
{
    CHECK(quoted("plain") == R"("plain")");
    CHECK(quoted("a\"b\\c") == R"("a\"b\\c")");
    CHECK(quoted("\r\n\t\0\x1b\x7f"s) == R"("\r\n\t\u0000\u001b\u007f")");
    CHECK(quoted("\xC2\x9B") == R"("\u009b")");
    CHECK(quoted("Grüße €😀") == "\"Grüße €😀\"");
}

TEST_CASE("json text: what is not UTF-8 is replaced, the rest is kept", "[base]")
{
    CHECK(quoted("a\xFF"
                 "b") == "\"a\xEF\xBF\xBD"
                         "b\"");
    CHECK(quoted("\xC3") == "\"\xEF\xBF\xBD\"");
    CHECK(is_utf8("Grüße €😀"));
    CHECK(is_utf8(""));
    for (const auto* text :
         {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xF5\x80\x80\x80"}) {
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("json text: every byte at every place, beside any other", "[base]")
{
    const auto escaped = [](int byte) -> std::string { // as the header says
        constexpr auto kDigits = "0123456789abcdef";
        const char c = static_cast<char>(byte);
        if (byte >= 0x80) {
            return "\xEF\xBF\xBD";
        }
        switch (c) {
        case '"':
        case '\\':
            return {'\\', c};
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            return byte >= 0x20 && byte != 0x7F
                       ? std::string{c}
                       : "\\u00"s + kDigits[byte >> 4] + kDigits[byte & 0xF];
        }
    };
    for (int byte = 0; byte < 256; ++byte) {
        for (std::size_t at = 0; at < 20; ++at) {
            for (const int beside : {0x00, 0x01, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D,
                                     0x7E, 0x7F, 0x80, 0xFF}) {
                std::string text(20, 'x');
                text[at] = static_cast<char>(byte);
                text[(at + 1) % 20] = static_cast<char>(beside);
                std::string wanted = "\"";
                for (std::size_t i = 0; i < 20; ++i) {
                    wanted += i == at ? escaped(byte) : i == (at + 1) % 20 ? escaped(beside) : "x"s;
                }
                const bool sequence = byte >= 0xC2 && byte <= 0xDF && beside == 0x80;
                if (!sequence && quoted(text) != wanted + '"') {
                    CAPTURE(byte, at, beside);
                    CHECK(quoted(text) == wanted + '"');
                }
                CHECK(is_utf8(text) == (sequence ? at < 19 : byte < 0x80 && beside < 0x80));
            }
        }
    }
    const std::string many(5000, '"');
    CHECK(quoted(many).size() == 2 + 2 * many.size());
}

TEST_CASE("json text: base64 has the values of RFC 4648 section 10", "[base]")
{
    CHECK(base64("").empty());
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foo") == "Zm9v");
    CHECK(base64("foobar") == "Zm9vYmFy");
    CHECK(base64("\xFB\xFF\x00"s) == "+/8A");
}

TEST_CASE("json text: numbers are the shortest text that reads back the same", "[base]")
{
    std::string out;
    append_number(out, std::numeric_limits<std::int64_t>::min());
    out += ' ';
    append_number(out, std::numeric_limits<std::uint64_t>::max());
    out += ' ';
    append_number(out, 0.1);
    out += ' ';
    append_number(out, -std::numeric_limits<double>::denorm_min());
    CHECK(out == "-9223372036854775808 18446744073709551615 0.1 -5e-324");
}
