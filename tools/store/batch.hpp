// SPDX-License-Identifier: Apache-2.0
// Rows on their way into one transaction, and the offsets that go with them.
#pragma once

#include "common/flow/source.hpp"
#include "common/record/record.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tlm::store {

/// The part of one partition that a transaction stores.
struct Advance {
    std::int32_t partition = 0;
    std::int64_t first = 0; ///< smallest offset in it
    std::int64_t next = 0;  ///< the next offset to read

    bool operator==(const Advance&) const = default;
};

/// Records in the order of their arrival, copied once: the original bytes stay for the dead letter
/// should PostgreSQL refuse the row. Pure.
class Batch {
  public:
    enum class State : std::uint8_t {
        live,
        refused,   ///< dead-lettered: not written, but its offset counts as done
        forgotten, ///< its partition is not ours any more: neither
    };

    struct Text {
        std::uint32_t at = 0; ///< within the value
        std::uint32_t size = 0;
    };

    struct Row {
        std::size_t value_at = 0; ///< in the arena; the key follows the value
        std::uint32_t value_size = 0;
        std::uint32_t key_size = 0;
        std::uint32_t device = 0; ///< index of its name
        Text tags;                ///< size 0: none
        Text data;
        EpochMs ts = 0;
        EpochMs received_at = 0;
        std::optional<std::int64_t> boot;
        std::optional<std::int64_t> seq;
        std::int64_t offset = 0;
        std::int32_t partition = 0;
        State state = State::live;
    };

    /// `tags` and `data` of the record are views into the value of `input`, as RecordReader gives.
    void add(const Record& record, const Input& input);

    /// An item that makes no row (dead-lettered): its offset counts as done with this batch.
    void skip(std::int32_t partition, std::int64_t offset);

    void refuse(std::size_t row) { m_rows[row].state = State::refused; }

    /// Leaves out what came from these partitions.
    void forget(std::span<const std::int32_t> partitions);

    void clear();

    /// Rows, those refused and forgotten included: slices count in these.
    [[nodiscard]] std::size_t size() const noexcept { return m_rows.size(); }

    /// What was read into it, with or without a row: what it is bounded by.
    [[nodiscard]] std::size_t items() const noexcept { return m_rows.size() + m_skips.size(); }

    /// True when there is nothing to write and no offset to move.
    [[nodiscard]] bool empty() const noexcept { return m_rows.empty() && m_skips.empty(); }

    /// Memory of the values.
    [[nodiscard]] std::size_t bytes() const noexcept { return m_arena.size(); }

    [[nodiscard]] const Row& row(std::size_t index) const { return m_rows[index]; }

    [[nodiscard]] std::string_view value(const Row& row) const;
    [[nodiscard]] std::string_view key(const Row& row) const;

    [[nodiscard]] std::string_view device(const Row& row) const { return m_devices[row.device]; }

    [[nodiscard]] std::string_view tags(const Row& row) const { return text(row, row.tags); }

    [[nodiscard]] std::string_view data(const Row& row) const { return text(row, row.data); }

    /// The live rows in [begin, end) by device (bytewise, as COLLATE "C") and time: a B-tree on
    /// them is then filled leaf by leaf.
    [[nodiscard]] std::vector<std::uint32_t> order(std::size_t begin, std::size_t end) const;

    /// How far each partition gets with the rows [begin, end), ordered by partition. The last
    /// slice takes the items behind the last row along.
    [[nodiscard]] std::vector<Advance> advances(std::size_t begin, std::size_t end) const;

  private:
    struct Skip {
        std::size_t rows_before;
        std::int32_t partition;
        std::int64_t offset;
        bool forgotten;
    };

    [[nodiscard]] std::string_view text(const Row& row, Text text) const;
    [[nodiscard]] std::uint32_t intern(std::string_view device);

    std::string m_arena;
    std::vector<Row> m_rows;
    std::vector<Skip> m_skips;
    std::deque<std::string> m_devices; ///< a deque: the index below points into it
    std::unordered_map<std::string_view, std::uint32_t> m_device_index;
};

/// Which rows of a batch go into the next transaction: all of them, until refusals make it
/// worthwhile to lose less with each. Slices are cut in the order of arrival, so each can move the
/// offsets. Pure.
class SlicePlan {
  public:
    struct Slice {
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    explicit SlicePlan(std::size_t rows) : m_rows(rows), m_limit(rows) {}

    /// Also a batch without rows has one slice: its offsets.
    [[nodiscard]] Slice slice() const noexcept;

    [[nodiscard]] bool done() const noexcept { return m_done; }

    /// The slice is stored.
    void committed() noexcept;

    /// A row of the slice was refused and is out of it. From the third on slices shrink.
    void refused() noexcept;

    /// The slice was refused, but which row is unknown: cut it in half. False when it is one row.
    [[nodiscard]] bool halve() noexcept;

  private:
    static constexpr std::size_t kSmallest = 16;
    static constexpr unsigned kPatience = 3;

    std::size_t m_rows;
    std::size_t m_limit;
    std::size_t m_begin = 0;
    unsigned m_refusals = 0; ///< in this slice
    bool m_done = false;
};

} // namespace tlm::store
