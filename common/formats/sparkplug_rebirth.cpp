// SPDX-License-Identifier: Apache-2.0
#include "common/formats/sparkplug_rebirth.hpp"

namespace tlm::formats {
namespace {

constexpr unsigned kVarint = 0;
constexpr unsigned kBytes = 2;

void append_varint(std::string& out, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7U) {
        out += static_cast<char>((value & 0x7FU) | 0x80U);
    }
    out += static_cast<char>(value);
}

void append_number(std::string& out, unsigned field, std::uint64_t value)
{
    append_varint(out, field << 3U | kVarint);
    append_varint(out, value);
}

void append_bytes(std::string& out, unsigned field, std::string_view bytes)
{
    append_varint(out, field << 3U | kBytes);
    append_varint(out, bytes.size());
    out += bytes;
}

} // namespace

SparkplugRebirth sparkplug_rebirth(std::string_view group, std::string_view edge, EpochMs now)
{
    constexpr unsigned kBoolean = 11;
    std::string metric;
    append_bytes(metric, 1, "Node Control/Rebirth");
    append_number(metric, 3, static_cast<std::uint64_t>(now));
    append_number(metric, 4, kBoolean);
    append_number(metric, 14, 1);

    SparkplugRebirth request;
    request.topic.append("spBv1.0/").append(group).append("/NCMD/").append(edge);
    append_number(request.payload, 1, static_cast<std::uint64_t>(now));
    append_bytes(request.payload, 2, metric);
    return request;
}

} // namespace tlm::formats
