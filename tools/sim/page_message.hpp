// SPDX-License-Identifier: Apache-2.0
// What tlm-ws tells its clients, see tlm-ws(1), PROTOCOL.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// A message with the records that are in it, as their bytes.
struct PageMessage {
    bool snapshot = false; ///< of all devices; else of those that changed
    bool more = false;     ///< its next page follows
    std::vector<std::string_view> records{};
};

/// Takes messages apart. One instance serves one thread.
class PageReader {
  public:
    PageReader();
    PageReader(PageReader&&) noexcept;
    PageReader& operator=(PageReader&&) noexcept;
    ~PageReader();

    /// The records are views into `text`. What is no message with records has none.
    [[nodiscard]] PageMessage read(std::string_view text);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::sim
