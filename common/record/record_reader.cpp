// SPDX-License-Identifier: Apache-2.0
#include "common/record/envelope_fields.hpp"
#include "common/record/guarded_json.hpp"
#include "common/record/raw_json.hpp"
#include "common/record/record.hpp"

namespace tlm {

namespace dom = simdjson::dom;

namespace {

/// Walks through a text beside what was parsed of it. Without escapes in the text the parsed
/// strings say where theirs end; that is much faster than to look for their quotes.
class RawText {
  public:
    RawText(std::string_view text, bool has_escapes) : m_text(text), m_has_escapes(has_escapes) {}

    /// `at` is where the key begins; the index of its value.
    [[nodiscard]] std::size_t value_begin(std::size_t at, std::string_view key) const
    {
        const std::size_t end = m_has_escapes ? skip_string(m_text, at) : at + key.size() + 2;
        return skip_white_space(m_text, skip_white_space(m_text, end) + 1);
    }

    /// `at` is where the value begins; the index behind it.
    [[nodiscard]] std::size_t value_end(std::size_t at, dom::element value) const
    {
        if (m_has_escapes || value.is_array()) {
            return skip_value(m_text, at);
        }
        if (value.is_string()) {
            return at + value.get_string_length().value_unsafe() + 2;
        }
        return value.is_object() ? object_end(at, value.get_object().value_unsafe())
                                 : skip_value(m_text, at);
    }

    /// `end` is that of a member: where the next one begins, or the brace behind the last.
    [[nodiscard]] std::size_t next_begin(std::size_t end) const
    {
        const std::size_t at = skip_white_space(m_text, end);
        return m_text[at] == ',' ? skip_white_space(m_text, at + 1) : at;
    }

  private:
    [[nodiscard]] std::size_t object_end(std::size_t at, dom::object object) const
    {
        at = skip_white_space(m_text, at + 1);
        for (auto field : object) {
            at = next_begin(value_end(value_begin(at, field.key), field.value));
        }
        return at + 1;
    }

    std::string_view m_text;
    bool m_has_escapes;
};

/// The bytes of the top-level members `tags` and `data`, for the DOM does not keep them. `line` is
/// an object that simdjson has accepted, so no index here can run past its end.
void find_raw_members(std::string_view line, bool has_escapes, dom::object members, Record& record)
{
    const RawText text{line, has_escapes};
    std::size_t at = skip_white_space(line, skip_white_space(line, 0) + 1);
    auto next = members.begin();
    const auto none = members.end();
    for (auto member = next; member != none; member = next) {
        const std::string_view key = member.key();
        const std::size_t begin = text.value_begin(at, key);
        // The last value ends before the brace that closes the record: no need to walk through it.
        ++next;
        const std::size_t end =
            next == none ? line.find_last_not_of(kJsonWhiteSpace, line.rfind('}') - 1) + 1
                         : text.value_end(begin, member.value());
        // A key with an escape in it is none of ours, whatever it comes to.
        const bool is_plain = line.substr(at + 1).starts_with(key);
        if (is_plain && key == "data") {
            record.data = line.substr(begin, end - begin);
        } else if (is_plain && key == "tags") {
            record.tags = line.substr(begin, end - begin);
        }
        at = text.next_begin(end);
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
    for (auto field : object) {
        if (auto reject = read_field(field.key, field.value, record, seen)) {
            return *std::move(reject);
        }
    }
    if (auto reject = missing_member(seen)) {
        return *std::move(reject);
    }
    find_raw_members(line, m_impl->json.has_escapes(), object, record);
    if (record.data.empty() || (seen.tags && record.tags.empty())) {
        return not_a_record(record.data.empty() ? "/data" : "/tags", "its key must not be escaped");
    }
    return record;
}

} // namespace tlm
