// SPDX-License-Identifier: Apache-2.0
// Any bytes as a line of a ledger and as a file of latencies.
#include "tools/sim/ledger_line.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace tlm::sim;
    static LedgerReader reader;
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    (void)reader.read(bytes);
    const auto file = parse_latency_file(bytes);
    if (!file) {
        return 0;
    }
    std::string text;
    append_latency_file(text, *file);
    if (!parse_latency_file(text)) { // what was read can be written and read again
        std::abort();
    }
    return 0;
}
