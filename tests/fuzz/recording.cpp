// SPDX-License-Identifier: Apache-2.0
// Recordings in three formats: whatever is accepted must play as JSON objects. The first byte
// chooses the format.
#include "common/record/record.hpp"
#include "tests/fuzz/json_check.hpp"
#include "tools/sim/replay_script.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using namespace tlm;
using namespace tlm::sim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const auto format = static_cast<RecordingFormat>(data[0] % 3);
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    auto parsed = parse_recording(text, format, "file");
    if (std::holds_alternative<BadLine>(parsed)) {
        return 0;
    }
    auto recordings = std::get<std::vector<Recording>>(std::move(parsed));
    if (span_of(recordings) > kLongestSeries) {
        return 0; // refused before it is played
    }
    ReplayScript script{std::move(recordings), {}, {}, {}};
    bool mistyped = false;
    while (const auto position = script.next_position()) {
        mistyped = !mistyped;
        const auto message = script.take(0, {.mistyped = mistyped});
        fuzz::require_json(std::string{message.payload});
        if (!is_device_id(message.device_id)) {
            std::abort();
        }
    }
    return 0;
}
