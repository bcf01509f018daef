// SPDX-License-Identifier: Apache-2.0
#include "common/base/units.hpp"
#include "common/record/envelope_fields.hpp"
#include "common/record/guarded_json.hpp"
#include "common/record/record.hpp"

#include <cmath>

namespace tlm {

namespace dom = simdjson::dom;

Verdict<EpochMs> read_ts(dom::element element)
{
    std::int64_t whole = 0;
    if (element.get_int64().get(whole) == simdjson::SUCCESS) {
        return whole;
    }
    double fraction = 0;
    constexpr double kBeyondInt64 = 9.2e18;
    if (element.is_double() && element.get_double().get(fraction) == simdjson::SUCCESS &&
        std::abs(fraction) < kBeyondInt64) {
        return static_cast<EpochMs>(fraction);
    }
    std::string_view text;
    if (element.get_string().get(text) == simdjson::SUCCESS) {
        if (const auto time = parse_rfc3339(text)) {
            return *time;
        }
    }
    return Reject{Reason::bad_ts, "/ts", "ts is neither epoch milliseconds nor RFC 3339"};
}

std::optional<std::int64_t> read_counter(dom::element element)
{
    std::int64_t value = 0;
    if (element.get_int64().get(value) != simdjson::SUCCESS || value < 0) {
        return std::nullopt;
    }
    return value;
}

struct PayloadReader::Impl {
    explicit Impl(Limits given) : limits(given), json(given.max_depth) {}

    Limits limits;
    GuardedJson json;
    dom::element data{};
};

PayloadReader::PayloadReader(Limits limits) : m_impl(std::make_unique<Impl>(limits)) {}

PayloadReader::PayloadReader(PayloadReader&&) noexcept = default;
PayloadReader& PayloadReader::operator=(PayloadReader&&) noexcept = default;
PayloadReader::~PayloadReader() = default;

dom::element PayloadReader::data() const
{
    return m_impl->data;
}

namespace {

/// Copies into `record` what the top level of the payload says of itself.
std::optional<Reject> read_fields(dom::object object, Record& record)
{
    for (auto field : object) {
        if (field.key == "ts") {
            auto ts = read_ts(field.value);
            if (auto* reject = std::get_if<Reject>(&ts)) {
                return std::move(*reject);
            }
            record.ts = std::get<EpochMs>(ts);
            record.ts_from_bridge = false;
        } else if (field.key == "seq") {
            record.seq = read_counter(field.value);
            if (!record.seq) {
                return Reject{Reason::bad_seq, "/seq",
                              "seq is not a whole number from 0 to 2^63-1"};
            }
        } else if (field.key == "boot") {
            record.boot = read_counter(field.value);
            if (!record.boot) {
                return Reject{Reason::bad_boot, "/boot",
                              "boot is not a whole number from 0 to 2^63-1"};
            }
        } else if (field.key == "deviceId") {
            std::string_view claimed;
            if (field.value.get_string().get(claimed) != simdjson::SUCCESS ||
                claimed != record.device_id) {
                return Reject{Reason::spoofed_id, "/deviceId",
                              "the payload claims another device than its topic"};
            }
        }
    }
    return std::nullopt;
}

} // namespace

Verdict<Record> PayloadReader::read(std::string_view device_id, std::string_view payload,
                                    EpochMs received_at)
{
    if (payload.empty()) {
        return Reject{Reason::empty_payload, "", "the payload is empty"};
    }
    if (payload.size() > m_impl->limits.max_payload_bytes) {
        return Reject{Reason::too_long, "",
                      "the payload has " + std::to_string(payload.size()) +
                          " bytes, the limit is " +
                          std::to_string(m_impl->limits.max_payload_bytes)};
    }
    auto parsed = m_impl->json.parse(payload);
    if (auto* reject = std::get_if<Reject>(&parsed)) {
        return std::move(*reject);
    }
    dom::object object;
    m_impl->data = std::get<dom::element>(parsed);
    if (m_impl->data.get_object().get(object) != simdjson::SUCCESS) {
        return Reject{Reason::not_an_object, "", "the payload is JSON, but not an object"};
    }
    Record record;
    record.device_id = device_id;
    record.received_at = received_at;
    record.ts = received_at;
    record.ts_from_bridge = true;
    record.data = payload;
    if (auto reject = read_fields(object, record)) {
        return *std::move(reject);
    }
    return record;
}

} // namespace tlm
