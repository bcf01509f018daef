// SPDX-License-Identifier: Apache-2.0
#include "common/validation/flood_gate.hpp"
#include "tests/support/catch.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace tlm;
using namespace tlm::validation;

namespace {

constexpr EpochMs kStart = 1'767'225'600'000;

struct FakeSink final : Sink {
    std::vector<std::pair<std::string, Ticket>> sent;
    std::vector<Delivery> delivered;
    std::size_t room = 100;
    std::size_t flushed = 0;
    std::size_t stuck_behind = 100; ///< so many are delivered, then no more

    [[nodiscard]] bool send(const Output& output, Ticket ticket) override
    {
        if (room == 0) {
            return false;
        }
        --room;
        sent.emplace_back(output.value, ticket);
        return true;
    }

    void collect(std::vector<Delivery>& deliveries) override
    {
        deliveries.insert(deliveries.end(), delivered.begin(), delivered.end());
        delivered.clear();
    }

    /// Delivers what is new, and has room for as many again.
    [[nodiscard]] bool flush(milliseconds /*deadline*/) override
    {
        for (; stuck_behind != 0 && flushed < sent.size(); ++flushed, ++room, --stuck_behind) {
            delivered.push_back({sent[flushed].second, true, ""});
        }
        return flushed == sent.size();
    }

    void close() override {}
};

DeadLetter letter_of(std::string_view device_id, std::string_view payload)
{
    return {{Reason::not_json, "", ""}, payload, device_id, {}, kStart};
}

struct Rig {
    FakeSink* sink = nullptr;
    DeadLetters letters{make(sink), DeadLetters::Form::line};
    FloodGate gate{{.repeats = true}, {1, 2}, letters};

    static std::unique_ptr<Sink> make(FakeSink*& sink)
    {
        auto made = std::make_unique<FakeSink>();
        sink = made.get();
        return made;
    }
};

} // namespace

TEST_CASE("flood gate: a summary is sent within a minute, and again until it arrives",
          "[validation]")
{
    Rig rig;
    CHECK(rig.gate.admit(letter_of("a", "x"), kStart));
    CHECK_FALSE(rig.gate.admit(letter_of("a", "x"), kStart));
    rig.gate.summarise(kStart + 59'000);
    CHECK(rig.sink->sent.empty());
    CHECK_FALSE(rig.gate.awaits());
    rig.sink->room = 0;
    rig.gate.summarise(kStart + 60'000);
    CHECK_FALSE(rig.gate.awaits());
    rig.sink->room = 5;
    rig.gate.summarise(kStart + 60'001);
    REQUIRE(rig.sink->sent.size() == 1);
    CHECK(rig.sink->sent[0].first.find(R"("suppressed":1)") != std::string::npos);
    CHECK(rig.gate.awaits());

    CHECK_FALSE(rig.gate.take({1, true, ""})); // that of a letter
    CHECK(rig.gate.take({rig.sink->sent[0].second, false, "away"}));
    CHECK_FALSE(rig.gate.awaits());
    rig.gate.summarise(kStart + 60'002);
    REQUIRE(rig.sink->sent.size() == 2);
    CHECK(rig.gate.take({rig.sink->sent[1].second, true, ""}));
    rig.gate.finish(kStart + 60'003);
    CHECK(rig.sink->sent.size() == 2);
}

TEST_CASE("flood gate: after a letter that may be lost the next is no copy", "[validation]")
{
    Rig rig;
    CHECK(rig.gate.admit(letter_of("a", "x"), kStart));
    rig.gate.written_again();
    CHECK(rig.gate.admit(letter_of("a", "x"), kStart));
    CHECK_FALSE(rig.gate.admit(letter_of("a", "x"), kStart));
    rig.gate.finish(kStart);
    REQUIRE(rig.sink->sent.size() == 1);
}

TEST_CASE("flood gate: at the end it waits for room while the sink delivers", "[validation]")
{
    for (const std::size_t delivers : {100U, 2U}) {
        Rig rig;
        for (const auto* device : {"a", "b", "c", "d", "e"}) {
            CHECK(rig.gate.admit(letter_of(device, "x"), kStart));
            CHECK_FALSE(rig.gate.admit(letter_of(device, "x"), kStart));
        }
        rig.sink->room = 2;
        rig.sink->stuck_behind = delivers;
        rig.gate.finish(kStart);
        CHECK(rig.sink->sent.size() == (delivers == 2 ? 4 : 5));
    }
}
