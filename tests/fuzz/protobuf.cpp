// SPDX-License-Identifier: Apache-2.0
// Any bytes as a message with every kind of field.
#include "common/formats/protobuf.hpp"

#include "tests/fuzz/json_check.hpp"
#include "tests/unit/formats/descriptors.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace tlm::formats;
    static const ProtobufSchema schema{tlm::test::descriptor_set(tlm::test::all_kinds_proto())};
    static const auto type = schema.type("test.All");
    static ProtobufDecoder plain;
    static ProtobufDecoder asked{{{}, true, true}};
    const std::string_view message{reinterpret_cast<const char*>(data), size};
    for (auto* decoder : {&plain, &asked}) {
        std::string json;
        if (std::holds_alternative<Decoded>(decoder->decode(type, message, json))) {
            tlm::fuzz::require_json(json);
        }
    }
    return 0;
}
