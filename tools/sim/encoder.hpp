// SPDX-License-Identifier: Apache-2.0
// What makes the bytes of a message out of what a device measured.
#pragma once

#include "common/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tlm::sim {

/// What one device has to say at one moment. Views: valid for the call they are given to.
struct Reading {
    std::string_view device_id;
    std::uint32_t device = 0; ///< index within its group
    EpochMs ts = 0;
    std::int64_t boot = 0;
    std::uint64_t seq = 0;
    std::span<const double> values; ///< of each signal of the group, hidden ones too
};

/// A value that is not what the device measured.
struct ValueChange {
    std::size_t signal = 0;
    bool replace = false; ///< by `amount`, else it is added
    double amount = 0;
    double measured = 0; ///< out: the value without the change
    double said = 0;     ///< out: with it
};

/// How a message differs from what a sound device would have sent.
struct Distortion {
    milliseconds clock{0};         ///< the device's clock is ahead
    std::string_view claimed_id{}; ///< the payload says to be from this device; empty: it does not
    bool mistyped = false;         ///< a number comes as something else
    bool silent = false;           ///< the device measures, but does not speak
    std::span<ValueChange> changes{};

    [[nodiscard]] EpochMs ts(EpochMs true_ts) const noexcept { return true_ts + clock.count(); }
};

/// Makes payloads for the devices of one group; used by one thread.
class Encoder {
  public:
    /// Valid until the next encode().
    struct Encoded {
        std::string_view payload;
        std::string_view topic{}; ///< empty: that of the group
        bool of_silence = false;  ///< somebody says of a device that it is silent
    };

    virtual ~Encoder() = default;
    Encoder() = default;
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    /// `pad_key` draws what only fills the message up.
    [[nodiscard]] virtual Encoded encode(const Reading& reading, const Distortion& distortion,
                                         std::uint64_t pad_key) = 0;

    /// What a device says first on a connection.
    struct Introduction {
        Encoded encoded;
        std::uint64_t seq = 0; ///< of the reading whose values it tells
    };

    /// Part after part, from 0 on until there is none, to be sent before anything else; nothing
    /// where the format has no such thing, or while the device has measured nothing: then its first
    /// reading introduces it. `device` has no values, and counts its connections from 0.
    [[nodiscard]] virtual std::optional<Introduction>
    introduce(const Reading& /*device*/, std::uint8_t /*connection*/, unsigned /*part*/)
    {
        return std::nullopt;
    }
};

} // namespace tlm::sim
