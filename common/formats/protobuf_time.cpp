// SPDX-License-Identifier: Apache-2.0
#include "common/formats/protobuf_time.hpp"

#include <array>
#include <chrono>

namespace tlm::formats {
namespace {

constexpr std::int32_t kSecond = 1'000'000'000; // in nanoseconds

/// `value` with leading zeros.
void put_padded(JsonBuffer& json, unsigned value, unsigned digits)
{
    std::array<char, 9> text{};
    for (unsigned i = digits; i-- > 0; value /= 10) {
        text[i] = static_cast<char>('0' + value % 10);
    }
    json.put(std::string_view{text.data(), digits});
}

/// Nothing, or a point and as many digits as are needed out of 3, 6 and 9.
void put_fraction(JsonBuffer& json, unsigned nanos)
{
    if (nanos == 0) {
        return;
    }
    json.put('.');
    if (nanos % 1'000'000 == 0) {
        put_padded(json, nanos / 1'000'000, 3);
    } else if (nanos % 1'000 == 0) {
        put_padded(json, nanos / 1'000, 6);
    } else {
        put_padded(json, nanos, 9);
    }
}

} // namespace

bool put_timestamp(JsonBuffer& json, std::int64_t seconds, std::int32_t nanos)
{
    namespace chrono = std::chrono;
    constexpr std::int64_t kYear1 = -62'135'596'800;
    constexpr std::int64_t kYear10000 = 253'402'300'800;
    if (seconds < kYear1 || seconds >= kYear10000 || nanos < 0 || nanos >= kSecond) {
        return false;
    }
    const chrono::sys_seconds time{chrono::seconds{seconds}};
    const auto day = chrono::floor<chrono::days>(time);
    const chrono::year_month_day date{day};
    const chrono::hh_mm_ss clock{time - day};
    json.put('"');
    put_padded(json, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    json.put('-');
    put_padded(json, static_cast<unsigned>(date.month()), 2);
    json.put('-');
    put_padded(json, static_cast<unsigned>(date.day()), 2);
    json.put('T');
    put_padded(json, static_cast<unsigned>(clock.hours().count()), 2);
    json.put(':');
    put_padded(json, static_cast<unsigned>(clock.minutes().count()), 2);
    json.put(':');
    put_padded(json, static_cast<unsigned>(clock.seconds().count()), 2);
    put_fraction(json, static_cast<unsigned>(nanos));
    json.put("Z\"");
    return true;
}

bool put_duration(JsonBuffer& json, std::int64_t seconds, std::int32_t nanos)
{
    constexpr std::int64_t kLongest = 315'576'000'000;
    const bool negative = seconds < 0 || nanos < 0;
    if (seconds < -kLongest || seconds > kLongest || nanos <= -kSecond || nanos >= kSecond ||
        (negative && (seconds > 0 || nanos > 0))) {
        return false;
    }
    json.put(negative ? "\"-" : "\"");
    json.put_integer(negative ? -seconds : seconds);
    put_fraction(json, static_cast<unsigned>(negative ? -nanos : nanos));
    json.put("s\"");
    return true;
}

} // namespace tlm::formats
