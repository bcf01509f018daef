// SPDX-License-Identifier: Apache-2.0
#include "common/validation/device_table.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <random>
#include <string>

using namespace tlm::validation;

namespace {

constexpr DigestKey kKey{1, 2};

std::string name(std::string_view prefix, std::size_t number)
{
    return std::string{prefix} + std::to_string(number);
}

bool remembers(const DeviceTable& table, std::string_view id)
{
    DeviceTable::Row row = 0;
    return table.find(id, row);
}

} // namespace

TEST_CASE("digest: is SipHash-1-3", "[validation]")
{
    // The key and the texts of the reference vectors: bytes 00 01 02 …
    const DigestKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    std::string text;
    CHECK(digest(text, key) == 0xabac0158050fc4dc);
    for (char c = 0; c < 8; ++c) {
        text += c;
    }
    CHECK(digest(text, key) != digest(text, kKey));
    CHECK(digest("a", kKey) != digest(std::string_view{"a\0", 2}, kKey));
}

TEST_CASE("device table: a device keeps its row", "[validation]")
{
    DeviceTable table(1'000, kKey);
    std::map<std::string, DeviceTable::Row> rows;
    for (std::size_t i = 0; i < 1'000; ++i) {
        const auto place = table.visit(name("d", i), Standing::unverified);
        CHECK(place.fresh);
        rows[name("d", i)] = place.row;
    }
    for (const auto& [id, row] : rows) {
        const auto place = table.visit(id, Standing::unverified);
        CHECK_FALSE(place.fresh);
        CHECK(place.row == row);
    }
    CHECK(table.size() == 1'000);
    CHECK(table.evicted() == 0);
}

TEST_CASE("device table: the longest idle leaves", "[validation]")
{
    DeviceTable table(8, kKey);
    for (std::size_t i = 0; i < 8; ++i) {
        table.visit(name("d", i), Standing::listed);
    }
    table.visit("d0", Standing::listed);
    CHECK(table.visit("new", Standing::listed).fresh);
    CHECK_FALSE(remembers(table, "d1"));
    CHECK(remembers(table, "d0"));
    CHECK(remembers(table, "d2"));
    CHECK(table.size() == 8);
    CHECK(table.evicted() == 1);
}

TEST_CASE("device table: a flood of strangers leaves known devices alone", "[validation]")
{
    const auto standing = GENERATE(Standing::listed, Standing::unverified);
    DeviceTable table(1'000, kKey);
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < 800; ++i) {
            table.visit(name("known", i), standing);
        }
    }
    const auto stranger = standing == Standing::listed ? Standing::unlisted : Standing::unverified;
    for (std::size_t i = 0; i < 100'000; ++i) {
        table.visit(name("flood", i), stranger);
        // Without a registry twice in a row would make it known.
        if (stranger == Standing::unlisted) {
            table.visit(name("flood", i), stranger);
        }
    }
    CHECK(table.size() == 1'000);
    for (std::size_t i = 0; i < 800; ++i) {
        CHECK(remembers(table, name("known", i)));
    }
}

TEST_CASE("device table: known devices leave room for new ones", "[validation]")
{
    DeviceTable table(800, kKey);
    for (std::size_t i = 0; i < 800; ++i) {
        table.visit(name("known", i), Standing::listed);
    }
    // A hundred newcomers that take turns: each stays until it comes again, and is known then.
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < 100; ++i) {
            CHECK(table.visit(name("new", i), Standing::unverified).fresh == (round == 0));
        }
    }
    CHECK(table.evicted() == 100);
    CHECK_FALSE(remembers(table, "known99"));
    CHECK(remembers(table, "known100"));
}

TEST_CASE("device table: agrees with a plain list in any order of visits", "[validation]")
{
    std::mt19937 random(7);
    DeviceTable table(50, kKey);
    std::map<std::string, int> last_visit;
    for (int now = 0; now < 20'000; ++now) {
        const std::string id = name("d", random() % 80);
        const bool was_there = last_visit.contains(id);
        if (!was_there && last_visit.size() == 50) {
            const auto oldest =
                std::min_element(last_visit.begin(), last_visit.end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; });
            last_visit.erase(oldest);
        }
        last_visit[id] = now;
        REQUIRE(table.visit(id, Standing::listed).fresh == !was_there);
        REQUIRE(table.size() == last_visit.size());
    }
    for (const auto& [id, time] : last_visit) {
        CHECK(remembers(table, id));
    }
}
