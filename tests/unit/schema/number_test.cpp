// SPDX-License-Identifier: Apache-2.0
#include "common/schema/number.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <limits>

using namespace tlm::schema;

namespace {

constexpr auto kMinInt = std::numeric_limits<std::int64_t>::min();
constexpr auto kMaxInt = std::numeric_limits<std::int64_t>::max();
constexpr auto kMaxUint = std::numeric_limits<std::uint64_t>::max();

Number whole(std::int64_t value)
{
    return number_from(value);
}

bool multiple(const Number& value, const Number& divisor)
{
    return is_multiple(decimal_of(value), decimal_of(divisor));
}

} // namespace

TEST_CASE("number: compared without rounding", "[schema]")
{
    const std::int64_t two53 = std::int64_t{1} << 53;
    CHECK(compare(whole(two53 + 1), number_from(9007199254740992.0)) == 1);
    CHECK(compare(number_from(9007199254740992.0), whole(two53 + 1)) == -1);
    CHECK(compare(whole(1), number_from(1.0)) == 0);
    CHECK(compare(whole(kMaxInt), number_from(9223372036854775808.0)) == -1);
    CHECK(compare(number_from(kMaxUint), number_from(18446744073709551616.0)) == -1);
    CHECK(compare(number_from(kMaxUint), whole(-1)) == 1);
    CHECK(compare(number_from(-0.0), whole(0)) == 0);
    CHECK(compare(number_from(-1.5), whole(-1)) == -1);
    CHECK(compare(number_from(1e300), number_from(kMaxUint)) == 1);
    CHECK(compare(number_from(-1e300), whole(kMinInt)) == -1);
}

TEST_CASE("number: multiples of decimals as they are written", "[schema]")
{
    CHECK(multiple(number_from(0.3), number_from(0.1)));
    CHECK(multiple(number_from(0.0075), number_from(0.0001)));
    CHECK_FALSE(multiple(number_from(0.00751), number_from(0.0001)));
    CHECK(multiple(number_from(1e308), number_from(0.5)));
    CHECK_FALSE(multiple(number_from(1e308), number_from(0.123456789)));
    CHECK(multiple(whole(12391239123), number_from(1e-8)));
    CHECK(multiple(whole(kMinInt), whole(2)));
    CHECK_FALSE(multiple(whole(7), whole(2)));
    CHECK(multiple(whole(0), whole(7)));
    CHECK_FALSE(multiple(number_from(4.5), whole(2)));
    CHECK(multiple(number_from(kMaxUint), whole(5)));
}

TEST_CASE("number: an interval holds what its limits allow, in every type", "[schema]")
{
    Interval interval;
    interval.raise_low(number_from(0.5), false);
    interval.lower_high(whole(3), true);
    CHECK_FALSE(interval.holds(std::int64_t{0}));
    CHECK(interval.holds(std::int64_t{1}));
    CHECK(interval.holds(std::int64_t{2}));
    CHECK_FALSE(interval.holds(std::int64_t{3}));
    CHECK(interval.holds(0.5));
    CHECK(interval.holds(2.9999999999999996));
    CHECK_FALSE(interval.holds(3.0));
    CHECK_FALSE(interval.holds(0.49999999999999994));
    CHECK_FALSE(interval.holds(kMaxUint));
}

TEST_CASE("number: an interval agrees with comparing at every edge", "[schema]")
{
    const Number edges[] = {whole(kMinInt),
                            whole(kMinInt + 1),
                            whole(-1),
                            whole(0),
                            whole(1),
                            whole(kMaxInt - 1),
                            whole(kMaxInt),
                            number_from(std::uint64_t{1} << 63U),
                            number_from(kMaxUint - 1),
                            number_from(kMaxUint),
                            number_from(0.5),
                            number_from(-0.5),
                            number_from(-0.0),
                            number_from(9007199254740993.0),
                            number_from(9223372036854775808.0),
                            number_from(18446744073709551616.0),
                            number_from(-9223372036854775808.0),
                            number_from(-9223372036854777856.0),
                            number_from(std::numeric_limits<double>::max()),
                            number_from(std::numeric_limits<double>::lowest())};
    for (const Number& limit : edges) {
        for (const Number& value : edges) {
            for (const bool exclusive : {false, true}) {
                INFO(to_text(value)
                     << " against " << to_text(limit) << ", exclusive " << exclusive);
                Interval above;
                above.raise_low(limit, exclusive);
                CHECK(above.holds(value) == (compare(value, limit) > (exclusive ? 0 : -1)));
                Interval below;
                below.lower_high(limit, exclusive);
                CHECK(below.holds(value) == (compare(value, limit) < (exclusive ? 0 : 1)));
            }
        }
    }
}
