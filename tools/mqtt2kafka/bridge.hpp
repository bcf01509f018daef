// SPDX-License-Identifier: Apache-2.0
// The loop: does what AckCycle says, with real sockets and clocks.
#pragma once

#include "common/base/error.hpp"
#include "common/base/exit_status.hpp"
#include "common/base/time.hpp"
#include "common/mqtt/subscriber.hpp"
#include "common/ops/random.hpp"
#include "tools/mqtt2kafka/ack_cycle.hpp"
#include "tools/mqtt2kafka/broker.hpp"
#include "tools/mqtt2kafka/forwarder.hpp"
#include "tools/mqtt2kafka/monitor.hpp"
#include "tools/mqtt2kafka/rota.hpp"
#include "tools/mqtt2kafka/settings.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace tlm::ops {
class Shutdown;
}

namespace tlm::mqtt2kafka {

/// What the loop asks about the other side.
struct OutputState {
    std::function<bool()> connected;   ///< Kafka answers
    std::function<bool()> reader_gone; ///< the reader of stdout has closed it
};

/// Where the marks go that outlive the process; null when nothing is to be recovered.
class MarkKeeper {
  public:
    MarkKeeper() = default;
    MarkKeeper(const MarkKeeper&) = delete;
    MarkKeeper& operator=(const MarkKeeper&) = delete;
    virtual ~MarkKeeper() = default;

    /// In the background; the newest wins.
    virtual void keep(const Marks& marks) = 0;
};

/// Reads, forwards and acknowledges until a stop is requested. One thread.
class Bridge final : public mqtt::Receiver {
  public:
    /// All of them must outlive this object.
    Bridge(const Settings& settings, Forwarder& forwarder, Monitor& monitor,
           ops::Shutdown& shutdown, OutputState outputs, MarkKeeper* marks);

    /// Returns how it ended; throws Error fatal when only a new process can go on. In that case,
    /// and when it is destroyed, nothing more is acknowledged.
    [[nodiscard]] ExitStatus run();

    bool on_message(const mqtt::Message& message) override;

    /// Called before anything of a window is acknowledged, or ends without, at QoS 0; may be empty.
    /// An Error that is retriable means: not now, and the messages come again, but for QoS 0.
    std::function<void()> before_acknowledging;

    std::function<void()> on_reload; ///< called within a second of a SIGHUP; may be empty

    /// Asked before each step, see Standby::hold(): false stops the bridge as a request would, and
    /// it ends with `failure`, for a restart to wait again. May be empty.
    std::function<bool(Monotonic)> hold;

  private:
    [[nodiscard]] Observed observe();
    /// False: the loop ends with m_status.
    [[nodiscard]] bool act(const Step& step);
    void act_on_link(Action action);
    void wait(const Step& step);
    void connect();
    [[nodiscard]] bool reachable();
    void remember_head();
    void consider_move();
    void move(std::size_t broker);
    void read();
    void write();
    [[nodiscard]] bool prepare_to_acknowledge();
    void prepare_without_acknowledging();
    void release();
    void prove();
    void take_proof();
    void keep(const std::optional<Marks>& marks);
    [[nodiscard]] std::size_t sessions() const noexcept;
    void ask_for_births();
    void abandon();
    void leave();
    void close();
    void finish();
    [[nodiscard]] const std::string& held_up() const noexcept;
    void link_lost(const Error& error);
    void judge_hang_up();
    void notice_session();
    void watch_drops();
    void request_stop();
    void update_monitor();

    const Settings& m_settings;
    Forwarder& m_forwarder;
    Monitor& m_monitor;
    ops::Shutdown& m_shutdown;
    OutputState m_outputs;
    MarkKeeper* m_marks;
    SystemClock m_clock;
    ops::Jitter m_jitter;
    AckCycle m_cycle;
    std::vector<std::unique_ptr<Broker>> m_brokers; ///< as --mqtt names them
    Rota m_rota;
    Broker* m_broker; ///< that of m_rota.current()
    Links m_links;
    std::string m_blame; ///< why the last attempt to acknowledge failed
    Monotonic m_now;
    Monotonic m_connected_at;
    Monotonic m_next_update;
    std::optional<Monotonic> m_deadline; ///< set when a stop was requested
    bool m_readable = false;
    bool m_writable = true;
    bool m_acknowledging = false; ///< acknowledgements of the window were written, maybe in part
    bool m_session_noticed = false;
    bool m_subscription_noticed = false;
    bool m_moving = false; ///< between two brokers, on purpose
    bool m_connected_before = false;
    ExitStatus m_status = ExitStatus::ok;
};

} // namespace tlm::mqtt2kafka
