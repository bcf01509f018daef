// SPDX-License-Identifier: Apache-2.0
#include "common/validation/skew.hpp"
#include "common/validation/ts_limits.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>
#include <limits>
#include <random>

using namespace tlm;
using namespace tlm::validation;

namespace {

constexpr EpochMs kStart = 1'767'225'600'000;

/// Messages once a second for `seconds`, latencies of up to two seconds, mostly short.
EpochMs run(Skew& skew, EpochMs from, int seconds, EpochMs behind)
{
    static std::mt19937 random(3);
    EpochMs now = from;
    for (int i = 0; i < seconds; ++i, now += 1'000) {
        const auto latency = static_cast<EpochMs>(random() % (random() % 4 == 0 ? 2'000 : 50));
        skew.observe(now - behind, now + latency);
    }
    return now;
}

Record at(EpochMs ts, EpochMs received_at)
{
    Record record;
    record.ts = ts;
    record.received_at = received_at;
    return record;
}

} // namespace

TEST_CASE("skew: the least latency counts, not the usual one", "[validation]")
{
    for (const EpochMs behind : {EpochMs{0}, EpochMs{5'000}, EpochMs{-3'600'000}}) {
        Skew skew;
        CHECK_FALSE(skew.known());
        run(skew, kStart, 600, behind);
        CHECK(skew.known());
        CHECK(std::abs(skew.estimate().count() - behind) < 40);
    }
}

TEST_CASE("skew: a backlog that arrives late does not look like a slow clock", "[validation]")
{
    Skew skew;
    const EpochMs away = run(skew, kStart, 60, 0);
    // An hour without a link; then all of it within two seconds.
    for (EpochMs ts = away; ts < away + 3'600'000; ts += 1'000) {
        skew.observe(ts, away + 3'600'000 + (ts - away) / 1'800);
    }
    run(skew, away + 3'602'000, 10, 0);
    CHECK(std::abs(skew.estimate().count()) < 40);
}

TEST_CASE("skew: a clock that was set is followed, forward at once, back in time", "[validation]")
{
    Skew skew;
    EpochMs now = run(skew, kStart, 60, 0);
    now = run(skew, now, 5, -60'000);
    CHECK(std::abs(skew.estimate().count() + 60'000) < 50);
    now = run(skew, now, 60, 60'000);
    CHECK(skew.estimate().count() < 0);
    run(skew, now, 7'200, 60'000);
    CHECK(std::abs(skew.estimate().count() - 60'000) < 100);
}

TEST_CASE("skew: any two times will do", "[validation]")
{
    constexpr auto kMost = std::numeric_limits<EpochMs>::max();
    constexpr auto kLeast = std::numeric_limits<EpochMs>::min();
    Skew skew;
    skew.observe(kLeast, kMost);
    CHECK(skew.estimate().count() > kMost / 2);
    skew.observe(kMost, kLeast);
    CHECK(skew.estimate().count() < kLeast / 2);
}

TEST_CASE("ts: too old and too far ahead are told from what is only late", "[validation]")
{
    const TsLimits limits{std::chrono::hours{24}, std::chrono::minutes{5}};
    const auto reason = [&limits](const Record& record) {
        const auto reject = judge_ts(record, limits);
        return reject ? std::string{reason_name(reject->reason)} + " " + reject->path : "";
    };
    CHECK(reason(at(kStart, kStart)).empty());
    CHECK(reason(at(kStart - 86'400'000, kStart)).empty());
    CHECK(reason(at(kStart - 86'400'001, kStart)) == "ts_too_old /ts");
    CHECK(reason(at(kStart + 300'000, kStart)).empty());
    CHECK(reason(at(kStart + 300'001, kStart)) == "ts_in_future /ts");
    constexpr auto kMost = std::numeric_limits<EpochMs>::max();
    constexpr auto kLeast = std::numeric_limits<EpochMs>::min();
    CHECK(reason(at(kLeast, kMost)) == "ts_too_old /ts");
    CHECK(reason(at(kMost, kLeast)) == "ts_in_future /ts");
    CHECK_FALSE(judge_ts(at(kLeast, kMost), {}));
    CHECK(judge_ts(at(0, kStart), limits)->detail ==
          "ts 1970-01-01T00:00:00.000Z is more than 1d old");
    Record bridged = at(0, kStart);
    bridged.ts_from_bridge = true;
    CHECK_FALSE(judge_ts(bridged, limits));
}
