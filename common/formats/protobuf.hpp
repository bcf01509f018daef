// SPDX-License-Identifier: Apache-2.0
// Protobuf messages to JSON text.
#pragma once

#include "common/formats/decoded.hpp"
#include "common/formats/protobuf_schema.hpp"
#include "common/record/reject.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tlm::formats {

struct ProtobufOptions {
    DecodeLimits limits{};
    bool int64_as_string = false; ///< 64-bit integers as ProtoJSON has them, in quotes
    bool write_defaults = false;  ///< fields without presence that are absent: as zero
};

/// Walks a message along the wire, by the tables of its type, and writes JSON as it goes: the form
/// that ProtoJSON (protobuf.dev/programming-guides/json) defines, except that 64-bit integers are
/// numbers unless asked otherwise and what is not finite is null. See tlm-formats(5), PROTOBUF.
///
/// Members stand in the order of their field numbers, those of a map in the order of their keys,
/// whatever the order on the wire. Of a field that stands twice the last value counts and messages
/// are merged, as the encoding demands. One instance serves one thread; it keeps its buffers, so a
/// warm one allocates nothing.
class ProtobufDecoder {
  public:
    explicit ProtobufDecoder(ProtobufOptions options = {});
    ProtobufDecoder(ProtobufDecoder&&) noexcept;
    ProtobufDecoder& operator=(ProtobufDecoder&&) noexcept;
    ~ProtobufDecoder();

    /// Appends the message as JSON, an object unless its type is one that ProtoJSON writes
    /// otherwise. Rejects: too_long, too_deep, bad_protobuf, invalid_utf8; `out` is then as it was,
    /// and the path names the place in the JSON that would have been.
    [[nodiscard]] Verdict<Decoded> decode(ProtobufType type, std::string_view message,
                                          std::string& out);

  private:
    class Walk;
    std::unique_ptr<Walk> m_walk;
};

} // namespace tlm::formats
