// SPDX-License-Identifier: Apache-2.0
#include "common/base/version.hpp"
#include "common/ops/health.hpp"
#include "common/ops/metrics.hpp"
#include "common/ops/random.hpp"
#include "tests/support/catch.hpp"

#include <stdexcept>

namespace tlm::ops {

TEST_CASE("metrics: what a scrape sees", "[ops]")
{
    Metrics metrics("prog");
    Counter records = metrics.counter("tlm_records_total", "Records.", {{"kind", "good"}});
    records.add();
    records.add(2);
    records.add(-5);
    metrics.counter("tlm_records_total", "Records.", {{"kind", "good"}}).add();
    Gauge lag = metrics.gauge("tlm_lag_records", "Lag.");
    lag.set(7);
    lag.add(-3);
    metrics.histogram("tlm_batch_seconds", "Batch.", {0.1, 1}).observe(0.5);
    CHECK(records.value() == 4);
    CHECK(lag.value() == 4);

    const std::string text = metrics.text();
    const auto has = [&text](const std::string& line) {
        return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
    };
    CHECK(has("# TYPE tlm_records_total counter"));
    CHECK(has("tlm_records_total{kind=\"good\"} 4"));
    CHECK(has("tlm_lag_records 4"));
    CHECK(has("tlm_batch_seconds_bucket{le=\"0.1\"} 0"));
    CHECK(has("tlm_batch_seconds_bucket{le=\"1\"} 1"));
    CHECK(has("tlm_build_info{program=\"prog\",version=\"" + std::string{version()} + "\"} 1"));
}

TEST_CASE("metrics: names keep the rules", "[ops]")
{
    Metrics metrics("prog");
    CHECK_THROWS_AS(metrics.counter("tlm_records", "x"), std::logic_error);
    CHECK_THROWS_AS(metrics.counter("records_total", "x"), std::logic_error);
    CHECK_THROWS_AS(metrics.gauge("tlm_x_total", "x"), std::logic_error);
    CHECK_THROWS_AS(metrics.gauge("tlm_a-b", "x"), std::logic_error);
    static_cast<void>(metrics.gauge("tlm_x", "x"));
    CHECK_THROWS_AS(metrics.histogram("tlm_x", "x", {1}), std::logic_error);
}

TEST_CASE("counter: follows a total that is kept elsewhere", "[ops]")
{
    Metrics metrics("prog");
    Counter counter = metrics.counter("tlm_things_total", "Things.");
    counter.follow(3);
    counter.follow(3);
    CHECK(counter.value() == 3);
    counter.follow(1); // what counts began anew
    CHECK(counter.value() == 3);
    counter.follow(10);
    CHECK(counter.value() == 10);
}

TEST_CASE("health: alive while there is progress", "[ops]")
{
    const Monotonic start{std::chrono::hours{1}};
    Health health(milliseconds{1000}, start);
    CHECK(health.alive(start + milliseconds{1000}));
    CHECK_FALSE(health.alive(start + milliseconds{1001}));
    health.progress(start + milliseconds{900});
    CHECK(health.alive(start + milliseconds{1900}));
    CHECK_FALSE(health.alive(start + milliseconds{1901}));
    CHECK(Health(milliseconds{0}, start).alive(start + std::chrono::hours{100}));
    CHECK_FALSE(health.ready());
}

TEST_CASE("jitter: from 0 to below 1, and not always the same", "[ops]")
{
    Jitter jitter;
    double least = 1;
    double most = 0;
    for (int i = 0; i < 1000; ++i) {
        const double value = jitter.next();
        least = std::min(least, value);
        most = std::max(most, value);
    }
    CHECK(least >= 0);
    CHECK(most < 1);
    CHECK(most - least > 0.5);
}

} // namespace tlm::ops
