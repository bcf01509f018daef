// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/ledger_line.hpp"

#include "common/base/hash.hpp"
#include "common/base/json_text.hpp"

#include <cstdint>

namespace tlm::sim {
namespace {

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
    if (!message.fault.empty()) {
        out += R"(","fault":")";
        out += message.fault;
    }
    out += "\"}";
}

} // namespace tlm::sim
