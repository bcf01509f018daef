// SPDX-License-Identifier: Apache-2.0
#include "tools/store/statements.hpp"

#include "common/pgwire/sqlstate.hpp"
#include "tools/store/row_encoder.hpp"

namespace tlm::store {

namespace {

constexpr auto* kOurPartitions = " WHERE sink = $1 AND topic = $2 AND part = ANY($3::int[])";

std::string copy_sql(const pg::TableName& table)
{
    std::string names;
    for (const auto& column : columns()) {
        names += names.empty() ? "" : ", ";
        names += column.name;
    }
    return "COPY " + table.quoted() + " (" + names + ") FROM STDIN (FORMAT binary);\n";
}

std::string advance_sql(const Target& target, std::span<const ClaimedAdvance> advances)
{
    std::string values;
    for (const auto& [advance, epoch] : advances) {
        values += values.empty() ? "" : ", ";
        values += '(' + std::to_string(advance.partition) + ", " + std::to_string(advance.first) +
                  "::bigint, " + std::to_string(advance.next) + "::bigint, " +
                  std::to_string(epoch) + "::bigint)";
    }
    // DO takes no parameters; everything in here is a number or quoted.
    return "DO $tlm$\n"
           "DECLARE moved bigint;\n"
           "BEGIN\n"
           "    UPDATE " +
           target.offsets.quoted() +
           " o SET next_offset = v.next, updated_at = now()\n"
           "    FROM (VALUES " +
           values +
           ") v(part, first, next, epoch)\n"
           "    WHERE o.sink = " +
           pg::sql_literal(target.sink) + " AND o.topic = " + pg::sql_literal(target.topic) +
           " AND o.part = v.part\n"
           "      AND o.epoch = v.epoch AND (o.next_offset IS NULL OR o.next_offset <= v.first);\n"
           "    GET DIAGNOSTICS moved = ROW_COUNT;\n"
           "    IF moved <> " +
           std::to_string(advances.size()) +
           " THEN\n"
           "        RAISE EXCEPTION 'another tlm-store has taken these partitions over'\n"
           "            USING ERRCODE = '" +
           std::string{pg::kFencedState} +
           "';\n"
           "    END IF;\n"
           "END $tlm$;\n";
}

} // namespace

std::string create_table_sql(const pg::TableName& table)
{
    std::string definitions;
    for (const auto& column : columns()) {
        definitions += definitions.empty() ? "\n    " : ",\n    ";
        definitions += std::string{column.name} + ' ' + std::string{column.definition};
    }
    const auto name = table.quoted();
    return "CREATE TABLE " + name + " (" + definitions +
           "\n);\n"
           "CREATE INDEX ON " +
           name +
           " (device_id, ts);\n"
           "CREATE INDEX ON " +
           name + " USING brin (ts);\n";
}

std::string create_offsets_sql(const pg::TableName& offsets)
{
    return "CREATE TABLE " + offsets.quoted() +
           " (\n"
           "    sink text COLLATE \"C\" NOT NULL,\n"
           "    topic text COLLATE \"C\" NOT NULL,\n"
           "    part int NOT NULL,\n"
           "    next_offset bigint,\n"
           "    epoch bigint NOT NULL DEFAULT 0,\n"
           "    owner text,\n"
           "    backend_pid int,\n"
           "    backend_start timestamptz,\n"
           "    updated_at timestamptz NOT NULL DEFAULT now(),\n"
           "    PRIMARY KEY (sink, topic, part)\n"
           ") WITH (fillfactor = 50);\n";
}

std::string describe_table_sql()
{
    return "SELECT attname, format_type(atttypid, NULL), attnotnull AND NOT atthasdef "
           "AND attidentity = '' "
           "FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped "
           "ORDER BY attnum";
}

std::string add_partitions_sql(const pg::TableName& offsets)
{
    return "INSERT INTO " + offsets.quoted() +
           " (sink, topic, part) SELECT $1, $2, p FROM unnest($3::int[]) p ORDER BY p "
           "ON CONFLICT DO NOTHING";
}

std::string lock_partitions_sql(const pg::TableName& offsets)
{
    return "SELECT part, epoch FROM " + offsets.quoted() + kOurPartitions +
           " ORDER BY part FOR UPDATE";
}

std::string claim_sql(const pg::TableName& offsets)
{
    return "UPDATE " + offsets.quoted() +
           " SET epoch = epoch + 1, owner = $4, backend_pid = pg_backend_pid(), backend_start = "
           "(SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()), "
           "updated_at = now()" +
           kOurPartitions + " RETURNING part, epoch, next_offset";
}

std::string evict_sql(const pg::TableName& offsets)
{
    return "SELECT count(pg_terminate_backend(pid)) FROM (SELECT DISTINCT a.pid FROM " +
           offsets.quoted() +
           " o JOIN pg_stat_activity a ON a.pid = o.backend_pid AND a.backend_start = "
           "o.backend_start WHERE o.sink = $1 AND o.topic = $2 AND o.part = ANY($3::int[]) "
           "AND a.pid <> pg_backend_pid()) hung";
}

std::string array_literal(std::span<const std::int32_t> partitions)
{
    std::string result = "{";
    for (const auto partition : partitions) {
        result += (result.size() > 1 ? "," : "") + std::to_string(partition);
    }
    return result + '}';
}

std::string write_sql(const Target& target, std::span<const ClaimedAdvance> advances)
{
    return "BEGIN;\n" + copy_sql(target.table) + advance_sql(target, advances) + "COMMIT;\n";
}

std::string write_sql(const Target& target)
{
    return "BEGIN;\nSELECT pg_current_xact_id();\n" + copy_sql(target.table) + "COMMIT;\n";
}

} // namespace tlm::store
