// SPDX-License-Identifier: Apache-2.0
#include "common/formats/protobuf_schema.hpp"

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "common/formats/protobuf_tables.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <array>
#include <map>
#include <set>

namespace tlm::formats {

namespace pb = google::protobuf;

namespace {

/// Beyond this number a field is found by search.
constexpr std::uint32_t kDirect = 256;

class FirstError final : public pb::DescriptorPool::ErrorCollector {
  public:
    void AddError(const std::string& file, const std::string& element, const pb::Message* /*what*/,
                  ErrorLocation /*where*/, const std::string& message) override
    {
        if (m_text.empty()) {
            m_text.append(file).append(": ").append(element).append(": ").append(message);
        }
    }

    [[nodiscard]] const std::string& text() const noexcept { return m_text; }

  private:
    std::string m_text;
};

std::string json_string(std::string_view text)
{
    std::string result;
    append_json_string(result, text);
    return result;
}

FieldKind kind_of(const pb::FieldDescriptor& field)
{
    if (field.is_map()) {
        return FieldKind::map;
    }
    static constexpr std::array kKinds = {
        FieldKind::int32, // there is no type 0
        FieldKind::float64, FieldKind::float32,     FieldKind::int64,    FieldKind::uint64,
        FieldKind::int32,   FieldKind::fixed64,     FieldKind::fixed32,  FieldKind::boolean,
        FieldKind::string,  FieldKind::group,       FieldKind::message,  FieldKind::bytes,
        FieldKind::uint32,  FieldKind::enumeration, FieldKind::sfixed32, FieldKind::sfixed64,
        FieldKind::sint32,  FieldKind::sint64,
    };
    return kKinds.at(static_cast<std::size_t>(field.type()));
}

/// The types with a form of their own, and the shape that the walk relies on: `number:kind` of each
/// field. A set may bring its own google.protobuf.Value, and it may be another.
struct KnownShape {
    std::string_view full_name;
    WellKnown well_known;
    std::vector<std::pair<std::uint32_t, FieldKind>> fields;
};

const std::vector<KnownShape>& known_shapes()
{
    using enum FieldKind;
    static const std::vector<KnownShape> shapes = {
        {"google.protobuf.Timestamp", WellKnown::timestamp, {{1, int64}, {2, int32}}},
        {"google.protobuf.Duration", WellKnown::duration, {{1, int64}, {2, int32}}},
        {"google.protobuf.Struct", WellKnown::structure, {{1, map}}},
        {"google.protobuf.Value",
         WellKnown::value,
         {{1, enumeration}, {2, float64}, {3, string}, {4, boolean}, {5, message}, {6, message}}},
        {"google.protobuf.ListValue", WellKnown::list_value, {{1, message}}},
        {"google.protobuf.DoubleValue", WellKnown::wrapper, {{1, float64}}},
        {"google.protobuf.FloatValue", WellKnown::wrapper, {{1, float32}}},
        {"google.protobuf.Int64Value", WellKnown::wrapper, {{1, int64}}},
        {"google.protobuf.UInt64Value", WellKnown::wrapper, {{1, uint64}}},
        {"google.protobuf.Int32Value", WellKnown::wrapper, {{1, int32}}},
        {"google.protobuf.UInt32Value", WellKnown::wrapper, {{1, uint32}}},
        {"google.protobuf.BoolValue", WellKnown::wrapper, {{1, boolean}}},
        {"google.protobuf.StringValue", WellKnown::wrapper, {{1, string}}},
        {"google.protobuf.BytesValue", WellKnown::wrapper, {{1, bytes}}},
    };
    return shapes;
}

WellKnown well_known_of(const MessageTable& message)
{
    for (const auto& shape : known_shapes()) {
        if (shape.full_name != message.full_name) {
            continue;
        }
        bool same = shape.fields.size() == message.fields.size();
        for (std::size_t i = 0; same && i < shape.fields.size(); ++i) {
            const auto& field = message.fields[i];
            same = shape.fields[i] == std::pair{field.number, field.kind} &&
                   field.repeated == (shape.well_known == WellKnown::list_value ||
                                      shape.well_known == WellKnown::structure);
        }
        if (!same) {
            throw usage_error("the descriptor set has a " + message.full_name +
                              " that is not protobuf's own");
        }
        return shape.well_known;
    }
    return WellKnown::none;
}

class Compiler {
  public:
    Compiler(ProtobufNames names, ProtobufTables& tables) : m_names(names), m_tables(tables) {}

    void add(const pb::FileDescriptor& file)
    {
        m_tables.last_file.clear();
        for (int i = 0; i < file.message_type_count(); ++i) {
            m_tables.last_file.push_back(message(*file.message_type(i)));
        }
    }

  private:
    /// The place of a message; its table is filled when it is met for the first time.
    std::uint32_t message(const pb::Descriptor& descriptor)
    {
        const auto next = static_cast<std::uint32_t>(m_tables.messages.size());
        const auto [place, is_new] = m_messages.try_emplace(&descriptor, next);
        if (!is_new) {
            return place->second;
        }
        const auto index = place->second;
        m_tables.messages.emplace_back();
        // Filled aside: the vector grows while the messages inside are added.
        MessageTable table;
        table.full_name = descriptor.full_name();
        for (int i = 0; i < descriptor.nested_type_count(); ++i) {
            table.nested.push_back(message(*descriptor.nested_type(i)));
        }
        add_fields(descriptor, table);
        table.oneofs = static_cast<std::uint32_t>(descriptor.real_oneof_decl_count());
        table.well_known = well_known_of(table);
        m_tables.messages[index] = std::move(table);
        return index;
    }

    void add_fields(const pb::Descriptor& descriptor, MessageTable& table)
    {
        std::set<std::string_view> names;
        for (int i = 0; i < descriptor.field_count(); ++i) {
            table.fields.push_back(field(*descriptor.field(i)));
            table.required += table.fields.back().required ? 1 : 0;
        }
        std::sort(table.fields.begin(), table.fields.end(),
                  [](const FieldTable& a, const FieldTable& b) { return a.number < b.number; });
        for (std::uint32_t i = 0; i < table.fields.size(); ++i) {
            const auto& added = table.fields[i];
            if (!names.insert(added.name).second) {
                throw usage_error(table.full_name + " has two fields that are '" + added.name +
                                  "' in JSON");
            }
            if (added.number < kDirect) {
                table.direct.resize(added.number + 1, kNone);
                table.direct[added.number] = i;
            }
        }
    }

    FieldTable field(const pb::FieldDescriptor& descriptor)
    {
        FieldTable table;
        table.number = static_cast<std::uint32_t>(descriptor.number());
        table.kind = kind_of(descriptor);
        table.repeated = descriptor.is_repeated();
        table.required = descriptor.is_required() && table.kind != FieldKind::group;
        table.implicit = !descriptor.has_presence() && !table.repeated;
        if (const auto* oneof = descriptor.real_containing_oneof()) {
            table.oneof = static_cast<std::uint32_t>(oneof->index());
        }
        if (const auto* type = descriptor.message_type()) {
            table.type = message(*type);
        } else if (const auto* enumeration = descriptor.enum_type()) {
            table.type = add_enum(*enumeration);
        }
        table.name = m_names == ProtobufNames::json ? descriptor.json_name() : descriptor.name();
        table.key = json_string(table.name) + ':';
        return table;
    }

    std::uint32_t add_enum(const pb::EnumDescriptor& descriptor)
    {
        const auto next = static_cast<std::uint32_t>(m_tables.enums.size());
        const auto [place, is_new] = m_enums.try_emplace(&descriptor, next);
        if (is_new) {
            EnumTable table;
            table.null_value = descriptor.full_name() == "google.protobuf.NullValue";
            table.first = descriptor.value(0)->number();
            std::map<std::int32_t, std::string> names; // of two names the first counts
            for (int i = 0; i < descriptor.value_count(); ++i) {
                const auto& value = *descriptor.value(i);
                names.try_emplace(value.number(), json_string(value.name()));
            }
            table.names.assign(names.begin(), names.end());
            m_tables.enums.push_back(std::move(table));
        }
        return place->second;
    }

    ProtobufNames m_names;
    ProtobufTables& m_tables;
    std::map<const pb::Descriptor*, std::uint32_t> m_messages;
    std::map<const pb::EnumDescriptor*, std::uint32_t> m_enums;
};

} // namespace

std::string_view ProtobufType::full_name() const noexcept
{
    return m_tables->messages[m_message].full_name;
}

ProtobufSchema::ProtobufSchema(std::string_view descriptor_set, ProtobufNames names)
{
    pb::FileDescriptorSet set;
    if (!set.ParseFromArray(descriptor_set.data(), static_cast<int>(descriptor_set.size())) ||
        set.file_size() == 0) {
        throw usage_error("not a descriptor set: protoc --include_imports "
                          "--descriptor_set_out=FILE writes one");
    }
    pb::DescriptorPool pool;
    auto tables = std::make_unique<ProtobufTables>();
    Compiler compiler(names, *tables);
    for (const auto& file : set.file()) {
        FirstError error;
        const auto* built = pool.BuildFileCollectingErrors(file, &error);
        if (built == nullptr) {
            throw usage_error("the descriptor set is not consistent (was it made with "
                              "--include_imports?): " +
                              error.text());
        }
        compiler.add(*built);
    }
    m_tables = std::move(tables);
    for (std::uint32_t i = 0; i < m_tables->messages.size(); ++i) {
        m_types.emplace_back(*m_tables, i);
    }
}

ProtobufSchema::ProtobufSchema(ProtobufSchema&&) noexcept = default;
ProtobufSchema& ProtobufSchema::operator=(ProtobufSchema&&) noexcept = default;
ProtobufSchema::~ProtobufSchema() = default;

ProtobufType ProtobufSchema::type(std::string_view full_name) const
{
    for (const auto& found : m_types) {
        if (found.full_name() == full_name) {
            return found;
        }
    }
    std::string names;
    for (const auto index : m_tables->last_file) {
        names.append(names.empty() ? "" : ", ").append(m_types[index].full_name());
    }
    throw usage_error("the descriptor set has no message '" + std::string{full_name} +
                      "'; its last file has: " + names);
}

const ProtobufType* ProtobufSchema::type(std::span<const std::uint32_t> indexes) const noexcept
{
    const auto* level = &m_tables->last_file;
    const ProtobufType* found = nullptr;
    for (const auto index : indexes) {
        if (index >= level->size()) {
            return nullptr;
        }
        found = &m_types[(*level)[index]];
        level = &m_tables->messages[(*level)[index]].nested;
    }
    return found;
}

} // namespace tlm::formats
