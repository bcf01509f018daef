// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/ledger_line.hpp"

#include <array>
#include <charconv>

namespace tlm::sim {
namespace {

template <typename Number>
void append_number(std::string& out, Number value)
{
    std::array<char, 24> text{};
    auto* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

void append_hex(std::string& out, std::uint64_t value)
{
    for (unsigned shift = 64; shift > 0; shift -= 4) {
        out.push_back("0123456789abcdef"[(value >> (shift - 4)) & 0xFU]);
    }
}

} // namespace

void append_ledger_line(std::string& out, const Message& message)
{
    out += R"({"deviceId":")";
    out += message.device_id; // valid ids need no escaping
    out += R"(","boot":)";
    append_number(out, message.boot);
    out += R"(,"seq":)";
    append_number(out, message.seq);
    out += R"(,"ts":)";
    append_number(out, message.ts);
    out += R"(,"digest":")";
    append_hex(out, fnv1a(message.payload));
    out += "\"}";
}

} // namespace tlm::sim
