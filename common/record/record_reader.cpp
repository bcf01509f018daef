// SPDX-License-Identifier: Apache-2.0
#include "common/record/envelope_fields.hpp"
#include "common/record/guarded_json.hpp"
#include "common/record/raw_json.hpp"
#include "common/record/record.hpp"

namespace tlm {

namespace dom = simdjson::dom;

namespace {

/// The bytes of the top-level members `tags` and `data`, for the DOM does not keep them. `line` is
/// an object that simdjson has accepted, so no index here can run past its end.
void find_raw_members(std::string_view line, std::size_t members, Record& record)
{
    std::size_t at = skip_white_space(line, 0) + 1;
    for (std::size_t i = 0; i < members; ++i) {
        at = skip_white_space(line, at);
        const std::size_t key_end = skip_string(line, at);
        const auto key = line.substr(at + 1, key_end - at - 2);
        at = skip_white_space(line, line.find(':', key_end) + 1);
        // The last value ends before the brace that closes the record: no need to walk through it.
        const bool last = i + 1 == members;
        const std::size_t end =
            last ? line.find_last_not_of(kJsonWhiteSpace, line.rfind('}') - 1) + 1
                 : skip_value(line, at);
        if (key == "data") {
            record.data = line.substr(at, end - at);
        } else if (key == "tags") {
            record.tags = line.substr(at, end - at);
        }
        if (!last) {
            at = line.find(',', end) + 1;
        }
    }
}

Reject not_a_record(std::string path, std::string detail)
{
    return {Reason::not_a_record, std::move(path), std::move(detail)};
}

/// What read_field has seen of the members that must be there.
struct Seen {
    bool version = false;
    bool device_id = false;
    bool ts = false;
    bool received_at = false;
    std::optional<dom::element> data;
    std::optional<dom::element> tags; ///< need not be there
};

std::optional<Reject> read_time(dom::element value, const char* path, EpochMs& time)
{
    std::int64_t number = 0;
    if (value.get_int64().get(number) != simdjson::SUCCESS) {
        return not_a_record(path, "must be epoch milliseconds");
    }
    time = number;
    return std::nullopt;
}

std::optional<Reject> read_counter_member(dom::element value, const char* path,
                                          std::optional<std::int64_t>& counter)
{
    counter = read_counter(value);
    return counter ? std::nullopt
                   : std::optional{not_a_record(path, "must be a whole number from 0 to 2^63-1")};
}

std::optional<Reject> read_field(std::string_view key, dom::element value, Record& record,
                                 Seen& seen)
{
    if (key == "v") {
        std::int64_t number = 0;
        seen.version = value.get_int64().get(number) == simdjson::SUCCESS && number == 1;
        return seen.version ? std::nullopt : std::optional{not_a_record("/v", "must be 1")};
    }
    if (key == "deviceId") {
        seen.device_id = value.get_string().get(record.device_id) == simdjson::SUCCESS &&
                         is_device_id(record.device_id);
        return seen.device_id ? std::nullopt
                              : std::optional{not_a_record("/deviceId", "is not a device id")};
    }
    if (key == "ts") {
        seen.ts = true;
        return read_time(value, "/ts", record.ts);
    }
    if (key == "receivedAt") {
        seen.received_at = true;
        return read_time(value, "/receivedAt", record.received_at);
    }
    if (key == "tsSource") {
        std::string_view source;
        record.ts_from_bridge =
            value.get_string().get(source) == simdjson::SUCCESS && source == "bridge";
        return std::nullopt;
    }
    if (key == "invalid") {
        record.marked = true;
        return std::nullopt;
    }
    if (key == "boot") {
        return read_counter_member(value, "/boot", record.boot);
    }
    if (key == "seq") {
        return read_counter_member(value, "/seq", record.seq);
    }
    if (key == "tags") {
        seen.tags = value;
        return value.is_object() ? std::nullopt
                                 : std::optional{not_a_record("/tags", "must be an object")};
    }
    if (key == "data") {
        seen.data = value;
        return value.is_object() ? std::nullopt
                                 : std::optional{not_a_record("/data", "must be an object")};
    }
    return std::nullopt;
}

std::optional<Reject> missing_member(const Seen& seen)
{
    const char* name = !seen.version       ? "v"
                       : !seen.device_id   ? "deviceId"
                       : !seen.ts          ? "ts"
                       : !seen.received_at ? "receivedAt"
                       : !seen.data        ? "data"
                                           : nullptr;
    return name == nullptr ? std::nullopt
                           : std::optional{not_a_record("", std::string{name} + " is missing")};
}

} // namespace

struct RecordReader::Impl {
    // The record's own braces are one level around the payload's.
    explicit Impl(Limits given) : limits(given), json(given.max_depth + 1) {}

    Limits limits;
    GuardedJson json;
    Seen seen{};
};

RecordReader::RecordReader(Limits limits) : m_impl(std::make_unique<Impl>(limits)) {}

RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;
RecordReader::~RecordReader() = default;

dom::element RecordReader::data() const
{
    return m_impl->seen.data.value();
}

std::optional<dom::element> RecordReader::tags() const
{
    return m_impl->seen.tags;
}

Verdict<Record> RecordReader::read(std::string_view line)
{
    if (line.size() > m_impl->limits.max_line_bytes) {
        return Reject{Reason::too_long, "",
                      "the line has " + std::to_string(line.size()) + " bytes, the limit is " +
                          std::to_string(m_impl->limits.max_line_bytes)};
    }
    auto parsed = m_impl->json.parse(line);
    if (auto* reject = std::get_if<Reject>(&parsed)) {
        return std::move(*reject);
    }
    dom::object object;
    if (std::get<dom::element>(parsed).get_object().get(object) != simdjson::SUCCESS) {
        return Reject{Reason::not_an_object, "", "the line is JSON, but not an object"};
    }
    Record record;
    Seen& seen = m_impl->seen;
    seen = {};
    std::size_t members = 0;
    for (auto field : object) {
        if (auto reject = read_field(field.key, field.value, record, seen)) {
            return *std::move(reject);
        }
        ++members;
    }
    if (auto reject = missing_member(seen)) {
        return *std::move(reject);
    }
    find_raw_members(line, members, record);
    if (record.data.empty() || (seen.tags && record.tags.empty())) {
        return not_a_record(record.data.empty() ? "/data" : "/tags", "its key must not be escaped");
    }
    return record;
}

} // namespace tlm
