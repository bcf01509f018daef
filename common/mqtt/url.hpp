// SPDX-License-Identifier: Apache-2.0
// Where an MQTT broker is, as the user writes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tlm::mqtt {

/// A broker's address. Never holds a password: those come from files.
struct Url {
    bool tls = false;
    std::string user; ///< empty: none given
    std::string host; ///< a name, an IPv4 address, or an IPv6 address without its brackets
    std::uint16_t port = 1883;
};

/// Reads `mqtt://[user@]host[:port]` and `mqtts://…`; the port defaults to 1883 and 8883, and an
/// IPv6 address stands in brackets. Throws a usage Error that names what is wrong; a password in
/// the URL is refused, because everybody on the machine can read a command line.
[[nodiscard]] Url parse_url(std::string_view text);

/// The URL that parse_url reads as the same value, for messages.
[[nodiscard]] std::string format_url(const Url& url);

} // namespace tlm::mqtt
