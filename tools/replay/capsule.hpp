// SPDX-License-Identifier: Apache-2.0
// What a capsule says beside its records: a line before them and a line behind. Pure.
#pragma once

#include "common/base/time.hpp"
#include "tools/replay/offset_plan.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tlm::replay {

/// Behind the records: that nothing is missing.
struct CapsuleEnd {
    std::uint64_t records = 0;
    EpochMs first = -1; ///< earliest and latest timestamp; negative: none
    EpochMs last = -1;

    void add(EpochMs timestamp) noexcept;

    bool operator==(const CapsuleEnd&) const = default;
};

/// The first line, without its newline: `{"capsule":1,"createdAt":...,"topic":...,"ranges":[{
/// "partition":0,"begin":5,"end":9}...],"schema":...}`. `schema` is JSON text of any lay-out, or
/// empty. Throws Error usage when it is not JSON.
[[nodiscard]] std::string capsule_head(EpochMs now, std::string_view topic,
                                       std::span<const PartitionPlan> plans,
                                       std::string_view schema);

/// The last line, without its newline: `{"capsuleEnd":{"records":4,...}}`.
[[nodiscard]] std::string capsule_end(const CapsuleEnd& end);

/// Reads the first line. Throws Error usage naming `file` when this is no capsule, or one of a
/// later version.
void check_capsule_head(std::string_view line, const std::string& file);

/// True when the line is a last line, which is then in `end`.
[[nodiscard]] bool parse_capsule_end(std::string_view line, CapsuleEnd& end);

} // namespace tlm::replay
