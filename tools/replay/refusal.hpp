// SPDX-License-Identifier: Apache-2.0
// Why a record is not written to a topic.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tlm::replay {

enum class Refusal {
    too_old,       ///< the topic's retention would delete it, or its lower time limit forbids it
    too_far_ahead, ///< Kafka would fail the whole batch that it is in
    not_a_record,  ///< a line of a file that is none
    no_source,     ///< a dead letter that does not say which topic it came from
    too_many_attempts, ///< a dead letter that was rejected too often
    no_payload,        ///< a dead letter that holds nothing, or only the beginning of it
    no_key,            ///< a compacted topic takes no record without one
    too_large,         ///< more bytes than the topic takes
    no_target,         ///< a dead letter of a topic, or a partition of it, that is not there
};

inline constexpr std::size_t kRefusalCount = static_cast<std::size_t>(Refusal::no_target) + 1;

/// A phrase that follows a number of records: `older than ...`.
[[nodiscard]] constexpr std::string_view refusal_text(Refusal refusal) noexcept
{
    switch (refusal) {
    case Refusal::too_old:
        return "older than the topic keeps or takes (--rebase now stamps them anew)";
    case Refusal::too_far_ahead:
        return "stamped further ahead than the topic takes (--rebase now stamps them anew)";
    case Refusal::not_a_record:
        return "not a record";
    case Refusal::no_source:
        return "without a word on the topic they came from (--to-topic names one)";
    case Refusal::too_many_attempts:
        return "rejected too often before (--max-attempts)";
    case Refusal::no_payload:
        return "without their whole payload";
    case Refusal::no_key:
        return "without a key: a compacted topic takes none of them";
    case Refusal::too_large:
        return "larger than the topic takes (max.message.bytes)";
    case Refusal::no_target:
        break;
    }
    return "of a topic or a partition that Kafka does not have (--to-topic names another)";
}

/// How many of each.
class Refusals {
  public:
    void add(Refusal refusal) noexcept { ++m_counts[static_cast<std::size_t>(refusal)]; }

    [[nodiscard]] std::uint64_t of(Refusal refusal) const noexcept
    {
        return m_counts[static_cast<std::size_t>(refusal)];
    }

    [[nodiscard]] std::uint64_t total() const noexcept
    {
        std::uint64_t total = 0;
        for (const auto count : m_counts) {
            total += count;
        }
        return total;
    }

  private:
    std::array<std::uint64_t, kRefusalCount> m_counts{};
};

} // namespace tlm::replay
