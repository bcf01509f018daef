// SPDX-License-Identifier: Apache-2.0
// Any bytes as messages of one edge node, one after the other: a byte for the type, one for the
// size, the payload. Then its state, out and in again, whole and as changes.
#include "common/formats/sparkplug.hpp"

#include "tests/fuzz/json_check.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

constexpr std::array<const char*, 8> kTopics = {
    "spBv1.0/G/NBIRTH/E",  "spBv1.0/G/NDATA/E",    "spBv1.0/G/NDEATH/E", "spBv1.0/G/DBIRTH/E/d",
    "spBv1.0/G/DDATA/E/d", "spBv1.0/G/DDEATH/E/d", "spBv1.0/STATE/host", "spBv1.0/G/DBIRTH/E/e"};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace tlm::formats;
    SparkplugOptions options;
    options.max_metrics = 100;
    SparkplugDecoder decoder{options};
    std::string changes;
    std::string_view rest{reinterpret_cast<const char*>(data), size};
    for (tlm::EpochMs now = 0; rest.size() >= 2; now += 10'000) {
        const auto* topic = kTopics.at(static_cast<std::uint8_t>(rest[0]) % kTopics.size());
        const auto payload = rest.substr(2, static_cast<std::uint8_t>(rest[1]));
        rest.remove_prefix(2 + payload.size());
        std::string json;
        const auto verdict = decoder.decode(topic, payload, now, json);
        const auto* message = std::get_if<SparkplugMessage>(&verdict);
        if (message != nullptr && message->forward) {
            tlm::fuzz::require_json(json);
        } else if (!json.empty()) {
            std::abort();
        }
        decoder.export_changes(changes);
    }
    std::string state;
    decoder.export_state(state);
    for (const auto& exported : {state, changes}) {
        SparkplugDecoder next{options};
        std::string again;
        if (next.import_state(exported)) {
            std::abort();
        }
        next.export_state(again);
        if (again != state) {
            std::abort();
        }
    }
    return 0;
}
