// SPDX-License-Identifier: Apache-2.0
// Any bytes as a line, and what was read of it as a line again.
#include "common/record/message.hpp"

#include "common/record/message_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static tlm::MessageReader reader;
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    auto read = reader.read(bytes);
    if (!std::holds_alternative<tlm::Message>(read)) {
        return 0;
    }
    std::string line;
    tlm::append_message(line, std::get<tlm::Message>(read));
    auto again = reader.read(line);
    if (!std::holds_alternative<tlm::Message>(again)) {
        std::abort();
    }
    std::string twice;
    tlm::append_message(twice, std::get<tlm::Message>(again));
    if (line != twice) {
        std::abort();
    }
    return 0;
}
