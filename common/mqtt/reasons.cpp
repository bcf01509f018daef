// SPDX-License-Identifier: Apache-2.0
// What the codes of the standards mean.
#include "common/mqtt/codec.hpp"

#include <algorithm>
#include <array>

namespace tlm::mqtt {
namespace {

struct Reason {
    std::uint8_t code;
    std::string_view text;
};

constexpr std::array kReasons{
    Reason{0x00, "success"},
    Reason{0x04, "disconnect with will message"},
    Reason{0x10, "no matching subscribers"},
    Reason{0x80, "unspecified error"},
    Reason{0x81, "malformed packet"},
    Reason{0x82, "protocol error"},
    Reason{0x83, "implementation specific error"},
    Reason{0x84, "unsupported protocol version"},
    Reason{0x85, "client identifier not valid"},
    Reason{0x86, "bad user name or password"},
    Reason{0x87, "not authorized"},
    Reason{0x88, "server unavailable"},
    Reason{0x89, "server busy"},
    Reason{0x8A, "banned"},
    Reason{0x8B, "server shutting down"},
    Reason{0x8C, "bad authentication method"},
    Reason{0x8D, "keep alive timeout"},
    Reason{0x8E, "session taken over"},
    Reason{0x8F, "topic filter invalid"},
    Reason{0x90, "topic name invalid"},
    Reason{0x91, "packet identifier in use"},
    Reason{0x92, "packet identifier not found"},
    Reason{0x93, "receive maximum exceeded"},
    Reason{0x94, "topic alias invalid"},
    Reason{0x95, "packet too large"},
    Reason{0x96, "message rate too high"},
    Reason{0x97, "quota exceeded"},
    Reason{0x98, "administrative action"},
    Reason{0x99, "payload format invalid"},
    Reason{0x9A, "retain not supported"},
    Reason{0x9B, "QoS not supported"},
    Reason{0x9C, "use another server"},
    Reason{0x9D, "server moved"},
    Reason{0x9E, "shared subscriptions not supported"},
    Reason{0x9F, "connection rate exceeded"},
    Reason{0xA0, "maximum connect time"},
    Reason{0xA1, "subscription identifiers not supported"},
    Reason{0xA2, "wildcard subscriptions not supported"},
};

// Section 3.2.2.3 of 3.1.1, table 3.1.
constexpr std::array kReturnCodes{
    Reason{0, "connection accepted"},       Reason{1, "unacceptable protocol version"},
    Reason{2, "identifier rejected"},       Reason{3, "server unavailable"},
    Reason{4, "bad user name or password"}, Reason{5, "not authorized"},
};

template <std::size_t N>
std::string_view look_up(const std::array<Reason, N>& table, std::uint8_t code) noexcept
{
    const auto* const found =
        std::find_if(table.begin(), table.end(), [code](const auto& r) { return r.code == code; });
    return found == table.end() ? "unknown reason" : found->text;
}

} // namespace

std::string_view connack_text(Version version, std::uint8_t code) noexcept
{
    constexpr std::uint8_t kFirstError = 0x80;
    const bool of_v5 = version == Version::v5 && (code == 0 || code >= kFirstError);
    return of_v5 ? reason_text(code) : look_up(kReturnCodes, code);
}

bool refuses_version(Version version, std::uint8_t connack_code) noexcept
{
    constexpr std::uint8_t kUnacceptable = 1;
    constexpr std::uint8_t kUnsupported = 0x84;
    return connack_code == kUnacceptable ||
           (version == Version::v5 && connack_code == kUnsupported);
}

std::string_view reason_text(std::uint8_t code) noexcept
{
    return look_up(kReasons, code);
}

bool worth_retrying(Version version, std::uint8_t connack_code) noexcept
{
    if (version == Version::v311) {
        return connack_code == 3;
    }
    constexpr std::array<std::uint8_t, 6> kPassing{0x80, 0x88, 0x89, 0x8B, 0x97, 0x9F};
    return std::find(kPassing.begin(), kPassing.end(), connack_code) != kPassing.end();
}

} // namespace tlm::mqtt
