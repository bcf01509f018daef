// SPDX-License-Identifier: Apache-2.0
#include "common/validation/sequence_window.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <set>
#include <vector>

using namespace tlm;
using namespace tlm::validation;

namespace {

Record message(std::optional<std::int64_t> boot, std::optional<std::int64_t> seq, EpochMs ts = 0)
{
    Record record;
    record.boot = boot;
    record.seq = seq;
    record.ts = ts;
    return record;
}

/// The same by remembering everything.
class Naive {
  public:
    Sequence observe(std::int64_t boot, std::int64_t seq)
    {
        if (m_boot && boot < *m_boot) {
            return {Order::old_boot};
        }
        if (!m_boot || boot > *m_boot) {
            const Order order = m_boot ? Order::restart : Order::first;
            m_boot = boot;
            m_newest = seq;
            m_seen = {seq};
            return {order};
        }
        if (seq > m_newest) {
            const auto missing = static_cast<std::uint64_t>(seq - m_newest - 1);
            m_newest = seq;
            m_seen.insert(seq);
            return {missing == 0 ? Order::next : Order::gap, missing};
        }
        if (m_newest - seq >= 64) {
            return {Order::late};
        }
        return {m_seen.insert(seq).second ? Order::out_of_order : Order::duplicate};
    }

    void forget(std::int64_t boot, std::int64_t seq)
    {
        if (m_boot == boot) {
            m_seen.erase(seq);
        }
    }

  private:
    std::optional<std::int64_t> m_boot;
    std::int64_t m_newest = 0;
    std::set<std::int64_t> m_seen;
};

} // namespace

TEST_CASE("sequence: duplicates, gaps and disorder have names of their own", "[validation]")
{
    SequenceWindow window;
    const auto order = [&window](std::optional<std::int64_t> boot,
                                 std::optional<std::int64_t> seq) {
        return window.observe(message(boot, seq)).order;
    };
    CHECK(order(7, std::nullopt) == Order::untracked);
    CHECK(order(7, 40) == Order::first);
    CHECK(order(7, 41) == Order::next);
    CHECK(order(7, 41) == Order::duplicate);
    CHECK(window.observe(message(7, 45)).missing == 3);
    CHECK(order(7, 43) == Order::out_of_order);
    CHECK(order(7, 43) == Order::duplicate);
    CHECK(order(8, 3) == Order::restart);
    CHECK(order(7, 46) == Order::old_boot);
    CHECK(order(8, 3) == Order::duplicate);
    CHECK(order(8, 66) == Order::gap);
    CHECK(order(8, 3) == Order::duplicate); // 63 behind: just inside
    CHECK(order(8, 67) == Order::next);
    CHECK(order(8, 3) == Order::late);
}

TEST_CASE("sequence: agrees with a naive model in any order of arrival", "[validation]")
{
    std::mt19937 random(42);
    for (int round = 0; round < 2'000; ++round) {
        // A few boots, some seqs lost, some doubled, shuffled within some distance.
        std::vector<std::pair<std::int64_t, std::int64_t>> sent;
        for (std::int64_t boot = 1; boot <= 3; ++boot) {
            const auto from = static_cast<std::int64_t>(random() % 5);
            for (std::int64_t seq = from; seq < 150; ++seq) {
                const auto fate = random() % 10;
                if (fate > 0) {
                    sent.emplace_back(boot, seq);
                }
                if (fate == 9) {
                    sent.emplace_back(boot, seq);
                }
                if (random() % 50 == 0) {
                    seq += static_cast<std::int64_t>(random() % 130);
                }
            }
        }
        const std::size_t reach = 1 + random() % 100;
        for (std::size_t i = 0; i + reach < sent.size(); i += reach) {
            const auto begin = sent.begin() + static_cast<std::ptrdiff_t>(i);
            std::shuffle(begin, begin + static_cast<std::ptrdiff_t>(reach), random);
        }
        SequenceWindow window;
        Naive naive;
        for (const auto& [boot, seq] : sent) {
            const auto got = window.observe(message(boot, seq));
            const auto wanted = naive.observe(boot, seq);
            REQUIRE(order_name(got.order) == order_name(wanted.order));
            REQUIRE(got.missing == wanted.missing);
            if (random() % 20 == 0) {
                window.forget(message(boot, seq));
                naive.forget(boot, seq);
            }
        }
    }
}

TEST_CASE("sequence: what was forgotten is no duplicate when it comes again", "[validation]")
{
    SequenceWindow window;
    const auto order = [&window](std::int64_t seq) {
        return window.observe(message(1, seq)).order;
    };
    order(10);
    order(11);
    window.forget(message(1, 11));
    window.forget(message(2, 10));
    CHECK(order(11) == Order::out_of_order);
    CHECK(order(10) == Order::duplicate);
    window.forget(message(1, 900));
    CHECK(order(12) == Order::next);
}

TEST_CASE("sequence: without a boot a newer ts tells a restart from a duplicate", "[validation]")
{
    SequenceWindow window;
    const auto order = [&window](std::int64_t seq, EpochMs ts) {
        return window.observe(message(std::nullopt, seq, ts)).order;
    };
    CHECK(order(0, 1'000) == Order::first);
    CHECK(order(1, 2'000) == Order::next);
    CHECK(order(3, 4'000) == Order::gap);
    CHECK(order(1, 2'000) == Order::duplicate);
    CHECK(order(2, 3'000) == Order::out_of_order);
    CHECK(order(0, 5'000) == Order::restart);
    CHECK(order(1, 6'000) == Order::next);
    CHECK(order(1, 6'000) == Order::duplicate);
    // A boot appears, and is gone again: other starts both.
    CHECK(window.observe(message(1, 1, 6'000)).order == Order::restart);
    CHECK(order(1, 6'000) == Order::restart);
    CHECK(order(-1, -5) == Order::out_of_order); // never read so, yet nothing may go wrong
}

TEST_CASE("sequence: the ends of the range are seqs like others", "[validation]")
{
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    SequenceWindow window;
    CHECK(window.observe(message(0, 0)).order == Order::first);
    CHECK(window.observe(message(0, kMost)).missing == static_cast<std::uint64_t>(kMost) - 1);
    CHECK(window.observe(message(0, kMost)).order == Order::duplicate);
    CHECK(window.observe(message(kMost, 0)).order == Order::restart);
    CHECK(window.observe(message(std::nullopt, 0, kMost)).order == Order::restart);
    CHECK(window.observe(message(std::nullopt, 0, kMost)).order == Order::duplicate);
}
