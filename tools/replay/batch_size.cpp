// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/batch_size.hpp"

#include <bit>
#include <optional>
#include <string_view>

namespace tlm::replay {

namespace {

constexpr std::uint64_t kBatchHead = 61;
constexpr std::uint64_t kRecordHead = 3; // attributes, and two differences that are 0

/// Of a number that is not negative: seven bits a byte, behind one for the sign.
std::uint64_t varint_size(std::uint64_t number) noexcept
{
    constexpr int kBitsOfByte = 7;
    return static_cast<std::uint64_t>((std::bit_width(number << 1U | 1U) + kBitsOfByte - 1) /
                                      kBitsOfByte);
}

std::uint64_t text_size(std::string_view text) noexcept
{
    return varint_size(text.size()) + text.size();
}

/// What is null has the length -1, in a byte.
std::uint64_t text_size(const std::optional<std::string_view>& text) noexcept
{
    return text ? text_size(*text) : 1;
}

} // namespace

std::uint64_t lone_batch_size(const Message& message) noexcept
{
    auto size = kRecordHead + text_size(message.key) + text_size(message.value) +
                varint_size(message.headers.size());
    for (const auto& header : message.headers) {
        size += text_size(header.name) + text_size(header.value);
    }
    return kBatchHead + varint_size(size) + size;
}

} // namespace tlm::replay
