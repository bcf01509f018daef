// SPDX-License-Identifier: Apache-2.0
// Any bytes as an event, and as the data of one.
#include "common/formats/cloud_event.hpp"

#include "tests/fuzz/json_check.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace tlm::formats;
    static CloudEventDecoder decoder;
    static const std::vector<tlm::Header> headers = {
        {"ce_specversion", "1.0"}, {"ce_id", "i"}, {"ce_source", "/s"}, {"ce_type", "t"}};
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    std::string json;
    if (std::holds_alternative<CloudEvent>(decoder.structured(bytes, json))) {
        tlm::fuzz::require_json(json);
    }
    json.clear();
    if (std::holds_alternative<CloudEvent>(
            decoder.binary(kKafkaBinding, headers, "application/json", bytes, json))) {
        tlm::fuzz::require_json(json);
    }
    return 0;
}
