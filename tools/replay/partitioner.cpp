// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/partitioner.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <set>

namespace tlm::replay {

namespace {

std::uint32_t byte_at(std::string_view text, std::size_t at)
{
    return static_cast<unsigned char>(text[at]);
}

/// MurmurHash2 with Kafka's seed.
std::uint32_t murmur2(std::string_view key)
{
    constexpr std::uint32_t kSeed = 0x9747B28C;
    constexpr std::uint32_t kM = 0x5BD1E995;
    constexpr unsigned kR = 24;
    auto hash = kSeed ^ static_cast<std::uint32_t>(key.size());
    while (key.size() >= 4) {
        auto k = byte_at(key, 0) | byte_at(key, 1) << 8U | byte_at(key, 2) << 16U |
                 byte_at(key, 3) << 24U;
        k *= kM;
        k ^= k >> kR;
        hash = hash * kM ^ k * kM;
        key.remove_prefix(4);
    }
    if (!key.empty()) {
        for (std::size_t i = key.size(); i > 0; --i) {
            hash ^= byte_at(key, i - 1) << 8U * (i - 1);
        }
        hash *= kM;
    }
    hash ^= hash >> 13U;
    hash *= kM;
    return hash ^ hash >> 15U;
}

/// The CRC of zlib and Ethernet.
std::uint32_t crc32(std::string_view key)
{
    constexpr std::uint32_t kPolynomial = 0xEDB88320;
    constexpr int kBits = 8;
    std::uint32_t crc = 0xFFFFFFFF;
    for (std::size_t i = 0; i < key.size(); ++i) {
        crc ^= byte_at(key, i);
        for (int bit = 0; bit < kBits; ++bit) {
            crc = crc >> 1U ^ ((crc & 1U) != 0 ? kPolynomial : 0);
        }
    }
    return ~crc;
}

std::uint32_t fnv1a_32(std::string_view key)
{
    constexpr std::uint32_t kPrime = 0x01000193;
    std::uint32_t hash = 0x811C9DC5;
    for (std::size_t i = 0; i < key.size(); ++i) {
        hash = (hash ^ byte_at(key, i)) * kPrime;
    }
    return hash;
}

constexpr std::array kAll{Partitioner::murmur2, Partitioner::crc32, Partitioner::fnv1a};

} // namespace

std::string_view partitioner_name(Partitioner partitioner) noexcept
{
    switch (partitioner) {
    case Partitioner::murmur2:
        return "murmur2";
    case Partitioner::crc32:
        return "crc32";
    case Partitioner::fnv1a:
        break;
    }
    return "fnv1a";
}

std::int32_t partition_of(Partitioner partitioner, std::string_view key,
                          std::int32_t count) noexcept
{
    constexpr std::uint32_t kPositive = 0x7FFFFFFF;
    const auto partitions = static_cast<std::uint32_t>(count);
    switch (partitioner) {
    case Partitioner::murmur2:
        return static_cast<std::int32_t>((murmur2(key) & kPositive) % partitions);
    case Partitioner::crc32:
        return static_cast<std::int32_t>(crc32(key) % partitions);
    case Partitioner::fnv1a:
        break;
    }
    // The hash as a signed number without its sign.
    const auto hash = fnv1a_32(key);
    return static_cast<std::int32_t>((hash > kPositive ? 0U - hash : hash) % partitions);
}

bool can_tell(std::span<const KeySample> samples, std::int32_t count)
{
    constexpr double kMillion = 1e6;
    std::set<std::string_view> keys;
    for (const auto& sample : samples) {
        keys.insert(sample.key);
    }
    return static_cast<double>(keys.size()) * std::log(count) >= std::log(kMillion);
}

std::optional<Partitioner> explain(std::span<const KeySample> samples, std::int32_t count)
{
    if (count == 1) {
        return Partitioner::murmur2;
    }
    if (!can_tell(samples, count)) {
        return std::nullopt;
    }
    const auto* const found = std::find_if(kAll.begin(), kAll.end(), [&](Partitioner candidate) {
        return std::all_of(samples.begin(), samples.end(), [&](const KeySample& sample) {
            return partition_of(candidate, sample.key, count) == sample.partition;
        });
    });
    return found == kAll.end() ? std::nullopt : std::optional{*found};
}

} // namespace tlm::replay
