// SPDX-License-Identifier: Apache-2.0
#include "common/validation/digest.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

namespace tlm::validation {
namespace {

struct State {
    std::uint64_t v0;
    std::uint64_t v1;
    std::uint64_t v2;
    std::uint64_t v3;

    void round() noexcept
    {
        v0 += v1;
        v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = std::rotl(v1, 17) ^ v2;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    }

    void take(std::uint64_t word) noexcept
    {
        v3 ^= word;
        round();
        v0 ^= word;
    }
};

} // namespace

std::uint64_t digest(std::string_view text, const DigestKey& key) noexcept
{
    static_assert(std::endian::native == std::endian::little);
    State state{key.first ^ 0x736f6d6570736575U, key.second ^ 0x646f72616e646f6dU,
                key.first ^ 0x6c7967656e657261U, key.second ^ 0x7465646279746573U};
    std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56U;
    for (; text.size() >= sizeof last; text.remove_prefix(sizeof last)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), sizeof word);
        state.take(word);
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        last |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8U * i);
    }
    state.take(last);
    state.v2 ^= 0xffU;
    state.round();
    state.round();
    state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

} // namespace tlm::validation
