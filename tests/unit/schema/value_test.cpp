// SPDX-License-Identifier: Apache-2.0
#include "common/schema/key_table.hpp"
#include "common/schema/pointer.hpp"
#include "common/schema/tape.hpp"
#include "common/schema/value.hpp"
#include "tests/unit/schema/judge.hpp"

using namespace tlm::schema;

namespace {

bool same(std::string_view left, std::string_view right)
{
    const Parsed a{left};
    const Parsed b{right};
    const bool is_equal = equal(*a, *b);
    CHECK(is_equal == equal(*b, *a));
    if (is_equal) {
        CHECK(hash(*a) == hash(*b));
    }
    return is_equal;
}

} // namespace

TEST_CASE("value: equal as JSON Schema says", "[schema]")
{
    CHECK(same("1", "1.0"));
    CHECK(same("0", "-0.0"));
    CHECK(same("18446744073709551615", "18446744073709551615"));
    CHECK_FALSE(same("9007199254740993", "9007199254740992.0"));
    CHECK(same(R"({"a":1,"b":[2]})", R"({"b":[2.0],"a":1})"));
    CHECK_FALSE(same(R"({"a":1})", R"({"a":1,"b":2})"));
    CHECK_FALSE(same("[1,2]", "[2,1]"));
    CHECK_FALSE(same("false", "0"));
    CHECK_FALSE(same("null", "false"));
    CHECK(same(R"("\u0041")", R"("A")"));
    CHECK_FALSE(same("[]", "{}"));
}

TEST_CASE("value: twins are found among many items", "[schema]")
{
    std::string text = "[";
    for (int i = 0; i < 100'000; ++i) {
        text += std::to_string(i) + ",";
    }
    Hashes hashes;
    const Parsed different{text + "-1]"};
    CHECK_FALSE(find_twins((*different).get_array(), hashes, 1000).found);
    const Parsed twice{text + "77]"};
    const Twins twins = find_twins((*twice).get_array(), hashes, 1000);
    CHECK(twins.found);
    CHECK(twins.first == 77);
    CHECK(twins.second == 100'000);
}

TEST_CASE("value: brief keeps sentences short and terminals safe", "[schema]")
{
    CHECK(brief(std::string_view{"a\x1b[31m"}) == R"("a\u001b[31m")");
    const std::string text = brief(std::string(59, 'x') + "äö and much more");
    CHECK(text.size() < 70);
    CHECK(text.find("…") != std::string::npos);
}

TEST_CASE("key table: finds what was added, whatever the length", "[schema]")
{
    std::string text = "[";
    for (int i = 0; i < 300; ++i) {
        text +=
            "\"" + std::string(static_cast<std::size_t>(i % 40), 'k') + std::to_string(i) + "\",";
    }
    const Parsed parsed{text + R"("","a","ab","abcdefgh","abcdefghi","abcdefgh_________x",)" +
                        R"("abcdefgh_________y","abcdefgh+________y"])"};
    KeyTable table;
    std::uint32_t number = 0;
    for (auto key : simdjson::dom::array((*parsed).get_array())) {
        const std::string_view name = key.get_string().value();
        CHECK(table.find(name) == KeyTable::kNone);
        CHECK(table.add(name) == number);
        CHECK(table.add(name) == number);
        ++number;
    }
    number = 0;
    for (auto key : simdjson::dom::array((*parsed).get_array())) {
        const std::string_view name = key.get_string().value();
        CHECK(table.find(name) == number);
        CHECK(table[number].is(name));
        CHECK_FALSE(table[number].is(table[(number + 1) % table.size()].text));
        ++number;
    }
}

TEST_CASE("tape: reads what the elements say", "[schema]")
{
    const Parsed parsed{R"({"a":[1,-2,18446744073709551615,1.5,"x",true,null,{}],"b":{"c":"d"}})"};
    const Value object{*parsed};
    REQUIRE(object.is_object());
    Value name = object.first();
    CHECK(name.string() == "a");
    const Value array = name.next();
    REQUIRE(array.is_array());
    std::string types;
    for (Value item = array.first(); item != array.end(); item = item.next()) {
        types += item.type();
        CHECK(equal(item.element(), Value{item.element()}.element()));
    }
    CHECK(types == "llud\"tn{");
    CHECK(array.first().next().int64() == -2);
    CHECK(array.first().next().next().uint64() == 18446744073709551615U);
    CHECK(array.first().next().next().next().real() == 1.5);
    name = array.next();
    CHECK(name.string() == "b");
    CHECK(name.next().next() == object.end());
    CHECK(name.next().element().is_object());
}

TEST_CASE("pointer: tokens are escaped, and followed", "[schema]")
{
    std::string pointer;
    append_token(pointer, "a/b~c");
    append_token(pointer, std::size_t{3});
    CHECK(pointer == "/a~1b~0c/3");
    std::string_view rest = pointer;
    CHECK(take_token(rest) == "a/b~c");
    CHECK(take_token(rest) == "3");
    CHECK(rest.empty());
    rest = "/~2";
    CHECK_FALSE(take_token(rest));
    const Parsed parsed{R"({"a":[10,20],"":1})"};
    CHECK(child(*parsed, "").has_value());
    CHECK_FALSE(child(*parsed, "b").has_value());
    const auto array = child(*parsed, "a");
    REQUIRE(array);
    CHECK(child(*array, "1").has_value());
    CHECK_FALSE(child(*array, "01").has_value());
    CHECK_FALSE(child(*array, "2").has_value());
    CHECK_FALSE(child(*array, "-").has_value());
}
