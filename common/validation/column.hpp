// SPDX-License-Identifier: Apache-2.0
// One value for each row of a DeviceTable.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace tlm::validation {

/// An array in blocks, each there once a row of it is asked for: what it holds is never copied, and
/// there is not twice as much as is needed, as in a vector. New values are T{}.
template <typename T>
class Column {
  public:
    /// `width` values a row, next to one another.
    explicit Column(std::size_t width = 1) : m_width(width) {}

    /// The first value of the row. Valid until the end of the column.
    T* at(std::size_t row)
    {
        const std::size_t block = row / kRows;
        if (m_blocks.size() <= block) {
            m_blocks.resize(block + 1);
        }
        if (!m_blocks[block]) {
            m_blocks[block] = std::make_unique<T[]>(kRows * m_width);
        }
        return &m_blocks[block][(row % kRows) * m_width];
    }

    T& operator[](std::size_t row) { return *at(row); }

    /// Of a row that at() was called for.
    const T& operator[](std::size_t row) const
    {
        return m_blocks[row / kRows][(row % kRows) * m_width];
    }

    /// True when at() was called for this row, or one near it.
    [[nodiscard]] bool has(std::size_t row) const noexcept
    {
        return row / kRows < m_blocks.size() && m_blocks[row / kRows];
    }

    /// The row holds T{} again.
    void clear(std::size_t row)
    {
        if (has(row)) {
            std::fill_n(at(row), m_width, T{});
        }
    }

    [[nodiscard]] std::size_t width() const noexcept { return m_width; }

  private:
    static constexpr std::size_t kRows = 4096;

    std::size_t m_width;
    std::vector<std::unique_ptr<T[]>> m_blocks;
};

} // namespace tlm::validation
