// SPDX-License-Identifier: Apache-2.0
// Which keywords of the schemas and rules are broken, and how often.
#pragma once

#include "common/record/reject.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tlm::validation {

/// Counts rejects by reason and place in the schema or rules. No device has a say in those places;
/// those beyond the first `kMost` count together all the same. Pure.
class KeywordCounts {
  public:
    static constexpr std::size_t kMost = 64;
    static constexpr std::string_view kOther = "other";

    /// What no schema or rule has found is not counted here.
    void count(const Reject& reject)
    {
        if (reject.schema_path.empty()) {
            return;
        }
        const Key key{reject.reason, reject.schema_path};
        const auto found = m_counts.find(key);
        if (found != m_counts.end()) {
            ++found->second;
        } else {
            ++m_counts[m_counts.size() < kMost ? key : Key{reject.reason, std::string{kOther}}];
        }
    }

    struct Key {
        Reason reason;
        std::string keyword;

        bool operator<(const Key& other) const noexcept
        {
            return reason == other.reason ? keyword.compare(other.keyword) < 0
                                          : reason < other.reason;
        }
    };

    [[nodiscard]] const std::map<Key, std::uint64_t>& counts() const noexcept { return m_counts; }

  private:
    std::map<Key, std::uint64_t> m_counts;
};

} // namespace tlm::validation
