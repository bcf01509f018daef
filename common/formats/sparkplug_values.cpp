// SPDX-License-Identifier: Apache-2.0
#include "common/formats/sparkplug_values.hpp"

#include "common/formats/json_path.hpp"

#include <bit>
#include <limits>
#include <optional>

namespace tlm::formats {
namespace {

using Type = SparkplugDatatype;
using Kind = SparkplugValueKind;

constexpr std::string_view kCut = "an array of numbers does not fill its last element";
constexpr std::string_view kMismatch = "the value is not of the datatype";

struct IntegerType {
    unsigned bits;
    bool is_signed;
};

std::optional<IntegerType> integer_type(Type datatype)
{
    switch (datatype) {
    case Type::int8:
    case Type::int8_array:
        return IntegerType{8, true};
    case Type::int16:
    case Type::int16_array:
        return IntegerType{16, true};
    case Type::int32:
    case Type::int32_array:
        return IntegerType{32, true};
    case Type::int64:
    case Type::int64_array:
    case Type::date_time: // milliseconds; before 1970 they are negative
    case Type::date_time_array:
        return IntegerType{64, true};
    case Type::uint8:
    case Type::uint8_array:
        return IntegerType{8, false};
    case Type::uint16:
    case Type::uint16_array:
        return IntegerType{16, false};
    case Type::uint32:
    case Type::uint32_array:
        return IntegerType{32, false};
    case Type::uint64:
    case Type::uint64_array:
        return IntegerType{64, false};
    default:
        return std::nullopt;
    }
}

bool is_array(Type datatype)
{
    return datatype >= Type::int8_array && datatype <= Type::date_time_array;
}

std::int64_t sign_extended(std::uint64_t value, unsigned bits)
{
    return static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits);
}

/// A signed number in two's complement: of its own width, or as encoders widen it to the 32 or 64
/// bits of its field. Nothing when it is a number that the type cannot hold.
std::optional<std::int64_t> signed_value(std::uint64_t value, unsigned bits)
{
    if (bits == 64 || value >> bits == 0) {
        return sign_extended(value, bits);
    }
    for (const unsigned field_bits : {32U, 64U}) {
        const bool in_field = field_bits == 64 || value >> field_bits == 0;
        const auto wide = sign_extended(value, field_bits);
        if (in_field && wide < 0 && wide >= -(std::int64_t{1} << (bits - 1))) {
            return wide;
        }
    }
    return std::nullopt;
}

} // namespace

bool SparkplugValueWriter::fail(Reason reason, std::string_view detail)
{
    m_reject = {reason, "", std::string{detail}};
    return false;
}

bool SparkplugValueWriter::within_limit()
{
    return m_json.size() <= m_limits.max_json ||
           fail(Reason::too_long, "as JSON the message is longer than the limit");
}

bool SparkplugValueWriter::write_string(std::string_view text)
{
    return m_json.put_string(text) ? within_limit()
                                   : fail(Reason::invalid_utf8, "a string is not UTF-8");
}

bool SparkplugValueWriter::write_metric(const SparkplugMetric& metric, Type datatype,
                                        std::size_t depth)
{
    const auto& value = metric.value;
    if (depth > m_limits.max_depth) {
        return fail(Reason::too_deep, "templates are nested deeper than the limit");
    }
    if (metric.is_null) {
        m_json.put("null");
        return within_limit();
    }
    if (value.kind == Kind::data_set && (datatype == Type::data_set || datatype == Type::unknown)) {
        return write_data_set(value.wire.bytes);
    }
    if (value.kind == Kind::data_template &&
        (datatype == Type::data_template || datatype == Type::unknown)) {
        return write_template(value.wire.bytes, depth);
    }
    if (value.kind == Kind::bytes && is_array(datatype)) {
        return write_array(value.wire.bytes, datatype);
    }
    return write_scalar(value, datatype);
}

bool SparkplugValueWriter::write_scalar(const SparkplugValue& value, Type datatype)
{
    if (value.kind == Kind::none) {
        m_json.put("null");
        return within_limit();
    }
    if (datatype == Type::unknown) {
        return write_untyped(value);
    }
    if (integer_type(datatype) && !is_array(datatype)) {
        return write_integer(value, datatype);
    }
    const auto kind = value.kind;
    switch (datatype) {
    case Type::float32:
    case Type::float64:
        return kind == Kind::real || kind == Kind::exact ? write_untyped(value)
                                                         : fail(Reason::bad_sparkplug, kMismatch);
    case Type::boolean:
        return kind == Kind::flag ? write_untyped(value) : fail(Reason::bad_sparkplug, kMismatch);
    case Type::string:
    case Type::text:
    case Type::uuid:
        return kind == Kind::string ? write_untyped(value) : fail(Reason::bad_sparkplug, kMismatch);
    case Type::bytes:
    case Type::file:
        return kind == Kind::bytes ? write_untyped(value) : fail(Reason::bad_sparkplug, kMismatch);
    default:
        return fail(Reason::bad_sparkplug, sparkplug_datatype_name(datatype).empty()
                                               ? "a datatype that Sparkplug B does not have"
                                               : kMismatch);
    }
}

/// A value whose kind says all there is to know.
bool SparkplugValueWriter::write_untyped(const SparkplugValue& value)
{
    switch (value.kind) {
    case Kind::real: {
        const auto bits = static_cast<std::uint32_t>(value.wire.value);
        m_decoded.not_finite += m_json.put_number(std::bit_cast<float>(bits)) ? 0 : 1;
        return within_limit();
    }
    case Kind::exact:
        m_decoded.not_finite += m_json.put_number(std::bit_cast<double>(value.wire.value)) ? 0 : 1;
        return within_limit();
    case Kind::flag:
        m_json.put(value.wire.value != 0 ? std::string_view{"true"} : std::string_view{"false"});
        return within_limit();
    case Kind::string:
        return write_string(value.wire.bytes);
    case Kind::bytes:
        m_json.put_base64(value.wire.bytes);
        return within_limit();
    case Kind::whole:
    case Kind::large:
        return fail(Reason::no_birth, "an integer without datatype: its sign is not known");
    default:
        return fail(Reason::bad_sparkplug, "an extension value, which nobody can read");
    }
}

bool SparkplugValueWriter::write_integer(const SparkplugValue& value, Type datatype)
{
    if (value.kind != Kind::whole && value.kind != Kind::large) {
        return fail(Reason::bad_sparkplug, kMismatch);
    }
    const auto type = *integer_type(datatype);
    const auto bits = value.wire.value;
    if (type.is_signed) {
        const auto number = signed_value(bits, type.bits);
        if (!number) {
            return fail(Reason::bad_sparkplug, "the number is beyond its datatype");
        }
        m_json.put_integer(*number);
    } else {
        if (type.bits < 64 && bits >> type.bits != 0) {
            return fail(Reason::bad_sparkplug, "the number is beyond its datatype");
        }
        m_json.put_integer(bits);
    }
    return within_limit();
}

/// Elements lie side by side, little-endian. Source: Sparkplug 3.0.0, section 6.4.17.
bool SparkplugValueWriter::write_array(std::string_view bytes, Type datatype)
{
    if (datatype == Type::boolean_array) {
        return write_booleans(bytes);
    }
    if (datatype == Type::string_array) {
        return write_strings(bytes);
    }
    const auto type = integer_type(datatype);
    const std::size_t size = type                              ? type->bits / 8
                             : datatype == Type::float32_array ? sizeof(float)
                                                               : sizeof(double);
    if (bytes.size() % size != 0) {
        return fail(Reason::bad_sparkplug, kCut);
    }
    m_json.put('[');
    WireReader reader(bytes);
    for (std::uint64_t bits = 0; !reader.at_end() && reader.read_fixed(size, bits);) {
        if (!type) {
            const Kind kind = size == sizeof(float) ? Kind::real : Kind::exact;
            static_cast<void>(write_untyped({kind, {0, WireType::varint, bits, {}}}));
        } else if (type->is_signed) {
            m_json.put_integer(sign_extended(bits, type->bits));
        } else {
            m_json.put_integer(bits);
        }
        m_json.comma();
        if (!within_limit()) {
            return false;
        }
    }
    m_json.close(']');
    return true;
}

/// Their count in four bytes, then one bit each, the first one highest.
bool SparkplugValueWriter::write_booleans(std::string_view bytes)
{
    WireReader reader(bytes);
    std::uint64_t count = 0;
    constexpr std::size_t kCount = 4;
    if (!reader.read_fixed(kCount, count) || bytes.size() - kCount != (count + 7) / 8) {
        return fail(Reason::bad_sparkplug, "an array of booleans is not as long as it says");
    }
    m_json.put('[');
    for (std::size_t i = 0; i < count; ++i) {
        const auto byte = static_cast<std::uint8_t>(bytes[kCount + i / 8]);
        m_json.put(((byte << (i % 8)) & 0x80) != 0 ? std::string_view{"true,"}
                                                   : std::string_view{"false,"});
        if (!within_limit()) {
            return false;
        }
    }
    m_json.close(']');
    return true;
}

/// Each ends with a NUL.
bool SparkplugValueWriter::write_strings(std::string_view bytes)
{
    m_json.put('[');
    while (!bytes.empty()) {
        const auto end = bytes.find('\0');
        if (end == std::string_view::npos) {
            return fail(Reason::bad_sparkplug, "an array of strings does not end with a NUL");
        }
        if (!write_string(bytes.substr(0, end))) {
            return false;
        }
        m_json.comma();
        bytes.remove_prefix(end + 1);
    }
    m_json.close(']');
    return true;
}

/// `{"columns":[…],"types":[…],"rows":[[…],…]}`, in as many passes as there are members.
bool SparkplugValueWriter::write_data_set(std::string_view bytes)
{
    m_columns.clear();
    std::size_t names = 0;
    const auto each = [&](std::uint32_t number, auto&& take) {
        WireReader reader(bytes);
        WireField wire;
        auto step = reader.next(wire);
        for (; step == WireReader::Step::field; step = reader.next(wire)) {
            if (wire.number == number && !take(wire)) {
                return false;
            }
        }
        return step == WireReader::Step::end || fail(Reason::bad_sparkplug, reader.error());
    };
    const auto put_type = [&](std::uint64_t number) {
        m_columns.push_back(static_cast<Type>(number));
        const auto name = sparkplug_datatype_name(m_columns.back());
        if (number > static_cast<std::uint64_t>(Type::date_time_array) || name.empty()) {
            return fail(Reason::bad_sparkplug, "a column has a datatype that does not exist");
        }
        return write_string(name) && (m_json.comma(), true);
    };
    m_json.put(R"({"columns":[)");
    const bool named = each(2, [&](const WireField& wire) {
        ++names;
        return write_string(wire.bytes) && (m_json.comma(), true);
    });
    m_json.close(']');
    m_json.put(R"(,"types":[)");
    const bool typed = named && each(3, [&](const WireField& wire) {
                           if (wire.type != WireType::bytes) {
                               return put_type(wire.value);
                           }
                           WireReader packed(wire.bytes);
                           for (std::uint64_t number = 0; !packed.at_end();) {
                               if (!packed.read_varint(number) || !put_type(number)) {
                                   return fail(Reason::bad_sparkplug, "column types are cut");
                               }
                           }
                           return true;
                       });
    if (!typed) {
        return false;
    }
    if (names != m_columns.size()) {
        return fail(Reason::bad_sparkplug, "a data set has not one type for each column");
    }
    m_json.close(']');
    m_json.put(R"(,"rows":[)");
    if (!each(4, [&](const WireField& wire) { return write_row(wire.bytes, 0); })) {
        return false;
    }
    m_json.close(']');
    m_json.put('}');
    return within_limit();
}

bool SparkplugValueWriter::write_row(std::string_view bytes, std::size_t first_type)
{
    std::size_t column = first_type;
    WireReader reader(bytes);
    WireField wire;
    auto step = reader.next(wire);
    m_json.put('[');
    for (; step == WireReader::Step::field; step = reader.next(wire)) {
        if (wire.number != 1 || wire.type != WireType::bytes || column == m_columns.size()) {
            return fail(Reason::bad_sparkplug, "a row does not have one value for each column");
        }
        SparkplugValue value;
        WireReader element(wire.bytes);
        WireField member;
        auto inner = element.next(member);
        for (; inner == WireReader::Step::field; inner = element.next(member)) {
            if (!take_sparkplug_value(member, 1, Kind::string, value)) {
                return fail(Reason::bad_sparkplug, "an element of a data set is not a value");
            }
        }
        if (inner == WireReader::Step::malformed) {
            return fail(Reason::bad_sparkplug, element.error());
        }
        if (!write_scalar(value, m_columns[column])) {
            return false;
        }
        m_json.comma();
        ++column;
    }
    if (step == WireReader::Step::malformed || column != m_columns.size()) {
        return fail(Reason::bad_sparkplug, "a row does not have one value for each column");
    }
    m_json.close(']');
    m_json.comma();
    return true;
}

/// `{"ref":…,"version":…,"isDefinition":…,"parameters":{…},"metrics":{…}}`
bool SparkplugValueWriter::write_template(std::string_view bytes, std::size_t depth)
{
    std::string_view version;
    std::string_view ref;
    bool is_definition = false;
    std::size_t metrics = 0;
    std::size_t parameters = 0;
    WireReader reader(bytes);
    WireField wire;
    auto step = reader.next(wire);
    for (; step == WireReader::Step::field; step = reader.next(wire)) {
        version = wire.number == 1 ? wire.bytes : version;
        ref = wire.number == 4 ? wire.bytes : ref;
        is_definition = wire.number == 5 ? wire.value != 0 : is_definition;
        metrics += wire.number == 2 ? 1 : 0;
        parameters += wire.number == 3 ? 1 : 0;
    }
    if (step == WireReader::Step::malformed) {
        return fail(Reason::bad_sparkplug, reader.error());
    }
    m_json.put(R"({"ref":)");
    if (!write_string(ref)) {
        return false;
    }
    m_json.put(R"(,"version":)");
    if (!write_string(version)) {
        return false;
    }
    m_json.put(is_definition ? std::string_view{R"(,"isDefinition":true)"}
                             : std::string_view{R"(,"isDefinition":false)"});
    const auto members = [&](std::uint32_t number, std::string_view name, auto&& write_one) {
        WireReader again(bytes);
        m_json.put(name);
        while (again.next(wire) == WireReader::Step::field) {
            if (wire.number == number && !write_one(wire.bytes)) {
                return false;
            }
        }
        m_json.close('}');
        return true;
    };
    const auto parameter = [&](std::string_view one) { return write_parameter(one); };
    const auto member = [&](std::string_view one) { return write_member(one, depth + 1); };
    if ((parameters > 0 && !members(3, R"(,"parameters":{)", parameter)) ||
        (metrics > 0 && !members(2, R"(,"metrics":{)", member))) {
        return false;
    }
    m_json.put('}');
    return within_limit();
}

bool SparkplugValueWriter::write_member(std::string_view bytes, std::size_t depth)
{
    SparkplugMetric metric;
    const auto error = parse_sparkplug_metric(bytes, metric, m_decoded.unknown_fields);
    if (!error.empty()) {
        return fail(Reason::bad_sparkplug, error);
    }
    if (!write_string(metric.name)) {
        return false;
    }
    m_json.put(':');
    if (!write_metric(metric, metric.datatype, depth)) {
        prepend_token(m_reject.path, metric.name);
        return false;
    }
    m_json.comma();
    return true;
}

bool SparkplugValueWriter::write_parameter(std::string_view bytes)
{
    std::string_view name;
    Type datatype = Type::unknown;
    SparkplugValue value;
    WireReader reader(bytes);
    WireField wire;
    auto step = reader.next(wire);
    for (; step == WireReader::Step::field; step = reader.next(wire)) {
        if (wire.number == 1 && wire.type == WireType::bytes) {
            name = wire.bytes;
        } else if (wire.number == 2 && wire.type == WireType::varint) {
            datatype = static_cast<Type>(wire.value);
        } else if (!take_sparkplug_value(wire, 3, Kind::string, value)) {
            ++m_decoded.unknown_fields;
        }
    }
    if (step == WireReader::Step::malformed) {
        return fail(Reason::bad_sparkplug, reader.error());
    }
    if (!write_string(name)) {
        return false;
    }
    m_json.put(':');
    if (!write_scalar(value, datatype)) {
        prepend_token(m_reject.path, name);
        return false;
    }
    m_json.comma();
    return true;
}

} // namespace tlm::formats
