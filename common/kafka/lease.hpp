// SPDX-License-Identifier: Apache-2.0
// A right that one of several processes has, lent by a consumer group.
#pragma once

#include "common/base/time.hpp"
#include "common/kafka/config.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace tlm::kafka {

struct LeaseOptions {
    Properties properties{}; ///< at least bootstrap.servers
    std::string topic{};     ///< partition 0 of it is the lease; nothing is read or written
    std::string group{};     ///< who compete for it; of one topic there may be many
};

/// What is known of the lease now.
struct LeaseState {
    /// Members of the group, when the brokers have said so since the last look().
    std::optional<std::size_t> members{};
    bool given = false;    ///< the group has given it to us
    bool recalled = false; ///< and wants it back: close() when nothing is done with it any more
    /// When the last heartbeat was sent that the group has answered.
    Monotonic renewed{};
    /// For longer than the lease lasts no heartbeat was answered: another may have had it.
    bool lapsed = false;
};

/// Partition 0 of a topic, as a member of a consumer group: the group gives it to one member at a
/// time, and to another `session.timeout.ms` after the last sign of life of the first (10 s unless
/// the properties say otherwise). Who waits for it looks who is in the group and does not join
/// while anybody is, so that nobody's coming or going disturbs the holder. From the moment it is
/// given the process dies when it is not renewed in nine tenths of that time: see DeadManSwitch.
/// One thread uses it. After a fatal error of librdkafka serve() throws Error fatal.
class Lease {
  public:
    /// Connects in the background. Throws Error usage on properties that are unknown or wrong.
    explicit Lease(const LeaseOptions& options);
    ~Lease(); ///< without a word to the group, which waits for us; see close()
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    /// How long it lasts after each heartbeat.
    [[nodiscard]] milliseconds time() const noexcept;

    /// Asks in the background who is in the group.
    void look();

    /// Joins the group.
    void join();

    /// Takes what the brokers have said, and waits for so long when they have said nothing. Throws
    /// Error usage when they do not let us join.
    LeaseState serve(milliseconds wait);

    /// As of the last serve(), but for the heartbeats, which are of now.
    [[nodiscard]] LeaseState state() const;

    /// Leaves the group, so that another need not wait; false when no answer came in time.
    bool close(milliseconds deadline);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::kafka
