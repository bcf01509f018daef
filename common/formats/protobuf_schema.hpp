// SPDX-License-Identifier: Apache-2.0
// Protobuf message types out of a descriptor set.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace tlm::formats {

struct ProtobufTables;

/// How the members of the JSON are called.
enum class ProtobufNames {
    json,  ///< `json_name`: as declared, else the field's name in lowerCamelCase
    proto, ///< the field's name as the .proto file has it
};

/// One message type of a ProtobufSchema; valid as long as that is.
class ProtobufType {
  public:
    ProtobufType(const ProtobufTables& tables, std::uint32_t message) noexcept
        : m_tables(&tables), m_message(message)
    {}

    [[nodiscard]] const ProtobufTables& tables() const noexcept { return *m_tables; }

    [[nodiscard]] std::uint32_t message() const noexcept { return m_message; }

    [[nodiscard]] std::string_view full_name() const noexcept;

  private:
    const ProtobufTables* m_tables;
    std::uint32_t m_message;
};

/// The message types of a FileDescriptorSet, compiled to tables once, at start: libprotobuf reads
/// the set here and is not asked again. Immutable, so threads may share it.
class ProtobufSchema {
  public:
    /// `descriptor_set` is what `protoc --include_imports --descriptor_set_out=FILE` and `buf
    /// build` write. Throws Error usage when it is none, lacks an import, or is not consistent; the
    /// text does not name the file.
    explicit ProtobufSchema(std::string_view descriptor_set,
                            ProtobufNames names = ProtobufNames::json);
    ProtobufSchema(ProtobufSchema&&) noexcept;
    ProtobufSchema& operator=(ProtobufSchema&&) noexcept;
    ~ProtobufSchema();

    /// The type with this full name (`pkg.Outer.Inner`). Throws Error usage, naming what there is,
    /// when the set does not have it.
    [[nodiscard]] ProtobufType type(std::string_view full_name) const;

    /// The type that Confluent's message indexes name: a message of the last file of the set, a
    /// message inside that, and so on. Nothing when there is none.
    [[nodiscard]] const ProtobufType* type(std::span<const std::uint32_t> indexes) const noexcept;

  private:
    std::unique_ptr<const ProtobufTables> m_tables;
    std::vector<ProtobufType> m_types; ///< one a message of the tables
};

} // namespace tlm::formats
