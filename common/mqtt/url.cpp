// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/url.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"

namespace tlm::mqtt {
namespace {

constexpr std::uint16_t kPort = 1883;
constexpr std::uint16_t kTlsPort = 8883;

/// Takes the host off the front of `rest`; what stays is empty or begins with the colon of a port.
std::string_view take_host(std::string_view& rest, const std::string& whole)
{
    std::string_view host;
    if (rest.starts_with('[')) {
        const auto end = rest.find(']');
        if (end == std::string_view::npos) {
            throw usage_error(whole + ": the bracket around the IPv6 address is not closed");
        }
        host = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
    } else {
        host = rest.substr(0, rest.find(':'));
        rest.remove_prefix(host.size());
    }
    if (host.empty()) {
        throw usage_error(whole + ": no host");
    }
    const bool odd = host.find_first_of("/?# ") != std::string_view::npos;
    if (odd || (!rest.empty() && rest.front() != ':')) {
        throw usage_error(whole + ": nothing but a port may follow the host");
    }
    return host;
}

std::uint16_t read_port(std::string_view text, const std::string& whole)
{
    constexpr std::uint64_t kLargest = 65'535;
    const auto port = parse_unsigned(text);
    if (!port || *port == 0 || *port > kLargest) {
        throw usage_error(whole + ": the port must be a number from 1 to 65535");
    }
    return static_cast<std::uint16_t>(*port);
}

} // namespace

Url parse_url(std::string_view text)
{
    const auto scheme_end = text.find("://");
    Url url;
    std::string_view rest =
        scheme_end == std::string_view::npos ? text : text.substr(scheme_end + 3);
    if (const auto at_sign = rest.rfind('@'); at_sign != std::string_view::npos) {
        const auto user = rest.substr(0, at_sign);
        if (user.find(':') != std::string_view::npos) {
            // The text is not repeated: it would put the password into a log.
            throw usage_error("a password does not belong in an MQTT URL; put it into a file");
        }
        url.user = user;
        rest.remove_prefix(at_sign + 1);
    }
    if (scheme_end == std::string_view::npos) {
        throw usage_error(std::string{text} + ": not an MQTT URL; write mqtt://host:1883");
    }
    const std::string whole{text};
    const auto scheme = text.substr(0, scheme_end);
    if (scheme != "mqtt" && scheme != "mqtts") {
        throw usage_error(whole + ": the scheme must be mqtt or mqtts");
    }
    url.tls = scheme == "mqtts";
    if (rest.ends_with('/')) {
        rest.remove_suffix(1);
    }
    url.host = take_host(rest, whole);
    url.port = rest.empty() ? (url.tls ? kTlsPort : kPort) : read_port(rest.substr(1), whole);
    return url;
}

std::string format_url(const Url& url)
{
    std::string text = url.tls ? "mqtts://" : "mqtt://";
    if (!url.user.empty()) {
        text.append(url.user).push_back('@');
    }
    const bool ipv6 = url.host.find(':') != std::string::npos;
    text.append(ipv6 ? "[" + url.host + "]" : url.host).push_back(':');
    return text.append(std::to_string(url.port));
}

} // namespace tlm::mqtt
