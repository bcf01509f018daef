// SPDX-License-Identifier: Apache-2.0
// .proto files to the descriptor set that a ProtobufSchema reads.
#pragma once

#include <span>
#include <string>

namespace tlm::formats {

struct ProtoFile {
    std::string name; ///< as others import it
    std::string text;
};

/// What `protoc --include_imports --descriptor_set_out` would make of the last of the files; those
/// that it imports stand before it. Google's own (google/protobuf/timestamp.proto and its like) are
/// built in. Throws Error usage, naming file and line, when one cannot be parsed; whether they fit
/// together is seen by ProtobufSchema.
[[nodiscard]] std::string compile_proto(std::span<const ProtoFile> files);

} // namespace tlm::formats
