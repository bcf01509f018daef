// SPDX-License-Identifier: Apache-2.0
// The messages of one window, kept until all of them are safe.
#pragma once

#include "tools/mqtt2kafka/message.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tlm::mqtt2kafka {

/// Copies of messages in the order of arrival, in blocks of memory that are used again after
/// clear(): a single one would be there twice whenever it grows. A message is kept, although
/// Kafka's client has a copy, because a record that Kafka refuses becomes a dead letter with the
/// original bytes.
class MessageBatch {
  public:
    void add(const Message& message);

    /// Views into the batch; the properties are valid until the next add(), the rest until clear().
    [[nodiscard]] Message operator[](std::size_t index) const noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return m_entries.size(); }

    /// Memory beyond `kKept` bytes, left by a rare large message, is given back.
    void clear();

    static constexpr std::size_t kKept = 4UL * 1024 * 1024;
    static constexpr std::size_t kBlock = 512UL * 1024;

  private:
    struct Entry {
        std::size_t block;
        std::size_t begin; ///< in the block
        std::size_t topic_size;
        std::size_t payload_size;
        int qos;
        bool retain;
        bool dup;
        std::size_t first_property;
        std::size_t properties;
        std::size_t properties_cut;
    };

    [[nodiscard]] std::string& block_for(std::size_t bytes);

    std::vector<std::string> m_blocks; ///< the first m_blocks_used are in use
    std::size_t m_blocks_used = 0;
    std::size_t m_bytes = 0;
    std::vector<Entry> m_entries;
    std::vector<Header> m_properties;
};

} // namespace tlm::mqtt2kafka
