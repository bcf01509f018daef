// SPDX-License-Identifier: Apache-2.0
// What the names of Kafka say, for layers that do not know Kafka.
#pragma once

#include <string_view>

namespace tlm {

/// What a broker accepts as the name of a topic: 1 to 249 of [A-Za-z0-9._-], not `.` and not `..`.
[[nodiscard]] bool is_topic_name(std::string_view name) noexcept;

/// `HOST[:PORT],...` as librdkafka reads it, with `PROTOCOL://` before it or not; an IPv6 address
/// with a port stands in brackets. It takes a port that is none for another one, without a word.
[[nodiscard]] bool is_broker_list(std::string_view text) noexcept;

/// True for properties of librdkafka whose values never appear on a command line, in a log or in a
/// message.
[[nodiscard]] bool is_secret_property(std::string_view name) noexcept;

} // namespace tlm
