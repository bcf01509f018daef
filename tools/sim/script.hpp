// SPDX-License-Identifier: Apache-2.0
// The messages of a run, one after another: made by models or taken from recordings.
#pragma once

#include "tools/sim/encoder.hpp"
#include "tools/sim/pacer.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tlm::sim {

/// One message; its views live until the next take().
struct Message {
    std::string_view device_id;
    EpochMs ts = 0;
    std::int64_t boot = 0;
    std::uint64_t seq = 0;
    std::string_view payload;
    std::uint32_t device = 0; ///< its index in the fleet
    nanoseconds intended{0};  ///< when it is due, since the start of the run; set by the pipeline
    EpochMs sent = 0;         ///< the time at which it goes out, by a clock that is right
    std::string_view topic{}; ///< empty: that of the run
    std::string_view fault{}; ///< what was done to it on purpose, see fault_name(); empty: nothing
    bool hang_up = false;     ///< the connection of the device is cut behind it
    bool of_silence = false;  ///< it goes out although the device is silent: it says so
};

/// A device that has to say who it is: its connection is new, or somebody has asked.
struct Newcomer {
    std::uint32_t device = 0;    ///< its index in the fleet
    std::uint8_t connection = 0; ///< how many it had before, modulo 256
    unsigned part = 0;           ///< of what it has to say, from 0 on
};

/// What all devices of a run have in common.
struct Identity {
    std::uint64_t seed = 0;
    std::int64_t boot = 0;
    std::size_t pad_to = 0; ///< smallest payload, in bytes
};

/// A series of messages. The bytes depend on what the script was made from and on what is given to
/// take(), on nothing else.
class Script {
  public:
    /// Whose message it is.
    struct Speaker {
        std::uint32_t device = 0; ///< index in the fleet
        std::uint64_t seq = 0;
    };

    virtual ~Script() = default;
    Script() = default;
    Script(const Script&) = delete;
    Script& operator=(const Script&) = delete;

    /// Position of the next message after the first of the series; empty at the end.
    [[nodiscard]] virtual std::optional<nanoseconds> next_position() const = 0;

    /// Position of the last message, or one behind it; empty when the series has no end, or none
    /// that is known before it is played.
    [[nodiscard]] virtual std::optional<nanoseconds> last_position() const = 0;

    /// Of the next message; call only while next_position() has a value.
    [[nodiscard]] virtual Speaker next_speaker() const = 0;

    /// True when the next message has a number that may come as something else.
    [[nodiscard]] virtual bool next_has_number() const { return true; }

    /// Makes the next message; call only while next_position() has a value.
    [[nodiscard]] virtual Message take(EpochMs ts, const Distortion& distortion) = 0;

    [[nodiscard]] Message take(EpochMs ts) { return take(ts, Distortion{}); }

    /// A further message of the device that spoke last, with the next seq; out of turn.
    [[nodiscard]] virtual Message take_again(EpochMs ts) = 0;

    /// What the device says first on its connection, see Encoder::introduce(); out of turn.
    [[nodiscard]] virtual std::optional<Message> introduce(const Newcomer& /*newcomer*/,
                                                           EpochMs /*ts*/)
    {
        return std::nullopt;
    }

    [[nodiscard]] virtual std::string_view device_name(std::uint32_t device) const = 0;
};

/// Below a device's key, where signals take the indices from 0 on: what fills payloads up.
inline constexpr std::uint64_t kPadStream = ~std::uint64_t{0};

} // namespace tlm::sim
