// SPDX-License-Identifier: Apache-2.0
// The JSON object that a simulated device publishes.
#pragma once

#include "common/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tlm::sim {

/// Writes one payload after another into one buffer: `{"ts":…,"boot":…,"seq":…,"name":value…}`.
/// Numbers are the shortest text that reads back as the same value.
class Payload {
  public:
    /// Payloads shorter than `pad_to` bytes are filled up to exactly that many.
    explicit Payload(std::size_t pad_to = 0) : m_pad_to(pad_to) {}

    void begin(EpochMs ts, std::int64_t boot, std::uint64_t seq);

    /// `name` must need no escaping, `value` must be finite.
    void metric(std::string_view name, double value);

    /// The number as a string: what no schema of numbers takes.
    void quoted_metric(std::string_view name, double value);

    void text(std::string_view name, std::string_view value);

    /// `members` are JSON, without a comma before or after; may be empty.
    void raw(std::string_view members);

    /// Ends the object; the result is valid until the next begin(). The filling is a member "pad"
    /// of letters drawn by `pad_key`, which no compression removes; where fewer than the ten bytes
    /// of the shortest are missing, spaces.
    [[nodiscard]] std::string_view finish(std::uint64_t pad_key);

  private:
    std::size_t m_pad_to;
    std::string m_bytes;
};

} // namespace tlm::sim
