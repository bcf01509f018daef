// SPDX-License-Identifier: Apache-2.0
#include "tools/store/row_encoder.hpp"

#include "common/pgwire/binary_row.hpp"

#include <array>

namespace tlm::store {

namespace {

constexpr std::array kColumns{
    Column{"device_id", "text", "text COLLATE \"C\" NOT NULL"},
    Column{"ts", "timestamp with time zone", "timestamptz NOT NULL"},
    Column{"received_at", "timestamp with time zone", "timestamptz NOT NULL"},
    Column{"boot", "bigint", "bigint"},
    Column{"seq", "bigint", "bigint"},
    Column{"tags", "jsonb", "jsonb"},
    Column{"data", "jsonb", "jsonb NOT NULL"},
};

Reject beyond_timestamptz(const char* path)
{
    return {Reason::refused_by_store, path,
            "the time lies outside what timestamptz holds (4713 BC to 294276 AD)"};
}

} // namespace

std::span<const Column> columns() noexcept
{
    return kColumns;
}

void append_row(std::string& out, const Batch& batch, const Batch::Row& row)
{
    pg::BinaryRow tuple(out, static_cast<std::int16_t>(kColumns.size()));
    tuple.text(batch.device(row));
    tuple.timestamptz(row.ts);
    tuple.timestamptz(row.received_at);
    for (const auto& counter : {row.boot, row.seq}) {
        if (counter) {
            tuple.int8(*counter);
        } else {
            tuple.null();
        }
    }
    if (row.tags.size != 0) {
        tuple.jsonb(batch.tags(row));
    } else {
        tuple.null();
    }
    tuple.jsonb(batch.data(row));
}

std::optional<Reject> refuse(const Record& record)
{
    if (!pg::fits_timestamptz(record.ts)) {
        return beyond_timestamptz("/ts");
    }
    if (!pg::fits_timestamptz(record.received_at)) {
        return beyond_timestamptz("/receivedAt");
    }
    return std::nullopt;
}

} // namespace tlm::store
