// SPDX-License-Identifier: Apache-2.0
#include "common/base/units.hpp"
#include "tests/support/catch.hpp"
#include "tools/sim/arrival_models.hpp"
#include "tools/sim/arrival_rule.hpp"
#include "tools/sim/due_heap.hpp"
#include "tools/sim/noise.hpp"
#include "tools/sim/schedule.hpp"
#include "tools/sim/trace.hpp"

#include <algorithm>
#include <cmath>

using namespace tlm;
using namespace tlm::sim;
using namespace std::chrono_literals;

namespace {

constexpr EpochMs kStart = 1'767'225'600'000; // 2026-01-01, a Thursday

std::vector<nanoseconds> plan_of(const Arrivals& arrivals, std::size_t length,
                                 std::uint64_t key = 12'345, EpochMs origin = kStart)
{
    std::vector<nanoseconds> plan;
    nanoseconds previous{0};
    for (std::size_t seq = 0; seq < length; ++seq) {
        previous = position_of(arrivals, {key, seq, previous, origin});
        plan.push_back(previous);
    }
    CHECK(std::is_sorted(plan.begin(), plan.end()));
    return plan;
}

std::string next(std::string_view cron, std::string_view after)
{
    const auto parsed = Cron::parse(cron);
    REQUIRE(std::holds_alternative<Cron>(parsed));
    return format_rfc3339(std::get<Cron>(parsed).next(*parse_rfc3339(after)));
}

} // namespace

TEST_CASE("arrivals: gaps of a Poisson stream are exponential and independent", "[sim]")
{
    const auto plan = plan_of(Poisson{10ms}, 100'000);
    double sum = 0;
    double square = 0;
    std::size_t beyond = 0;
    for (std::size_t i = 1; i < plan.size(); ++i) {
        const auto gap = static_cast<double>((plan[i] - plan[i - 1]).count()) / 1e7;
        sum += gap;
        square += gap * gap;
        beyond += gap > 1 ? 1 : 0;
    }
    const auto n = static_cast<double>(plan.size() - 1);
    CHECK(sum / n == Approx(1).epsilon(0.02));
    CHECK(square / n - (sum / n) * (sum / n) == Approx(1).epsilon(0.05));
    CHECK(static_cast<double>(beyond) / n == Approx(std::exp(-1)).epsilon(0.02));
}

TEST_CASE("arrivals: jitter moves a message within its interval and never drifts", "[sim]")
{
    const auto plan = plan_of(Jittered{1s, 0.5}, 100'000);
    const auto phase = plan.front();
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const auto off = plan[i] - phase - static_cast<std::int64_t>(i) * 1s;
        CHECK(off >= -500ms);
        CHECK(off <= 500ms);
    }
    const auto even = plan_of(Jittered{1s, 0}, 3);
    CHECK(even[2] - even[1] == 1s);
    CHECK(even[0] != plan_of(Jittered{1s, 0}, 1, 99)[0]);
}

TEST_CASE("arrivals: a burst is its messages in a row, then silence", "[sim]")
{
    const auto plan = plan_of(Burst{10s, 3, 100ms}, 7);
    CHECK(plan[1] - plan[0] == 100ms);
    CHECK(plan[2] - plan[0] == 200ms);
    CHECK(plan[3] - plan[0] == 10s);
    CHECK(plan[6] - plan[0] == 20s);
}

TEST_CASE("arrivals: by the calendar, also when the start lies between two moments", "[sim]")
{
    const Calendar calendar{std::get<Cron>(Cron::parse("*/5 * * * *")), 0ns};
    CHECK(plan_of(calendar, 3) == std::vector<nanoseconds>{0s, 300s, 600s});
    CHECK(plan_of(calendar, 2, 1, kStart + 61'500) ==
          std::vector<nanoseconds>{238'500ms, 538'500ms});
    const auto late = plan_of(Calendar{std::get<Cron>(Cron::parse("*/5 * * * *")), 30s}, 100);
    for (std::size_t i = 0; i < late.size(); ++i) {
        const auto off = late[i] - static_cast<std::int64_t>(i) * 300s;
        CHECK(off >= 0s);
        CHECK(off < 30s);
    }
    CHECK(late[0] != late[1] - 300s);
}

TEST_CASE("cron: fields, lists, ranges, steps and the two day fields", "[sim]")
{
    CHECK(next("0 0 1 1 *", "2026-01-01T00:00:00Z") == "2027-01-01T00:00:00.000Z");
    CHECK(next("30 8-17/3 * * 1-5", "2026-01-02T17:31:00Z") == "2026-01-05T08:30:00.000Z");
    CHECK(next("0,30 * * * *", "2026-01-01T00:00:01Z") == "2026-01-01T00:30:00.000Z");
    CHECK(next("0 12 * * 7", "2026-01-01T00:00:00Z") == "2026-01-04T12:00:00.000Z");
    CHECK(next("0 0 29 2 *", "2026-01-01T00:00:00Z") == "2028-02-29T00:00:00.000Z");
    // Either day will do: the 13th, or any Friday.
    CHECK(next("0 0 13 * 5", "2026-01-03T00:00:00Z") == "2026-01-09T00:00:00.000Z");
    CHECK(next("0 0 13 * 5", "2026-01-09T00:00:00Z") == "2026-01-13T00:00:00.000Z");
    CHECK(next("5/20 * * * *", "2026-01-01T00:06:00Z") == "2026-01-01T00:25:00.000Z");
}

TEST_CASE("cron: what is no line of a crontab", "[sim]")
{
    for (const auto* bad :
         {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
          "* * * * 8", "a * * * *", "5-1 * * * *", "*/0 * * * *", "1, * * * *", "0 0 30 2 *",
          "- * * * *", "1-2-3 * * * *", "*/ * * * *"}) {
        INFO(bad);
        CHECK(std::holds_alternative<std::string>(Cron::parse(bad)));
    }
    const auto wrong = [](std::string_view text) {
        return std::get<std::string>(Cron::parse(text));
    };
    CHECK(wrong("* * *") ==
          "five fields are wanted: minute, hour, day of the month, month, day of the week");
    CHECK(wrong("* 24 * * *") ==
          "the hour '24': wanted are *, numbers from 0 to 23, ranges such as 1-5 and lists such as "
          "1,3, each perhaps with a step such as /2");
    CHECK(wrong("* * * * MON").starts_with("the day of the week 'MON': wanted are *, numbers"));
    CHECK(wrong("0 0 30 2 *") == "no day of any year fits");
}

TEST_CASE("heap: devices come by time, then by index, as a sort would have them", "[sim]")
{
    std::vector<DueHeap::Entry> entries;
    for (std::uint32_t device = 0; device < 1'000; ++device) {
        entries.push_back({nanoseconds{derive(1, device) % 100}, device});
    }
    DueHeap heap;
    heap.fill(entries);
    std::vector<DueHeap::Entry> seen;
    for (std::uint64_t i = 0; !heap.empty(); ++i) {
        seen.push_back(heap.top());
        if (i % 3 == 0) {
            heap.pop();
        } else {
            heap.postpone(heap.top().due + nanoseconds{derive(2, i) % 50});
        }
    }
    CHECK(seen.size() > 2'000);
    CHECK(std::is_sorted(seen.begin(), seen.end(),
                         [](const auto& a, const auto& b) { return a.due < b.due; }));
    std::sort(entries.begin(), entries.end());
    heap.fill(entries);
    for (const auto& entry : entries) {
        CHECK(heap.top().device == entry.device);
        heap.pop();
    }
}

TEST_CASE("schedule: a trace is the group's, its devices take turns", "[sim]")
{
    const auto times = std::make_shared<const std::vector<nanoseconds>>(
        std::vector<nanoseconds>{0ms, 5ms, 5ms, 90ms, 100ms});
    Scope scope{.devices = 2, .fleet = 2};
    const auto whole = make_schedule(Trace{times}, scope);
    CHECK(whole->last() == 100ms);
    std::vector<std::uint32_t> devices;
    for (; whole->next() != nullptr; whole->advance()) {
        devices.push_back(whole->next()->device);
    }
    CHECK(devices == std::vector<std::uint32_t>{0, 1, 0, 1, 0});
    scope.shard = {1, 2};
    const auto half = make_schedule(Trace{times}, scope);
    REQUIRE(half->next() != nullptr);
    CHECK(half->next()->position == 5ms);
    half->advance();
    CHECK(half->next()->position == 90ms);
    half->advance();
    CHECK(half->next() == nullptr);
    scope.extent.length = 90ms;
    CHECK(make_schedule(Trace{times}, scope)->last() == 5ms);
}

TEST_CASE("trace: seconds or times, ascending", "[sim]")
{
    using Times = std::vector<nanoseconds>;
    CHECK(std::get<Times>(parse_trace("# gaps\n10\n10.25\n\n12\r\n")) ==
          Times{0ms, 250ms, 2'000ms});
    CHECK(std::get<Times>(parse_trace("2026-01-01T00:00:00Z\n2026-01-01T00:00:01.5Z")) ==
          Times{0ms, 1'500ms});
    const auto wrong = [](std::string_view text) {
        return std::get<BadLine>(parse_trace(text)).in("f");
    };
    CHECK(wrong("1\nx\n") == "f:2: neither seconds, such as 0.25, nor a time of RFC 3339");
    CHECK(wrong("2\n1\n") == "f:2: earlier than the line before");
    CHECK(wrong("1\n\n2026-01-01T00:00:00Z\n") == "f:3: a time, where the first line is seconds");
    CHECK(wrong("2026-01-01T00:00:00Z\n1\n") == "f:2: seconds, where the first line is a time");
    CHECK(wrong("# none\n") == "f: there are no times");
}

TEST_CASE("arrivals: a rule is read as it was written, or says what is wrong", "[sim]")
{
    const auto read = [](std::string_view text) {
        auto rule = parse_arrival_rule(text);
        REQUIRE(std::holds_alternative<ArrivalRule>(rule));
        CHECK(std::get<ArrivalRule>(rule).text == text);
        return std::get<ArrivalRule>(rule);
    };
    const auto jittered = std::get<Jittered>(read("jittered:20%").at_rate(10, 5));
    CHECK(jittered.interval == 500ms);
    CHECK(jittered.jitter == Approx(0.2));
    CHECK(std::get<Jittered>(read("jittered").at_rate(10, 5)).jitter == 1);
    CHECK(std::get<Poisson>(read("poisson").at_rate(10, 5)).interval == 500ms);
    CHECK(std::get<Constant>(read("constant").at_rate(10, 5)).rate == 10);

    const auto burst = std::get<Burst>(read("burst:20@1m+100ms").own);
    CHECK(burst.size == 20);
    CHECK(burst.interval == 1min);
    CHECK(burst.spacing == 100ms);
    CHECK(read("burst:20@10s").own_rate(5) == 10);
    CHECK_FALSE(read("constant").own_rate(5));
    CHECK(std::get<Burst>(read("burst:20@1m").own).spacing == 0ms);
    CHECK(std::get<Calendar>(read("cron:0 6 * * 1-5+30s").own).jitter == 30s);
    CHECK(read("trace:a:b+c").file == "a:b+c");

    for (const auto* const wrong :
         {"", "burst", "burst:1", "burst:x@1s", "burst:1@1s+", "burst:1000001@1000000s",
          "burst:2@1s+501ms", "cron", "cron:* * * * *+1m", "trace", "jittered:-1", "poisson:"}) {
        INFO(wrong);
        CHECK(std::holds_alternative<std::string>(parse_arrival_rule(wrong)));
    }
}
