// SPDX-License-Identifier: Apache-2.0
// A Forwarder between sinks that do what a test tells them.
#pragma once

#include "tests/support/catch.hpp"
#include "tools/mqtt2kafka/forwarder.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tlm::mqtt2kafka {

using namespace std::chrono_literals;

inline constexpr tlm::EpochMs kNow = 1'767'225'600'000;
inline constexpr const char* kTopic = "devices/d1/telemetry";

/// A sink that confirms when it is told to.
struct FakeSink final : tlm::Sink {
    std::vector<std::pair<std::string, Ticket>> sent;
    std::vector<std::vector<tlm::Header>> headers; ///< of sent
    std::vector<Delivery> reports;
    std::size_t room = 1000;

    [[nodiscard]] bool send(const Output& output, Ticket ticket) override
    {
        if (room == 0) {
            return false;
        }
        --room;
        sent.emplace_back(output.value, ticket);
        headers.emplace_back(output.headers.begin(), output.headers.end());
        return true;
    }

    void collect(std::vector<Delivery>& deliveries) override
    {
        deliveries.insert(deliveries.end(), reports.begin(), reports.end());
        reports.clear();
    }

    [[nodiscard]] bool flush(tlm::milliseconds) override { return true; }

    void close() override {}

    void confirm(std::size_t index) { reports.push_back({sent.at(index).second, true, ""}); }

    void confirm_all()
    {
        for (const auto& entry : sent) {
            reports.push_back({entry.second, true, ""});
        }
        sent.clear();
    }

    void refuse(std::size_t index, std::string error)
    {
        reports.push_back({sent.at(index).second, false, std::move(error)});
    }
};

struct FakeSpill final : tlm::Spill {
    std::vector<std::string> stored;
    std::string error;

    [[nodiscard]] std::variant<Spilled, std::string> store(std::string_view payload) override
    {
        if (!error.empty()) {
            return error;
        }
        stored.emplace_back(payload);
        return Spilled{payload.size(), "digest", "/spill/digest"};
    }
};

struct Rig {
    FakeSink records;
    FakeSink* dead = nullptr;
    DeadLetters dead_letters;
    Forwarder forwarder;

    FakeSpill spill;
    Monotonic now{};

    explicit Rig(AckWindow::Bound bound = {}, bool with_spill = false,
                 TranslateOptions options = {}, tlm::validation::FloodCapSettings flood = {})
        : dead_letters(make_dead(dead)),
          forwarder(std::move(options), bound, records, dead_letters, false,
                    Resolve{with_spill ? &spill : nullptr, 10s, flood, {1, 2}})
    {}

    static DeadLetters make_dead(FakeSink*& dead)
    {
        auto sink = std::make_unique<FakeSink>();
        dead = sink.get();
        return {std::move(sink), DeadLetters::Form::record};
    }

    void take(std::string_view payload, bool dup = false, int qos = 1)
    {
        forwarder.take({kTopic, payload, qos, false, dup}, Monotonic{});
    }

    void advance() { forwarder.advance(kNow, now); }
};

} // namespace tlm::mqtt2kafka
