// SPDX-License-Identifier: Apache-2.0
// Where messages go: MQTT brokers, or records on a descriptor.
#pragma once

#include "common/base/time.hpp"
#include "tools/sim/script.hpp"

#include <poll.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// A message that the destination has: acknowledged (QoS 1 and 2), or written (QoS 0, records).
struct Confirmation {
    std::uint32_t device = 0;
    nanoseconds intended{0}; ///< as the message said
    Monotonic at{};          ///< when it was confirmed
};

/// What became of messages besides being confirmed.
struct OutletCounts {
    std::uint64_t refused = 0; ///< answered with an error
    std::uint64_t resent = 0;  ///< again on a new connection
    std::uint64_t unheard = 0; ///< of edge nodes whose connection broke before they went out
    std::uint64_t reconnects = 0;
    std::uint64_t connections = 0; ///< opened for the first time
    std::uint64_t in_doubt = 0;    ///< at QoS 2 sent again, although it may have arrived
};

/// A destination driven by the pipeline's poll loop. Used by one thread. Throws Error fatal when
/// it can take no more for good.
class Outlet {
  public:
    Outlet() = default;
    Outlet(const Outlet&) = delete;
    Outlet& operator=(const Outlet&) = delete;
    virtual ~Outlet() = default;

    /// True once all connections are there: the run may begin.
    [[nodiscard]] virtual bool ready() const = 0;

    /// True when send() may be called.
    [[nodiscard]] virtual bool has_room() const = 0;

    /// False while what the device says would be lost: it is an edge node that has no connection.
    /// Do not send it.
    [[nodiscard]] virtual bool hears(std::uint32_t /*device*/) const { return true; }

    /// The next device that has to introduce itself, before anything of it is sent.
    [[nodiscard]] virtual std::optional<Newcomer> next_newcomer() { return std::nullopt; }

    /// Takes a message; it goes out with the next flush().
    virtual void send(const Message& message) = 0;
    virtual void flush(Monotonic now) = 0;

    /// True when flush() returns only when the receiver has taken all.
    [[nodiscard]] virtual bool flush_waits() const { return false; }

    /// What to wait for; descriptor -1: nothing.
    [[nodiscard]] virtual pollfd interest() const = 0;

    /// When serve() must be called even though nothing happened.
    [[nodiscard]] virtual std::optional<Monotonic> deadline() const = 0;
    virtual void serve(short revents, Monotonic now) = 0;

    /// Appends what was confirmed since the last call; take it after each flush() and serve().
    virtual void collect(std::vector<Confirmation>& out) = 0;

    /// Has the next flush() cut the connection of a device without a goodbye, behind what was given
    /// to send(); it comes back by itself after a jittered delay. Does nothing where there are no
    /// connections.
    virtual void hang_up(std::uint32_t device) = 0;

    /// Messages sent that are neither confirmed nor refused.
    [[nodiscard]] virtual std::uint64_t unconfirmed() const = 0;

    [[nodiscard]] virtual OutletCounts counts() const = 0;

    /// True when nobody reads any more and the run should end.
    [[nodiscard]] virtual bool reader_gone() const = 0;

    virtual void close() = 0;

    /// How it stands, for the line on the terminal: `connected 990 of 1000, connecting 10`; may be
    /// empty.
    [[nodiscard]] virtual std::string status() const = 0;

    /// What to tell about it at the end: `acknowledged 4000, reconnects 1`.
    [[nodiscard]] virtual std::string summary() const = 0;
};

} // namespace tlm::sim
