// SPDX-License-Identifier: Apache-2.0
// A record as a row of the telemetry table.
#pragma once

#include "common/pgwire/identifier.hpp"
#include "common/record/reject.hpp"
#include "tools/store/batch.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tlm::store {

/// A column that tlm-store writes.
struct Column {
    std::string_view name;
    std::string_view type;       ///< as format_type() prints it
    std::string_view definition; ///< behind the name in CREATE TABLE
};

/// The columns, in the order in which append_row() writes them.
[[nodiscard]] std::span<const Column> columns() noexcept;

/// Appends row `row` of the batch as a binary tuple of columns().
void append_row(std::string& out, const Batch& batch, const Batch::Row& row);

/// What the table cannot hold although it is a record: times that timestamptz does not reach.
[[nodiscard]] std::optional<Reject> refuse(const Record& record);

} // namespace tlm::store
