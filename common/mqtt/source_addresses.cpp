// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/source_addresses.hpp"

#include "common/base/error.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace tlm::mqtt {
namespace {

constexpr std::size_t kMost = 65'536;

std::optional<std::uint32_t> as_number(const Address& address)
{
    if (address.storage.ss_family != AF_INET) {
        return std::nullopt;
    }
    sockaddr_in v4{};
    std::memcpy(&v4, &address.storage, sizeof v4);
    return ntohl(v4.sin_addr.s_addr);
}

Address with_number(Address address, std::uint32_t number)
{
    sockaddr_in v4{};
    std::memcpy(&v4, &address.storage, sizeof v4);
    v4.sin_addr.s_addr = htonl(number);
    std::memcpy(&address.storage, &v4, sizeof v4);
    return address;
}

void add_range(std::string_view text, std::size_t dash, std::vector<Address>& addresses)
{
    const auto first = parse_source_address(text.substr(0, dash));
    const auto last = parse_source_address(text.substr(dash + 1));
    const auto from = as_number(first);
    const auto to = as_number(last);
    if (!from || !to || *from > *to || *to - *from >= kMost) {
        throw usage_error(std::string{text} + ": not a range of up to 65536 IPv4 addresses");
    }
    for (std::uint32_t number = *from;; ++number) {
        addresses.push_back(with_number(first, number));
        if (number == *to) {
            return;
        }
    }
}

} // namespace

std::vector<Address> parse_source_list(const std::vector<std::string>& items)
{
    std::vector<Address> addresses;
    for (const auto& item : items) {
        std::string_view rest = item;
        while (!rest.empty()) {
            const auto text = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(text.size() + 1, rest.size()));
            if (const auto dash = text.find('-'); dash != std::string_view::npos) {
                add_range(text, dash, addresses);
            } else {
                addresses.push_back(parse_source_address(text));
            }
            if (addresses.size() > kMost) {
                throw usage_error("more than 65536 source addresses");
            }
        }
    }
    return addresses;
}

} // namespace tlm::mqtt
