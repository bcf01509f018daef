// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/digest.hpp"

#include "common/record/raw_json.hpp"

#include <xxhash.h>

#include <algorithm>
#include <string>

namespace tlm::mqtt2kafka {
namespace {

Digest digest_line(std::uint64_t seed, std::string_view who, std::string_view json)
{
    const std::uint64_t own = XXH3_64bits_withSeed(who.data(), who.size(), seed);
    const XXH128_hash_t hash = XXH3_128bits_withSeed(json.data(), json.size(), own);
    return {hash.high64, hash.low64};
}

} // namespace

Digest digest_of(std::uint64_t seed, std::string_view who, std::string_view json)
{
    // What stands around the value is not kept in a record.
    const auto begin = std::min(json.find_first_not_of(kJsonWhiteSpace), json.size());
    json = json.substr(begin, json.find_last_not_of(kJsonWhiteSpace) + 1 - begin);
    if (json.find('\n') == std::string_view::npos && json.find('\r') == std::string_view::npos) {
        return digest_line(seed, who, json);
    }
    std::string line{json};
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return digest_line(seed, who, line);
}

} // namespace tlm::mqtt2kafka
