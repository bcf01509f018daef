// SPDX-License-Identifier: Apache-2.0
// The record: what one device said at one moment, as one line of NDJSON and one Kafka value.
#pragma once

#include "common/base/time.hpp"
#include "common/record/reject.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace simdjson::dom {
class element;
} // namespace simdjson::dom

namespace tlm {

/// Limits on what is parsed; beyond them the verdict is too_long or too_deep.
struct Limits {
    std::size_t max_payload_bytes = 256 * 1024; ///< of a device's payload
    std::size_t max_line_bytes = 1024 * 1024;   ///< of a whole record
    std::size_t max_depth = 32; ///< of objects and arrays in a payload, empty ones not counted
};

/// One record, see tlm-record(5). Views: whoever hands out a Record says how long they live.
struct Record {
    std::string_view device_id; ///< from the topic, the only authority
    EpochMs ts = 0;             ///< the device's clock, or received_at when it sent none
    EpochMs received_at = 0;    ///< our clock
    bool ts_from_bridge = false;
    bool marked = false;              ///< has the member `invalid`, see append_marked()
    std::optional<std::int64_t> boot; ///< 0 to 2^63-1
    std::optional<std::int64_t> seq;  ///< 0 to 2^63-1
    std::string_view tags;            ///< a JSON object, or empty
    std::string_view data;            ///< the payload, a JSON object, byte for byte
};

/// 1 to 128 characters of [A-Za-z0-9._:-]: safe in topics, keys, URLs, SQL, shells and terminals.
[[nodiscard]] bool is_device_id(std::string_view text) noexcept;

/// Appends the record as one line without its newline. `data` is not re-serialised; only line
/// breaks between its tokens become spaces, for one record is one line.
void append_record(std::string& out, const Record& record);

/// Appends JSON as it is, but for line breaks: between its tokens they become spaces.
void append_on_one_line(std::string& out, std::string_view json);

/// Appends `line`, a record that a RecordReader has accepted, with the member `invalid` in front,
/// which says what is wrong with it; the other bytes are unchanged. A record that is marked already
/// is appended as it is: the first mark stands.
void append_marked(std::string& out, std::string_view line, const Record& record,
                   const Reject& reject);

/// Appends `line`, which a RecordReader has read as `read`, with tags and data of `changed` in the
/// place of its own; all other bytes stay as they are. Tags that were not there stand in front.
void append_changed(std::string& out, std::string_view line, const Record& read,
                    const Record& changed);

/// Judges the JSON that a device sent and makes a record of it. One instance serves one thread; it
/// keeps its buffers between calls.
class PayloadReader {
  public:
    explicit PayloadReader(Limits limits = {});
    PayloadReader(PayloadReader&&) noexcept;
    PayloadReader& operator=(PayloadReader&&) noexcept;
    ~PayloadReader();

    /// The views of the record are those given: `device_id` (valid, see is_device_id) and
    /// `payload`.
    [[nodiscard]] Verdict<Record> read(std::string_view device_id, std::string_view payload,
                                       EpochMs received_at);

    /// The payload of the record that was read last, parsed; valid until the next read.
    [[nodiscard]] simdjson::dom::element data() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// Reads records back from lines or Kafka values, with the same guards on what they hold. One
/// instance serves one thread.
class RecordReader {
  public:
    explicit RecordReader(Limits limits = {});
    RecordReader(RecordReader&&) noexcept;
    RecordReader& operator=(RecordReader&&) noexcept;
    ~RecordReader();

    /// `tags` and `data` of the record are views into `line`, `device_id` is valid until the next
    /// read. Members that this version does not know are ignored.
    [[nodiscard]] Verdict<Record> read(std::string_view line);

    /// `data` of the record that was read last, parsed; valid until the next read.
    [[nodiscard]] simdjson::dom::element data() const;

    /// Its `tags`; empty when it has none.
    [[nodiscard]] std::optional<simdjson::dom::element> tags() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// Reads bare JSON values, without envelope: RFC 8259 and the limits on length and depth judge
/// them, the record's own guards (duplicate keys, U+0000) do not. One instance serves one thread.
class ValueReader {
  public:
    /// simdjson's own limits on depth, and the line's on length.
    explicit ValueReader(Limits limits = {.max_depth = 1023});
    ValueReader(ValueReader&&) noexcept;
    ValueReader& operator=(ValueReader&&) noexcept;
    ~ValueReader();

    /// Why `text` is no value, if so.
    [[nodiscard]] std::optional<Reject> read(std::string_view text);

    /// The value that was read last; valid until the next read.
    [[nodiscard]] simdjson::dom::element value() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm
