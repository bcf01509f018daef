// SPDX-License-Identifier: Apache-2.0
// Questions that are asked again until brokers answer; private to this library.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/kafka/client.hpp"

#include <poll.h>

#include <chrono>
#include <optional>
#include <string>

namespace tlm::kafka {

/// Calls `ask(wait)`, which gives an optional, until it gives something. Empty as soon as `stop_fd`
/// (-1: none) is readable; throws Error transient with `unanswered`, and what `state` knows of the
/// reason, after `deadline`.
template <typename Ask>
auto ask_until_answered(const Ask& ask, const std::string& unanswered, const ClientState& state,
                        milliseconds deadline, int stop_fd) -> decltype(ask(deadline))
{
    constexpr milliseconds kSlice{500}; // how long a request may keep us from stop_fd
    constexpr milliseconds kPause{100}; // after an answer that was none
    const auto start = std::chrono::steady_clock::now();
    for (;;) {
        if (auto answer = ask(kSlice)) {
            return answer;
        }
        if (std::chrono::steady_clock::now() - start >= deadline) {
            throw transient_error(unanswered + state.problem());
        }
        pollfd waiting{stop_fd, POLLIN, 0};
        if (::poll(&waiting, 1, poll_timeout(kPause)) > 0) {
            return std::nullopt;
        }
    }
}

} // namespace tlm::kafka
