// SPDX-License-Identifier: Apache-2.0
// Any bytes behind the frame of a known schema, and any bytes as a frame.
#include "common/formats/confluent.hpp"

#include "tests/fuzz/json_check.hpp"
#include "tests/unit/formats/descriptors.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace tlm::formats;

struct Registry final : SchemaSource {
    std::optional<RegisteredSchema> fetch(std::uint32_t id) override
    {
        if (id != 1) {
            return std::nullopt;
        }
        RegisteredSchema schema;
        schema.protobuf.emplace(tlm::test::descriptor_set(tlm::test::all_kinds_proto()));
        return schema;
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Registry registry;
    static SchemaCache cache{registry, {10, tlm::milliseconds{1000}}};
    static ConfluentDecoder decoder{cache};
    const std::string bytes{reinterpret_cast<const char*>(data), size};
    const std::string framed = std::string{"\0\0\0\0\x01", 5} + bytes;
    for (const auto* message : {&bytes, &framed}) {
        std::string json;
        if (std::holds_alternative<ConfluentMessage>(decoder.decode(*message, {}, json))) {
            tlm::fuzz::require_json(json);
        }
    }
    return 0;
}
