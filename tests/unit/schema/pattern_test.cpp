// SPDX-License-Identifier: Apache-2.0
#include "common/schema/pattern.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tlm::schema;

namespace {

bool is_simple(std::string_view text)
{
    return Pattern{text}.is_simple();
}

bool matches(std::string_view pattern, std::string_view text)
{
    MatchMemory memory;
    return Pattern{pattern}.search(text, memory) == Match::yes;
}

} // namespace

TEST_CASE("pattern: common shapes need no PCRE2", "[schema]")
{
    for (const char* const text :
         {"^[A-Za-z0-9_-]+$", "^\\d+\\.\\d+\\.\\d+$", "^urn:", "error", "\\.json$", "^on$", "^$",
          "", "^[a-z]{3}-[0-9]{4}$", "^[^,]*,", "^-?[0-9]+$", "^[0-9]+(?#)", "^ä+"}) {
        INFO(text);
        const std::string_view view = text;
        const bool expected = view != "^[0-9]+(?#)" && view != "^ä+";
        CHECK(SimplePattern::compile(view).has_value() == expected);
    }
    for (const char* const text : {"^a*a$", "^[a-z]+b", "a+", "^a|b$", "^(a)$", "^.$", "^a+?$",
                                   "^[^x]{3}$", "[", "^[b-a]$", "^\\s$", "a\\$$b", "^a{2,1}$"}) {
        INFO(text);
        CHECK_FALSE(SimplePattern::compile(text).has_value());
    }
}

TEST_CASE("pattern: own matchers agree with what the pattern says", "[schema]")
{
    CHECK(is_simple("^[A-Za-z0-9_-]+$"));
    CHECK(matches("^[A-Za-z0-9_-]+$", "pump-17"));
    CHECK_FALSE(matches("^[A-Za-z0-9_-]+$", ""));
    CHECK_FALSE(matches("^[A-Za-z0-9_-]+$", "pump 17"));
    CHECK_FALSE(matches("^[A-Za-z0-9_-]+$", "pump-17\n"));
    CHECK(matches("^\\d+\\.\\d+\\.\\d+$", "1.22.333"));
    CHECK_FALSE(matches("^\\d+\\.\\d+\\.\\d+$", "1.22."));
    CHECK_FALSE(matches("^\\d+\\.\\d+\\.\\d+$", "1.2.3.4"));
    CHECK(matches("^[a-z]{2,3}[0-9]?$", "abc1"));
    CHECK_FALSE(matches("^[a-z]{2,3}[0-9]?$", "abcd"));
    CHECK(matches("^[^,]*,", "a\xc3\xa4,b"));
    CHECK(matches("rro", "error"));
    CHECK(matches("\\.json$", "a.json"));
    CHECK_FALSE(matches("\\.json$", "a.jsonx"));
    CHECK(matches("^\\$$", "$"));
    CHECK(matches("\\\\$", "a\\"));
    CHECK(matches("", "anything"));
    CHECK(matches("^[\\w.]+$", "a_1.b"));
    CHECK(matches("^[]a]", "]") == matches("^[]a]", "]")); // an empty class, then a]
    CHECK_FALSE(matches("^[]a]", "a"));
}

TEST_CASE("pattern: one wrong byte is found wherever it stands", "[schema]")
{
    for (std::size_t size = 1; size <= 40; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            std::string text(size, 'x');
            text[0] = '7';
            INFO(size << ", " << at);
            CHECK(matches("^[0-9][a-z]*$", text));
            CHECK(matches("^[0-9a-z]+$", text));
            text[at] = '/';
            CHECK_FALSE(matches("^[0-9][a-z]*$", text));
            CHECK_FALSE(matches("^[0-9a-z]+$", text));
        }
    }
}

TEST_CASE("pattern: ECMA-262 on PCRE2", "[schema]")
{
    CHECK(matches("^(a|b)+$", "abba"));
    CHECK(matches("^\\s$", "\xc2\xa0"));
    CHECK_FALSE(matches("^\\S$", "\xef\xbb\xbf"));
    CHECK(matches("^[\\s\\d]+$", "1\xe2\x80\xa8"));
    CHECK(matches("^[\\S]$", "x"));
    CHECK(matches("^\\p{Letter}+$", "Grüße"));
    CHECK(matches("^\\p{Script=Greek}$", "λ"));
    CHECK(matches("^\\u{1F432}$", "🐲"));
    CHECK(matches("^\\uD83D\\uDC32$", "🐲"));
    CHECK(matches("^\\x41\\cA$", "A\x01"));
    CHECK_FALSE(matches("^.$", "\xe2\x80\xa8"));
    CHECK_FALSE(matches("^\\d$", "৪"));
    CHECK(matches("^[[:x]+$", ":[x"));
    CHECK(matches("(?<y>a)\\k<y>", "aa"));
    CHECK(matches("^(?!b)a", "a"));
}

TEST_CASE("pattern: what ECMA-262 does not know is refused", "[schema]")
{
    for (const char* const text :
         {"\\Z", "\\a", "(?i)a", "a++", "(*FAIL)", "(", "[a", "a**", "\\", "\\u12", "\\p",
          "\\uD83D", "(?>a)", "(?P<x>a)", "{", "^[b-a]$", "\\xg1", "(?R)"}) {
        INFO(text);
        CHECK_THROWS_AS(Pattern{text}, PatternError);
    }
    CHECK_THROWS_AS(Pattern{"(" + std::string(20'000, 'a') + ")"}, PatternError);
}

TEST_CASE("pattern: what would take for ever reaches the limit", "[schema]")
{
    MatchMemory memory;
    const Pattern pattern{"^(a+)+$"};
    CHECK(pattern.search(std::string(40, 'a') + "b", memory) == Match::limit);
    CHECK(pattern.search("aaa", memory) == Match::yes);
}
