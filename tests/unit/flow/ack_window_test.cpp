// SPDX-License-Identifier: Apache-2.0
#include "common/flow/ack_window.hpp"
#include "tests/support/catch.hpp"

using std::chrono::seconds;
using tlm::AckWindow;
using tlm::Monotonic;
using tlm::Ticket;

namespace {

constexpr AckWindow::Bound kBound{3, 100};

} // namespace

TEST_CASE("ack window: it can be released only when all is confirmed", "[flow]")
{
    AckWindow window{kBound};
    CHECK(window.releasable());
    const Ticket first = window.open(10, Monotonic{});
    const Ticket second = window.open(10, Monotonic{});
    CHECK(window.outstanding() == 2);
    CHECK(window.confirm(second));
    CHECK_FALSE(window.releasable());
    CHECK(window.confirmed(1));
    CHECK_FALSE(window.confirmed(0));
    CHECK(window.confirm(first));
    CHECK(window.releasable());
    CHECK(window.outstanding() == 0);
}

TEST_CASE("ack window: one failed item holds all of it", "[flow]")
{
    AckWindow window{kBound};
    const Ticket first = window.open(10, Monotonic{});
    const Ticket second = window.open(10, Monotonic{});
    CHECK(window.fail(first));
    CHECK(window.confirm(second));
    CHECK(window.outstanding() == 0);
    CHECK(window.failed() == 1);
    CHECK_FALSE(window.releasable());
    CHECK(window.clear());
    CHECK(window.releasable());
    CHECK(window.failed() == 0);
}

TEST_CASE("ack window: tickets of another window and tickets twice are refused", "[flow]")
{
    AckWindow window{kBound};
    const Ticket old = window.open(10, Monotonic{});
    CHECK_FALSE(window.clear());
    CHECK(window.confirm(old));
    CHECK_FALSE(window.confirm(old));
    CHECK_FALSE(window.fail(old));
    CHECK(window.clear());

    const Ticket fresh = window.open(10, Monotonic{});
    CHECK(fresh > old);
    CHECK_FALSE(window.contains(old));
    CHECK_FALSE(window.confirm(old));
    CHECK_FALSE(window.confirm(fresh + 1));
    CHECK(window.outstanding() == 1);
    CHECK(window.index_of(fresh) == 0);
}

TEST_CASE("ack window: room ends at the bound of items and of bytes", "[flow]")
{
    AckWindow items{kBound};
    for (int i = 0; i < 3; ++i) {
        CHECK(items.has_room());
        static_cast<void>(items.open(1, Monotonic{}));
    }
    CHECK_FALSE(items.has_room());

    AckWindow bytes{kBound};
    static_cast<void>(bytes.open(99, Monotonic{}));
    CHECK(bytes.has_room());
    static_cast<void>(bytes.open(500, Monotonic{}));
    CHECK_FALSE(bytes.has_room());
    CHECK(bytes.bytes() == 599);
}

TEST_CASE("ack window: its age is that of its first item", "[flow]")
{
    AckWindow window{kBound};
    CHECK_FALSE(window.oldest());
    const Ticket first = window.open(1, Monotonic{seconds{5}});
    static_cast<void>(window.open(1, Monotonic{seconds{6}}));
    CHECK(window.confirm(first));
    CHECK(window.oldest() == Monotonic{seconds{5}});
}
