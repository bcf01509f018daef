// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/holes.hpp"

namespace tlm::sim {
namespace {

void fill(std::string& text, std::string_view hole, std::string_view with)
{
    for (auto at = text.find(hole); at != std::string::npos;
         at = text.find(hole, at + with.size())) {
        text.replace(at, hole.size(), with);
    }
}

} // namespace

std::string fill_holes(std::string_view text, std::string_view device_id, std::uint32_t connection)
{
    std::string filled{text};
    fill(filled, kDeviceHole, device_id);
    fill(filled, kConnectionHole, std::to_string(connection));
    return filled;
}

} // namespace tlm::sim
