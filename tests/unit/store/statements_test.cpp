// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/store/statements.hpp"

#include <array>

using namespace tlm::store;

namespace {

const Target kTarget{{"", "telemetry"}, {"s", "tlm_offset"}, "it's", "device.telemetry"};

} // namespace

TEST_CASE("statements: rows and offsets are one transaction in one query string", "[store]")
{
    const std::array<ClaimedAdvance, 2> advances{{{{0, 10, 13}, 4}, {{7, 1, 2}, 9}}};
    const auto sql = write_sql(kTarget, advances);
    CHECK(sql.find("BEGIN;\nCOPY \"telemetry\" (device_id, ts, received_at, boot, seq, tags, data) "
                   "FROM STDIN (FORMAT binary);\n") == 0);
    CHECK(
        sql.find("(0, 10::bigint, 13::bigint, 4::bigint), (7, 1::bigint, 2::bigint, 9::bigint)") !=
        std::string::npos);
    CHECK(sql.find("UPDATE \"s\".\"tlm_offset\"") != std::string::npos);
    CHECK(sql.find("o.sink = 'it''s'") != std::string::npos);
    CHECK(sql.find("IF moved <> 2 THEN") != std::string::npos);
    CHECK(sql.find("ERRCODE = 'TL001'") != std::string::npos);
    CHECK(sql.substr(sql.size() - 8) == "COMMIT;\n");
}

TEST_CASE("statements: without offsets the transaction says its own id", "[store]")
{
    const auto sql = write_sql(kTarget);
    CHECK(sql.find("SELECT pg_current_xact_id()") != std::string::npos);
    CHECK(sql.find("tlm_offset") == std::string::npos);
}

TEST_CASE("statements: partitions as an array", "[store]")
{
    CHECK(array_literal(std::array{1, 20, 3}) == "{1,20,3}");
    CHECK(array_literal({}) == "{}");
}
