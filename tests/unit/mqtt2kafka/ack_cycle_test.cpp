// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/mqtt2kafka/ack_cycle.hpp"

#include <chrono>

using namespace std::chrono_literals;
using tlm::Monotonic;
using tlm::mqtt2kafka::AckCycle;
using tlm::mqtt2kafka::Action;
using tlm::mqtt2kafka::CycleOptions;
using tlm::mqtt2kafka::Observed;
using tlm::mqtt2kafka::Step;

namespace {

/// A cycle with a clock that stands still until it is moved.
struct Rig {
    AckCycle cycle{CycleOptions{}};
    Observed seen{Monotonic{1h}};

    Step next() { return cycle.next(seen); }

    Action action() { return next().action; }

    void connect() { REQUIRE(action() == Action::connect); }

    /// Reads so many messages, which are then unconfirmed.
    void read(std::size_t messages, bool full = false)
    {
        seen.readable = true;
        REQUIRE(action() == Action::read);
        cycle.read_done(seen.now, seen.now, messages, full);
        seen.unconfirmed = messages;
        seen.wants_write = messages > 0;
        seen.readable = false;
    }

    void confirm_and_write()
    {
        seen.unconfirmed = 0;
        REQUIRE(action() == Action::write);
        seen.wants_write = false;
        REQUIRE(action() == Action::release);
    }
};

} // namespace

TEST_CASE("ack cycle: nothing is written between a read and its last confirmation", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    CHECK(rig.action() == Action::collect);
    for (int i = 0; i < 100; ++i) {
        rig.seen.now += 1ms;
        rig.seen.unconfirmed = 1 + static_cast<std::size_t>(i) % 5;
        rig.seen.readable = true;
        const Step step = rig.next();
        CHECK((step.action == Action::collect || step.action == Action::wait));
        CHECK_FALSE(step.watch_read);
        CHECK_FALSE(step.watch_write);
    }
    rig.seen.unconfirmed = 0;
    CHECK(rig.action() == Action::write);
}

TEST_CASE("ack cycle: reports are collected at once, then at the interval", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    const Monotonic began = rig.seen.now;
    CHECK(rig.action() == Action::collect);
    const Step step = rig.next();
    CHECK(step.action == Action::wait);
    CHECK(step.until == began + 3ms);
    rig.seen.now = began + 3ms;
    CHECK(rig.action() == Action::collect);
}

TEST_CASE("ack cycle: trickling messages are read in ticks", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    const Monotonic began = rig.seen.now;
    rig.read(50);
    rig.seen.now += 4ms;
    rig.confirm_and_write();
    rig.seen.readable = true;
    const Step step = rig.next();
    CHECK(step.action == Action::wait);
    CHECK(step.until == began + CycleOptions{}.tick);
    CHECK_FALSE(step.watch_read);
    rig.seen.now = began + CycleOptions{}.tick;
    CHECK(rig.action() == Action::read);
}

TEST_CASE("ack cycle: after a full batch and when idle there is no tick", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(4096, true);
    rig.confirm_and_write();
    rig.seen.readable = true;
    CHECK(rig.action() == Action::read);
    rig.cycle.read_done(rig.seen.now, rig.seen.now, 0, false);

    rig.seen.readable = false;
    rig.seen.now += 500ms;
    const Step idle = rig.next();
    CHECK(idle.action == Action::wait);
    CHECK(idle.watch_read);
    rig.seen.readable = true;
    CHECK(rig.action() == Action::read);
}

TEST_CASE("ack cycle: a read without messages holds nothing", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(0);
    rig.seen.wants_write = true; // SUBSCRIBE after the CONNACK
    CHECK(rig.action() == Action::write);
}

TEST_CASE("ack cycle: a write that the broker does not take waits for it", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    rig.seen.unconfirmed = 0;
    CHECK(rig.action() == Action::write);
    rig.seen.writable = false;
    const Step step = rig.next();
    CHECK(step.action == Action::wait);
    CHECK(step.watch_write);
    rig.seen.writable = true;
    CHECK(rig.action() == Action::write);
    rig.seen.wants_write = false;
    CHECK(rig.action() == Action::release);
}

TEST_CASE("ack cycle: a broker that takes nothing for long is given up", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    rig.seen.unconfirmed = 0;
    rig.seen.writable = false;
    CHECK(rig.action() == Action::wait);
    rig.seen.now += 15s;
    CHECK(rig.action() == Action::abandon);
}

TEST_CASE("ack cycle: a failed message closes without writing and backs off", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    rig.seen.failed = true;
    rig.seen.unconfirmed = 2;
    CHECK(rig.action() == Action::abandon);
    rig.cycle.link_lost(rig.seen.now, 0.0);
    CHECK_FALSE(rig.cycle.parked());
    CHECK(rig.cycle.retry_at() > rig.seen.now);

    // The other two must be resolved first, however long it takes.
    rig.seen.now += 1h;
    CHECK(rig.action() == Action::collect);
    rig.seen.now += 1h;
    CHECK(rig.action() == Action::collect);
    rig.seen.unconfirmed = 0;
    CHECK(rig.action() == Action::connect);
}

TEST_CASE("ack cycle: failures in a row wait longer, a release ends the row", "[mqtt2kafka]")
{
    Rig rig;
    const auto fail_once = [&rig] {
        rig.connect();
        rig.read(1);
        rig.seen.failed = true;
        REQUIRE(rig.action() == Action::abandon);
        rig.cycle.link_lost(rig.seen.now, 0.999);
        rig.seen.failed = false;
        rig.seen.unconfirmed = 0;
        rig.seen.wants_write = false;
        const auto delay = rig.cycle.retry_at() - rig.seen.now;
        CHECK(rig.action() == Action::wait);
        rig.seen.now = rig.cycle.retry_at();
        return delay;
    };
    const auto first = fail_once();
    const auto second = fail_once();
    const auto third = fail_once();
    CHECK(second > first);
    CHECK(third > second);
    rig.connect();
    rig.read(1);
    rig.confirm_and_write();
    rig.cycle.link_lost(rig.seen.now, 0.999);
    CHECK(rig.cycle.retry_at() - rig.seen.now == first);
}

TEST_CASE("ack cycle: a connection that held for long starts the back-off anew", "[mqtt2kafka]")
{
    Rig rig;
    for (int i = 0; i < 5; ++i) {
        rig.connect();
        rig.cycle.link_lost(rig.seen.now, 0.999);
        rig.seen.now = rig.cycle.retry_at();
    }
    rig.connect();
    rig.seen.now += 30s;
    rig.cycle.link_lost(rig.seen.now, 0.999);
    CHECK(rig.cycle.retry_at() - rig.seen.now <= 1s);
}

TEST_CASE("ack cycle: Kafka away parks the connection until it answers", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    rig.seen.now += 15s - 1ms;
    CHECK(rig.action() == Action::collect);
    rig.seen.now += 1ms;
    CHECK(rig.action() == Action::abandon);
    rig.cycle.link_lost(rig.seen.now, 0.5);
    CHECK(rig.cycle.parked());
    rig.seen.wants_write = false;

    rig.seen.now += 3ms;
    const Monotonic parked_at = rig.seen.now;
    CHECK(rig.action() == Action::collect);
    const Step step = rig.next();
    CHECK(step.action == Action::wait);
    CHECK(step.until == parked_at + 50ms);
    rig.seen.now += 10min;
    CHECK(rig.action() == Action::collect);
    CHECK(rig.cycle.parked());
    rig.seen.unconfirmed = 0;
    CHECK(rig.action() == Action::connect);
    CHECK_FALSE(rig.cycle.parked());
}

TEST_CASE("ack cycle: a connection lost with messages at Kafka waits for them", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    rig.cycle.link_lost(rig.seen.now, 0.5);
    rig.seen.now += 10s;
    CHECK(rig.action() == Action::collect);
    rig.seen.unconfirmed = 0;
    CHECK(rig.action() == Action::connect);
}

TEST_CASE("ack cycle: the keep-alive is looked after only when nothing is held", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.seen.now += 1s;
    CHECK(rig.action() == Action::keep_alive);
    CHECK(rig.action() == Action::wait);
    rig.read(5);
    for (int i = 0; i < 5; ++i) {
        rig.seen.now += 1s;
        CHECK(rig.action() == Action::collect);
    }
    rig.confirm_and_write();
    CHECK(rig.action() == Action::keep_alive);
}

TEST_CASE("ack cycle: stopping with nothing held closes in order", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.seen.stopping = true;
    rig.seen.deadline = rig.seen.now + 10s;
    rig.seen.readable = true;
    CHECK(rig.action() == Action::close);
}

TEST_CASE("ack cycle: stopping confirms and acknowledges what was read", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    rig.seen.stopping = true;
    rig.seen.deadline = rig.seen.now + 10s;
    CHECK(rig.action() == Action::collect);
    rig.confirm_and_write();
    rig.seen.readable = true;
    CHECK(rig.action() == Action::close);
}

TEST_CASE("ack cycle: stopping gives up at the deadline and not before", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    rig.seen.stopping = true;
    rig.seen.deadline = rig.seen.now + 10s;
    rig.seen.now += 10s - 1ms;
    CHECK(rig.action() == Action::collect);
    rig.seen.now += 1ms;
    CHECK(rig.action() == Action::give_up);
}

TEST_CASE("ack cycle: a stop waits for Kafka with the connection", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    rig.seen.stopping = true;
    rig.seen.deadline = rig.seen.now + 30s;
    rig.seen.now += 20s; // longer than a bridge that goes on would
    CHECK(rig.action() == Action::collect);
    rig.confirm_and_write();
    CHECK(rig.action() == Action::close);
}

TEST_CASE("ack cycle: stopping without a connection", "[mqtt2kafka]")
{
    Rig rig;
    rig.seen.stopping = true;
    rig.seen.deadline = rig.seen.now + 10s;
    CHECK(rig.action() == Action::finish);

    rig.seen.stopping = false;
    rig.connect();
    rig.read(5);
    rig.cycle.link_lost(rig.seen.now, 0.5);
    rig.seen.stopping = true;
    CHECK(rig.action() == Action::collect);
    rig.seen.now = rig.seen.deadline;
    CHECK(rig.action() == Action::give_up);
    rig.seen.unconfirmed = 0;
    CHECK(rig.action() == Action::finish);
}

TEST_CASE("ack cycle: at the stop deadline a blocked write is given up", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    rig.read(5);
    rig.seen.unconfirmed = 0;
    rig.seen.stopping = true;
    rig.seen.deadline = rig.seen.now + 1s;
    rig.seen.writable = false;
    CHECK(rig.action() == Action::wait);
    rig.seen.now += 1s;
    CHECK(rig.action() == Action::abandon);
}

TEST_CASE("ack cycle: a proof is asked for now and then, and never amid a window", "[mqtt2kafka]")
{
    Rig rig;
    rig.connect();
    const Monotonic began = rig.seen.now;
    rig.seen.provable = true;
    const Step idle = rig.next();
    CHECK(idle.action == Action::wait);
    CHECK(idle.until == began + CycleOptions{}.proof_interval);

    rig.read(5);
    rig.seen.now = began + 2 * CycleOptions{}.proof_interval;
    rig.seen.wants_write = true;
    CHECK(rig.action() == Action::collect);
    rig.confirm_and_write();
    rig.seen.now += CycleOptions{}.tick;
    CHECK(rig.action() == Action::keep_alive);
    CHECK(rig.action() == Action::prove);
    rig.seen.wants_write = true; // the question
    CHECK(rig.action() == Action::write);
    rig.seen.wants_write = false;
    CHECK(rig.action() == Action::wait);
}
