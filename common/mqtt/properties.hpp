// SPDX-License-Identifier: Apache-2.0
// The properties of an MQTT 5 message as headers; private to this library.
#pragma once

#include "common/record/header.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

struct mqtt5__property; // NOLINT(bugprone-reserved-identifier): the name that libmosquitto gave it

namespace tlm::mqtt {

/// Reads the properties that a publisher gave a message (MQTT 5, 3.3.2.3): `payload-format`,
/// `message-expiry` (seconds), `content-type`, `response-topic`, `correlation-data` (or
/// `correlation-data-b64` when it is not UTF-8) and `user-NAME` in their order. One instance keeps
/// its memory from message to message.
class PropertyReader {
  public:
    static constexpr std::size_t kMaxCount = 32;
    static constexpr std::size_t kMaxBytes = 8192; ///< of names and values together

    /// Replaces headers() and cut().
    void read(const mqtt5__property* properties);

    [[nodiscard]] const std::vector<Header>& headers() const noexcept { return m_headers; }

    /// How many were left out, each because it went beyond a limit.
    [[nodiscard]] std::size_t cut() const noexcept { return m_cut; }

  private:
    void add(std::string_view prefix, std::string_view name, std::string_view value);
    void add_numbers(const mqtt5__property* properties);
    void add_text(const mqtt5__property* properties, int identifier, std::string_view name);
    void add_correlation(const mqtt5__property* properties);
    void add_user(const mqtt5__property* properties);

    std::vector<Header> m_headers;
    std::size_t m_bytes = 0;
    std::size_t m_cut = 0;
};

} // namespace tlm::mqtt
