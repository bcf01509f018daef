// SPDX-License-Identifier: Apache-2.0
// The most frequent of many, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::validation {

/// What fails, where and at whom.
struct Failing {
    std::string reason;
    std::string path; ///< of the keyword in the schema or rules, else of the value
    std::string type; ///< of the device: its tag `model`

    bool operator==(const Failing&) const = default;
};

/// Counts failures and keeps the most frequent: Space-Saving (Metwally, Agrawal and El Abbadi,
/// "Efficient computation of frequent and top-k elements in data streams", 2005). With `capacity`
/// entries and n failures counted, whatever failed more than n / capacity times is among them, and
/// a count is too high by at most its `error`. Texts are cut at 128 bytes.
class TopFailing {
  public:
    explicit TopFailing(std::size_t capacity = 64) : m_capacity(capacity) {}

    void count(std::string_view reason, std::string_view path, std::string_view type);

    struct Entry {
        Failing failing;
        std::uint64_t count = 0;
        std::uint64_t error = 0;
    };

    /// The `k` most frequent, the most frequent first.
    [[nodiscard]] std::vector<Entry> top(std::size_t k) const;

  private:
    std::size_t m_capacity;
    std::vector<Entry> m_entries;
};

} // namespace tlm::validation
