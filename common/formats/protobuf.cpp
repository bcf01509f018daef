// SPDX-License-Identifier: Apache-2.0
#include "common/formats/protobuf.hpp"

#include "common/formats/json_buffer.hpp"
#include "common/formats/json_path.hpp"
#include "common/formats/protobuf_kinds.hpp"
#include "common/formats/protobuf_tables.hpp"
#include "common/formats/protobuf_time.hpp"
#include "common/formats/wire.hpp"

#include <bit>
#include <tuple>

namespace tlm::formats {
namespace {

/// One entry of a map, taken apart.
struct MapEntry {
    std::string_view text;    ///< the key, when it is a string
    std::uint64_t number = 0; ///< the key, when it is not
    std::size_t order = 0;    ///< on the wire: of equal keys the last counts
    WireField value;
    bool has_value = false;

    [[nodiscard]] bool same_key(const MapEntry& other) const
    {
        return number == other.number && text == other.text;
    }
};

} // namespace

/// The walk down one message. Fields met on the wire lie on a stack, m_fields; those of the message
/// being written begin at `base`. A WireField there has the index of its FieldTable as `number`.
class ProtobufDecoder::Walk {
  public:
    explicit Walk(ProtobufOptions options) : m_options(options) {}

    Verdict<Decoded> decode(ProtobufType type, std::string_view message, std::string& out)
    {
        m_json.clear();
        m_fields.clear();
        m_entries.clear();
        m_decoded = {};
        m_tables = &type.tables();
        if (message.size() > m_options.limits.max_bytes) {
            fail(Reason::too_long, "the message is longer than the limit");
            return std::move(m_reject);
        }
        if (!write_message(m_tables->messages[type.message()], message, 1)) {
            return std::move(m_reject);
        }
        out += m_json.text();
        return m_decoded;
    }

  private:
    bool fail(Reason reason, std::string_view detail)
    {
        m_reject = {reason, "", std::string{detail}};
        return false;
    }

    bool in(std::string_view name)
    {
        prepend_token(m_reject.path, name);
        return false;
    }

    bool in(std::size_t index)
    {
        prepend_index(m_reject.path, index);
        return false;
    }

    bool write_message(const MessageTable& table, std::string_view bytes, std::size_t depth)
    {
        if (depth > m_options.limits.max_depth) {
            return fail(Reason::too_deep, "messages are nested deeper than the limit");
        }
        const std::size_t base = m_fields.size();
        if (!gather(table, bytes) || !write_gathered(table, base, depth)) {
            return false;
        }
        m_fields.resize(base);
        return true;
    }

    /// Pushes the fields of a message: equal ones side by side, in the order of the wire.
    bool gather(const MessageTable& table, std::string_view bytes)
    {
        const std::size_t base = m_fields.size();
        WireReader reader(bytes);
        WireField wire;
        bool ordered = true;
        std::uint32_t last = 0;
        std::uint64_t oneofs = 0; // one bit each, shared beyond 64: a false alarm costs only time
        bool contested = false;
        auto step = reader.next(wire);
        for (; step == WireReader::Step::field; step = reader.next(wire)) {
            const auto index = table.find(wire.number);
            if (index == kNone || !fits(table.fields[index], wire.type)) {
                ++m_decoded.unknown_fields;
                continue;
            }
            if (const auto oneof = table.fields[index].oneof; oneof != kNone) {
                const auto bit = std::uint64_t{1} << (oneof % 64);
                contested = contested || (oneofs & bit) != 0;
                oneofs |= bit;
            }
            wire.number = index;
            ordered = ordered && index >= last;
            last = index;
            m_fields.push_back(wire);
        }
        if (step == WireReader::Step::malformed) {
            return fail(Reason::bad_protobuf, reader.error());
        }
        if (contested) {
            keep_last_of_oneofs(table, base);
        }
        if (!ordered) {
            std::stable_sort(
                m_fields.begin() + static_cast<std::ptrdiff_t>(base), m_fields.end(),
                [](const WireField& a, const WireField& b) { return a.number < b.number; });
        }
        return true;
    }

    /// Of the members of a oneof only the last on the wire was set, and what stood before another
    /// member was forgotten by that.
    void keep_last_of_oneofs(const MessageTable& table, std::size_t base)
    {
        m_oneofs.assign(table.oneofs, kNone);
        for (std::size_t i = m_fields.size(); i-- > base;) {
            const auto oneof = table.fields[m_fields[i].number].oneof;
            if (oneof == kNone) {
                continue;
            }
            auto& kept = m_oneofs[oneof];
            if (kept == kNone) {
                kept = m_fields[i].number;
            } else if (kept != m_fields[i].number) {
                kept = kForgotten;
            }
            if (kept == kForgotten) {
                m_fields[i].number = kNone;
            }
        }
        const auto is_dropped = [](const WireField& field) { return field.number == kNone; };
        m_fields.erase(std::remove_if(m_fields.begin() + static_cast<std::ptrdiff_t>(base),
                                      m_fields.end(), is_dropped),
                       m_fields.end());
    }

    bool write_gathered(const MessageTable& table, std::size_t base, std::size_t depth)
    {
        const std::size_t end = m_fields.size();
        switch (table.well_known) {
        case WellKnown::none:
            return write_object(table, base, depth);
        case WellKnown::timestamp:
            return put_timestamp(m_json, seconds(base), nanos(base)) ||
                   fail(Reason::bad_protobuf, "a Timestamp is outside the years 1 to 9999");
        case WellKnown::duration:
            return put_duration(m_json, seconds(base), nanos(base)) ||
                   fail(Reason::bad_protobuf, "a Duration is out of range");
        case WellKnown::wrapper:
            return base == end ? write_default(table.fields[0], depth)
                               : write_field(table.fields[0], base, end, depth);
        case WellKnown::structure:
            return write_map(table.fields[0], base, end, depth);
        case WellKnown::list_value:
            return write_array(table.fields[0], base, end, depth);
        case WellKnown::value:
            break;
        }
        if (base == end) {
            m_json.put("null");
            return true;
        }
        std::size_t begin = end - 1;
        while (begin > base && m_fields[begin - 1].number == m_fields[end - 1].number) {
            --begin;
        }
        return write_field(table.fields[m_fields[begin].number], begin, end, depth);
    }

    std::int64_t seconds(std::size_t base) const
    {
        return static_cast<std::int64_t>(last_value(base, 0));
    }

    std::int32_t nanos(std::size_t base) const
    {
        return static_cast<std::int32_t>(last_value(base, 1));
    }

    std::uint64_t last_value(std::size_t base, std::uint32_t index) const
    {
        for (std::size_t i = m_fields.size(); i-- > base;) {
            if (m_fields[i].number == index) {
                return m_fields[i].value;
            }
        }
        return 0;
    }

    bool write_object(const MessageTable& table, std::size_t base, std::size_t depth)
    {
        const std::size_t end = m_fields.size();
        std::uint32_t required = 0;
        std::uint32_t next = 0; // the first field that is not written yet
        m_json.put('{');
        for (std::size_t i = base; i < end;) {
            const auto index = m_fields[i].number;
            const std::size_t begin = i;
            while (i < end && m_fields[i].number == index) {
                ++i;
            }
            const auto& field = table.fields[index];
            write_defaults(table, next, index, depth);
            next = index + 1;
            m_json.put(field.key);
            if (!write_field(field, begin, i, depth)) {
                return in(field.name);
            }
            m_json.comma();
            required += field.required ? 1 : 0;
        }
        if (required != table.required) {
            return fail_missing(table, base);
        }
        write_defaults(table, next, static_cast<std::uint32_t>(table.fields.size()), depth);
        m_json.close('}');
        return true;
    }

    bool fail_missing(const MessageTable& table, std::size_t base)
    {
        for (std::uint32_t index = 0; index < table.fields.size(); ++index) {
            const auto is_it = [index](const WireField& field) { return field.number == index; };
            if (table.fields[index].required &&
                std::none_of(m_fields.begin() + static_cast<std::ptrdiff_t>(base), m_fields.end(),
                             is_it)) {
                fail(Reason::bad_protobuf, "a required field is missing");
                return in(table.fields[index].name);
            }
        }
        return fail(Reason::bad_protobuf, "a required field is missing");
    }

    /// The fields from `next` up to `end`, as far as absent means zero.
    void write_defaults(const MessageTable& table, std::uint32_t next, std::uint32_t end,
                        std::size_t depth)
    {
        if (!m_options.write_defaults) {
            return;
        }
        for (; next < end; ++next) {
            const auto& field = table.fields[next];
            if (field.implicit && field.oneof == kNone) {
                m_json.put(field.key);
                static_cast<void>(write_default(field, depth)); // never a message
                m_json.comma();
            }
        }
    }

    bool write_default(const FieldTable& field, std::size_t depth)
    {
        WireField zero;
        if (field.kind == FieldKind::enumeration) {
            zero.value = static_cast<std::uint64_t>(m_tables->enums[field.type].first);
        }
        return write_value(field, zero, depth);
    }

    bool write_field(const FieldTable& field, std::size_t begin, std::size_t end, std::size_t depth)
    {
        if (field.kind == FieldKind::map) {
            return write_map(field, begin, end, depth);
        }
        if (field.repeated) {
            return write_array(field, begin, end, depth);
        }
        if (field.kind == FieldKind::message && end - begin > 1) {
            std::string merged; // to merge messages is to join their bytes
            for (std::size_t i = begin; i < end; ++i) {
                merged += m_fields[i].bytes;
            }
            return write_message(m_tables->messages[field.type], merged, depth + 1);
        }
        const std::size_t written = m_json.size();
        for (std::size_t i = begin; i < end; ++i) { // the last counts, but all are judged
            m_json.cut(written);
            if (!write_value(field, m_fields[i], depth)) {
                return false;
            }
        }
        return true;
    }

    bool write_array(const FieldTable& field, std::size_t begin, std::size_t end, std::size_t depth)
    {
        std::size_t count = 0;
        m_json.put('[');
        for (std::size_t i = begin; i < end; ++i) {
            const WireField wire = m_fields[i]; // a copy: the stack grows below
            if (wire.type == WireType::bytes && wire_type(field.kind) != WireType::bytes) {
                if (!write_packed(field, wire.bytes, count)) {
                    return in(count);
                }
                continue;
            }
            if (!write_value(field, wire, depth)) {
                return in(count);
            }
            m_json.comma();
            ++count;
        }
        m_json.close(']');
        return true;
    }

    bool write_packed(const FieldTable& field, std::string_view bytes, std::size_t& count)
    {
        const WireType type = wire_type(field.kind);
        WireReader reader(bytes);
        while (!reader.at_end()) {
            std::uint64_t value = 0;
            if (!(type == WireType::varint
                      ? reader.read_varint(value)
                      : reader.read_fixed(type == WireType::fixed32 ? 4 : 8, value))) {
                return fail(Reason::bad_protobuf, reader.error());
            }
            if (!write_number(field, value)) {
                return false;
            }
            m_json.comma();
            ++count;
        }
        return true;
    }

    bool write_map(const FieldTable& field, std::size_t begin, std::size_t end, std::size_t depth)
    {
        const auto& entry_table = m_tables->messages[field.type];
        const std::size_t base = m_entries.size();
        for (std::size_t i = begin; i < end; ++i) {
            if (!push_entry(entry_table, m_fields[i].bytes)) {
                return false;
            }
        }
        const std::size_t last = m_entries.size();
        std::sort(m_entries.begin() + static_cast<std::ptrdiff_t>(base), m_entries.end(),
                  [](const MapEntry& a, const MapEntry& b) {
                      return std::tie(a.text, a.number, a.order) <
                             std::tie(b.text, b.number, b.order);
                  });
        m_json.put('{');
        for (std::size_t i = base; i < last; ++i) {
            const MapEntry entry = m_entries[i]; // a copy: the stack grows below
            const std::size_t written = m_json.size();
            if (!write_entry(entry_table, entry, depth)) {
                return false;
            }
            m_json.comma();
            if (i + 1 < last && entry.same_key(m_entries[i + 1])) {
                m_json.cut(written); // the last counts, but all are judged
            }
        }
        m_json.close('}');
        m_entries.resize(base);
        return true;
    }

    bool push_entry(const MessageTable& table, std::string_view bytes)
    {
        MapEntry entry;
        entry.order = m_entries.size();
        WireReader reader(bytes);
        WireField wire;
        auto step = reader.next(wire);
        for (; step == WireReader::Step::field; step = reader.next(wire)) {
            const auto index = table.find(wire.number);
            if (index == kNone || !fits(table.fields[index], wire.type)) {
                ++m_decoded.unknown_fields;
            } else if (wire.number == 1) {
                entry.text = wire.bytes;
                entry.number = integer(table.fields[index].kind, wire.value);
            } else {
                entry.value = wire;
                entry.has_value = true;
            }
        }
        if (step == WireReader::Step::malformed) {
            return fail(Reason::bad_protobuf, reader.error());
        }
        m_entries.push_back(entry);
        return true;
    }

    bool write_entry(const MessageTable& table, const MapEntry& entry, std::size_t depth)
    {
        const auto& key = table.fields[0];
        const auto& value = table.fields[1];
        if (key.kind == FieldKind::string) {
            if (!m_json.put_string(entry.text)) {
                return fail(Reason::invalid_utf8, "a key is not UTF-8");
            }
        } else {
            m_json.put('"');
            put_integer_or_boolean(key.kind, entry.number);
            m_json.put('"');
        }
        m_json.put(':');
        if (!(entry.has_value ? write_value(value, entry.value, depth)
                              : write_default(value, depth))) {
            return in(key.kind == FieldKind::string ? std::string{entry.text}
                                                    : std::to_string(entry.number));
        }
        return true;
    }

    bool write_value(const FieldTable& field, const WireField& wire, std::size_t depth)
    {
        switch (field.kind) {
        case FieldKind::string:
            return m_json.put_string(wire.bytes)
                       ? within_limit()
                       : fail(Reason::invalid_utf8, "a string is not UTF-8");
        case FieldKind::bytes:
            m_json.put_base64(wire.bytes);
            return within_limit();
        case FieldKind::message:
            return write_message(m_tables->messages[field.type], wire.bytes, depth + 1) &&
                   within_limit();
        default:
            return write_number(field, wire.value);
        }
    }

    bool write_number(const FieldTable& field, std::uint64_t value)
    {
        switch (field.kind) {
        case FieldKind::float32:
            count_finite(
                m_json.put_number(std::bit_cast<float>(static_cast<std::uint32_t>(value))));
            break;
        case FieldKind::float64:
            count_finite(m_json.put_number(std::bit_cast<double>(value)));
            break;
        case FieldKind::enumeration:
            put_enum(m_tables->enums[field.type], static_cast<std::int32_t>(value));
            break;
        default:
            if (m_options.int64_as_string && is_64_bit(field.kind)) {
                m_json.put('"');
                put_integer_or_boolean(field.kind, integer(field.kind, value));
                m_json.put('"');
            } else {
                put_integer_or_boolean(field.kind, integer(field.kind, value));
            }
        }
        return within_limit();
    }

    void put_integer_or_boolean(FieldKind kind, std::uint64_t value)
    {
        if (kind == FieldKind::boolean) {
            m_json.put(value == 0 ? std::string_view{"false"} : std::string_view{"true"});
        } else if (is_signed(kind)) {
            m_json.put_integer(static_cast<std::int64_t>(value));
        } else {
            m_json.put_integer(value);
        }
    }

    void put_enum(const EnumTable& table, std::int32_t number)
    {
        if (table.null_value) {
            m_json.put("null");
        } else if (const auto* name = table.find(number)) {
            m_json.put(*name);
        } else {
            m_json.put_integer(std::int64_t{number});
        }
    }

    void count_finite(bool is_finite) { m_decoded.not_finite += is_finite ? 0 : 1; }

    bool within_limit()
    {
        return m_json.size() <= m_options.limits.max_json ||
               fail(Reason::too_long, "as JSON the message is longer than the limit");
    }

    static constexpr std::uint32_t kForgotten = kNone - 1;

    ProtobufOptions m_options;
    const ProtobufTables* m_tables = nullptr;
    JsonBuffer m_json;
    std::vector<WireField> m_fields;
    std::vector<MapEntry> m_entries;
    std::vector<std::uint32_t> m_oneofs;
    Decoded m_decoded;
    Reject m_reject{};
};

ProtobufDecoder::ProtobufDecoder(ProtobufOptions options) : m_walk(std::make_unique<Walk>(options))
{}

ProtobufDecoder::ProtobufDecoder(ProtobufDecoder&&) noexcept = default;
ProtobufDecoder& ProtobufDecoder::operator=(ProtobufDecoder&&) noexcept = default;
ProtobufDecoder::~ProtobufDecoder() = default;

Verdict<Decoded> ProtobufDecoder::decode(ProtobufType type, std::string_view message,
                                         std::string& out)
{
    return m_walk->decode(type, message, out);
}

} // namespace tlm::formats
