// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/validate/kafka_time.hpp"

using namespace tlm;
using namespace tlm::validate;

TEST_CASE("kafka time: a believable ts stands, another is replaced and said so", "[validate]")
{
    constexpr EpochMs kNow = 1'800'000'000'000;
    constexpr EpochMs kDay = 86'400'000;
    const auto judge = [](EpochMs ts, EpochMs received_at, std::vector<Header>& headers) {
        Record record;
        record.ts = ts;
        record.received_at = received_at;
        return kafka_time(record, kNow, headers);
    };
    std::vector<Header> headers;
    CHECK(judge(kNow - kDay, kNow, headers) == kNow - kDay);
    CHECK(judge(kNow + 300'000, kNow, headers) == kNow + 300'000);
    CHECK(headers.empty());
    CHECK(judge(kNow + 300'001, kNow - 5, headers) == kNow - 5);
    CHECK(headers == std::vector<Header>{{"tlm-ts-replaced", "too-far-ahead"}});
    headers.clear();
    CHECK(judge(1, 2, headers) == kNow);
    CHECK(headers == std::vector<Header>{{"tlm-ts-replaced", "too-old"}});
}
