// SPDX-License-Identifier: Apache-2.0
// Confluent's framing: messages that name the registered schema they were written with.
#pragma once

#include "common/base/time.hpp"
#include "common/formats/decoded.hpp"
#include "common/formats/protobuf.hpp"
#include "common/formats/schema_cache.hpp"
#include "common/record/reject.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tlm::formats {

/// The five bytes before a message, and what follows them.
struct ConfluentFrame {
    std::uint32_t schema_id = 0;
    std::string_view body;
};

/// Byte 0, then the schema's id, big-endian. Rejects with bad_framing.
/// Source: docs.confluent.io, Formats, Serializers, and Deserializers, "Wire format".
[[nodiscard]] Verdict<ConfluentFrame> parse_confluent_frame(std::string_view bytes);

/// Which message of a Protobuf schema follows: the first index is of a message of the file, each
/// further one of a message inside that.
class MessageIndexes {
  public:
    [[nodiscard]] std::span<const std::uint32_t> indexes() const noexcept
    {
        return {m_indexes.data(), m_count};
    }

    [[nodiscard]] std::string_view body() const noexcept { return m_body; }

    /// Zigzag varints, their count first; a count of 0 stands for the one index 0. Rejects with
    /// bad_framing.
    [[nodiscard]] static Verdict<MessageIndexes> parse(std::string_view body);

  private:
    static constexpr std::size_t kDeepest = 32;

    std::array<std::uint32_t, kDeepest> m_indexes{};
    std::size_t m_count = 0;
    std::string_view m_body;
};

struct ConfluentMessage {
    std::uint32_t schema_id = 0;
    /// What the message was written with; valid until the next call.
    const RegisteredSchema* schema = nullptr;
    Decoded decoded{};
};

/// Decodes framed Protobuf and JSON. One instance serves one thread.
class ConfluentDecoder {
  public:
    /// Neither is owned; `schemas` must live as long.
    explicit ConfluentDecoder(SchemaCache& schemas, ProtobufOptions options = {});

    /// Appends the message as JSON; a body that is JSON by its schema as it is, unjudged. Rejects:
    /// bad_framing, unknown_schema_id, and what ProtobufDecoder says; `out` is then as it was.
    /// Throws what the cache's source throws when the registry cannot be reached: no verdict on the
    /// message.
    [[nodiscard]] Verdict<ConfluentMessage> decode(std::string_view bytes, Monotonic now,
                                                   std::string& out);

  private:
    SchemaCache& m_schemas;
    ProtobufDecoder m_protobuf;
    DecodeLimits m_limits;
};

} // namespace tlm::formats
