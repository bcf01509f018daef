// SPDX-License-Identifier: Apache-2.0
// When to read from the MQTT broker, when to wait for Kafka, and when to acknowledge.
#pragma once

#include "common/base/backoff.hpp"
#include "common/base/time.hpp"

#include <cstddef>

namespace tlm::mqtt2kafka {

struct CycleOptions {
    /// From the start of one read to the next while messages trickle in: at low rates wake-ups are
    /// the cost. An idle bridge reads at once, and so does one whose last read was a full batch.
    milliseconds tick{12};
    milliseconds collect_interval{3}; ///< how often delivery reports are looked for
    milliseconds away_interval{50};   ///< the same without a connection, when nothing is urgent
    milliseconds keep_alive_interval{1000};
    /// How often the broker is asked for a proof that it has read our acknowledgements.
    milliseconds proof_interval{1000};
    /// How long Kafka may keep silent before the connection is given up on purpose. Nothing may be
    /// written while messages are unconfirmed, a PINGREQ neither; the broker hangs up after 1.5
    /// times the keep-alive, and up to one keep-alive may have passed before.
    milliseconds park_after{15'000};
    milliseconds reconnect_first{500};
    milliseconds reconnect_limit{30'000};
};

/// What the caller sees when it asks what to do.
struct Observed {
    Monotonic now{};
    bool readable = false;       ///< the last poll() said so
    bool writable = true;        ///< false after a write that was not taken whole
    bool wants_write = false;    ///< something is queued for the broker
    std::size_t unconfirmed = 0; ///< messages read whose fate at Kafka is not known
    bool failed = false;         ///< one of the messages read will never be confirmed
    bool provable = false;       ///< a proof that the broker has read it all is wanted
    bool stopping = false;
    Monotonic deadline{}; ///< for stopping: give up on confirmations at this time
};

enum class Action {
    wait,       ///< poll() as the step says, then ask again
    connect,    ///< drop what was read, open a connection
    read,       ///< read messages, then call read_done()
    collect,    ///< send what is not sent, take delivery reports
    write,      ///< write what is queued: acknowledgements, SUBSCRIBE, PINGREQ
    release,    ///< everything read is confirmed and acknowledged: forget it
    prove,      ///< everything read is acknowledged: ask the broker for a proof
    keep_alive, ///< look whether a PINGREQ is due
    abandon,    ///< close without writing, then link_lost(): the broker will send again
    close,      ///< nothing is held back: close so that the broker reads every acknowledgement
    finish,     ///< end with everything confirmed
    give_up,    ///< end, although messages are unconfirmed; they are not acknowledged
};

struct Step {
    Action action = Action::wait;
    Monotonic until{};        ///< for wait
    bool watch_read = false;  ///< for wait: also until the connection is readable
    bool watch_write = false; ///< for wait: also until it is writable
};

/// The loop of the bridge as a machine without clock or socket. The MQTT library queues an
/// acknowledgement for each message as soon as it is read, and one write sends all of them: so the
/// bridge reads, then touches the connection no more until Kafka has confirmed everything that was
/// read, then writes, then reads again. What goes wrong before the write ends with a connection
/// closed without writing, and the broker sends the messages again.
class AckCycle {
  public:
    explicit AckCycle(const CycleOptions& options)
        : m_options(options), m_backoff(options.reconnect_first, options.reconnect_limit)
    {}

    /// What to do now. After anything but wait, ask again with what is seen then.
    [[nodiscard]] Step next(const Observed& seen);

    /// A read that began at `began` gave so many messages and is over; `full`: it ended because
    /// the window had no more room.
    void read_done(Monotonic began, Monotonic now, std::size_t messages, bool full);

    /// The connection broke or could not be made. `unit` is a random number in [0, 1).
    void link_lost(Monotonic now, double unit);

    /// The connection was left in order, everything read being acknowledged: connect again at once.
    void left(Monotonic now) noexcept;

    /// True while the connection is given up because Kafka does not answer.
    [[nodiscard]] bool parked() const noexcept { return m_parked; }

    /// When the next attempt to connect is due; for the log.
    [[nodiscard]] Monotonic retry_at() const noexcept { return m_retry_at; }

  private:
    enum class State { offline, reading, confirming, releasing };

    [[nodiscard]] Step offline(const Observed& seen);
    [[nodiscard]] Step reading(const Observed& seen);
    [[nodiscard]] Step confirming(const Observed& seen);
    [[nodiscard]] Step releasing(const Observed& seen);
    [[nodiscard]] Step collect(const Observed& seen, milliseconds interval);
    [[nodiscard]] static Step write(const Observed& seen, Monotonic until);

    CycleOptions m_options;
    Backoff m_backoff;
    State m_state = State::offline;
    bool m_parked = false;
    Monotonic m_retry_at; ///< offline: not before this
    Monotonic m_connected_at;
    Monotonic m_next_read;
    Monotonic m_next_collect;
    Monotonic m_next_keep_alive;
    Monotonic m_next_proof;
    Monotonic m_confirming_since;
    Monotonic m_releasing_since;
};

} // namespace tlm::mqtt2kafka
