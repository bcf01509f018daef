// SPDX-License-Identifier: Apache-2.0
// Which of several MQTT brokers to be at.
#pragma once

#include "common/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace tlm::mqtt2kafka {

struct RotaOptions {
    /// The brokers share their sessions: one is as good as another, and none is visited.
    bool cluster = false;
    milliseconds probe_interval{2'000}; ///< between two looks at a broker that does not answer
    milliseconds visit_first{2'000};    ///< to the next visit of a broker that had messages
    milliseconds visit_limit{60'000};   ///< the same, doubled with each visit that found none
    milliseconds quiet{500};            ///< a visit ends after so long without a message
    milliseconds longest_visit{5'000};  ///< and after this at the latest: others wait as well
};

/// Brokers that share nothing, each with a session of ours that queues while we are elsewhere. One
/// is home: the first of the list that answers. From there the others are visited now and then,
/// each until it is quiet, so that nothing which devices have left there stays for ever; and from
/// the start, because a broker queues for a session only once it has one. A visit to a broker that
/// stands before the home makes it the home. Pure: the caller connects, and says how it went.
class Rota {
  public:
    Rota(std::size_t brokers, const RotaOptions& options);

    /// The broker to be at: connected, or the next to connect to.
    [[nodiscard]] std::size_t current() const noexcept { return m_current; }

    /// At a broker that is not the home, or on the way to it.
    [[nodiscard]] bool visiting() const noexcept { return m_home && *m_home != m_current; }

    /// True at the home broker, with nobody to look for at the moment.
    [[nodiscard]] bool settled(Monotonic now) const { return !visiting() && !wanted(now); }

    /// The broker to go to when it answers: to visit it, or to come home from a visit. Only while
    /// the subscription stands.
    [[nodiscard]] std::optional<std::size_t> wanted(Monotonic now) const;

    /// It answers, and the current one was left in order: it is current().
    void go(std::size_t broker, Monotonic now);

    /// It does not answer.
    void silent(std::size_t broker, Monotonic now);

    /// The subscription at current() stands.
    void subscribed(Monotonic now);

    /// Messages came from current().
    void heard(Monotonic now) noexcept;

    /// The connection to current() was lost or could not be made: current() is the next to try.
    void lost(Monotonic now);

  private:
    struct Place {
        Monotonic due{}; ///< not looked for before this; at the start at once
        milliseconds interval{0};
    };

    RotaOptions m_options;
    std::vector<Place> m_places;
    std::size_t m_current = 0;
    std::optional<std::size_t> m_home;
    bool m_subscribed = false;
    bool m_heard = false; ///< messages came since subscribed()
    Monotonic m_subscribed_at;
    Monotonic m_heard_at;
};

} // namespace tlm::mqtt2kafka
