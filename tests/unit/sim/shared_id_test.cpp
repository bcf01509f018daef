// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/shared_id.hpp"

#include <set>

using namespace tlm::sim;

namespace {

IdRange range(std::string_view pattern, std::uint32_t devices)
{
    return {IdPattern::parse(pattern, devices).value(), devices};
}

std::set<std::string> all_ids(const IdRange& range)
{
    std::set<std::string> ids;
    for (std::uint32_t i = 0; i < range.devices; ++i) {
        ids.insert(range.pattern.name(i, range.devices));
    }
    return ids;
}

} // namespace

TEST_CASE("shared id: digits of one pattern in the number of the other", "[sim]")
{
    CHECK(shared_id(range("a1{n:1}", 2), range("a{n:1}", 20)) == "a11");
    CHECK(!shared_id(range("a1{n:1}", 2), range("a{n:1}", 9)));
    CHECK(!shared_id(range("a1{n:1}", 2), range("a{n:1}", 10)));
    CHECK(shared_id(range("{n:3}0", 20), range("0{n:2}0", 9)) == "0010");
    CHECK(shared_id(range("x-{n}", 1), range("x-{n}", 9)) == "x-00001");
    CHECK(!shared_id(range("x-{n}", 1), range("y-{n}", 9)));
    CHECK(!shared_id(range("x-{n:2}", 1), range("x-{n:3}", 9)));
}

TEST_CASE("shared id: the answer is that of comparing all ids", "[sim]")
{
    const std::string_view patterns[] = {"{n:1}",   "1{n:1}", "{n:1}1", "0{n:2}",
                                         "2{n:2}0", "{n:3}",  "{n:2}5"};
    for (const auto& left : patterns) {
        for (const auto& right : patterns) {
            for (const std::uint32_t devices : {1U, 7U, 15U, 120U, 255U}) {
                const auto a = range(left, 20);
                const auto b = range(right, devices);
                const auto ids_a = all_ids(a);
                const auto ids_b = all_ids(b);
                std::set<std::string> both;
                for (const auto& id : ids_a) {
                    if (ids_b.count(id) > 0) {
                        both.insert(id);
                    }
                }
                const auto found = shared_id(a, b);
                INFO(left << " and " << right << ", " << devices);
                CHECK(found.has_value() == !both.empty());
                CHECK((!found || both.count(*found) > 0));
            }
        }
    }
}

TEST_CASE("shared id: millions of devices take no time", "[sim]")
{
    CHECK(!shared_id(range("a{n}", 10'000'000), range("b{n}", 10'000'000)));
    CHECK(shared_id(range("{n}0", 10'000'000), range("0{n}", 10'000'000)).has_value());
}
