// SPDX-License-Identifier: Apache-2.0
// Registered schemas by id: where they come from, and those that are at hand.
#pragma once

#include "common/base/time.hpp"
#include "common/formats/protobuf_schema.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace tlm::formats {

/// What a registry has under one id.
struct RegisteredSchema {
    std::optional<ProtobufSchema> protobuf; ///< without it the schema is JSON Schema
    std::string json_schema;                ///< its text, unjudged
    /// Why it is of no use, when there is one that cannot be used; empty otherwise.
    std::string unusable{};
};

/// Where schemas come from: files or a registry.
class SchemaSource {
  public:
    virtual ~SchemaSource() = default;

    /// The schema, or nothing when the source knows for sure that there is none. Throws Error:
    /// transient when it cannot tell now, usage when what it has is of no use.
    [[nodiscard]] virtual std::optional<RegisteredSchema> fetch(std::uint32_t id) = 0;
};

/// A folder: ID.desc is a descriptor set, ID.json a JSON Schema.
class SchemaFiles final : public SchemaSource {
  public:
    /// Reads the whole file of this name in the folder; nothing when there is none.
    using ReadFile = std::function<std::optional<std::string>(const std::string& name)>;

    explicit SchemaFiles(ReadFile read, ProtobufNames names = ProtobufNames::json)
        : m_read(std::move(read)), m_names(names)
    {}

    [[nodiscard]] std::optional<RegisteredSchema> fetch(std::uint32_t id) override;

  private:
    ReadFile m_read;
    ProtobufNames m_names;
};

struct SchemaCacheOptions {
    std::size_t max_schemas = 1000;   ///< kept; as many ids are remembered that no schema has
    milliseconds missing_for{60'000}; ///< until a source is asked again for an id it did not have
};

/// Keeps what a source gave. An id never changes its schema, so what is found stays, until it is
/// the one not used for longest and room is needed. Ids without a schema are remembered for a
/// while, so that bad messages do not become as many questions, and so are those of no use. One
/// instance serves one thread.
class SchemaCache {
  public:
    /// `source` is not owned.
    explicit SchemaCache(SchemaSource& source, SchemaCacheOptions options = {})
        : m_source(source), m_options(options)
    {}

    /// The schema, or null when there is none that is of use; valid until the next call. Throws
    /// what the source throws; nothing is remembered of that.
    [[nodiscard]] const RegisteredSchema* find(std::uint32_t id, Monotonic now);

    /// Why find() has just given null for this id, as a sentence.
    [[nodiscard]] std::string why_not(std::uint32_t id) const;

    /// Forgets everything, for a reload.
    void clear();

  private:
    struct Kept {
        RegisteredSchema schema;
        std::uint64_t used = 0; ///< m_clock at its last use
    };

    struct Missing {
        Monotonic since;
        std::string unusable; ///< of RegisteredSchema
    };

    void make_room(Monotonic now);

    SchemaSource& m_source;
    SchemaCacheOptions m_options;
    std::unordered_map<std::uint32_t, Kept> m_kept;
    std::unordered_map<std::uint32_t, Missing> m_missing;
    std::uint64_t m_clock = 0;
};

} // namespace tlm::formats
