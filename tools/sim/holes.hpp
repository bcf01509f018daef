// SPDX-License-Identifier: Apache-2.0
// Text with holes that each connection fills differently.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tlm::sim {

inline constexpr std::string_view kDeviceHole = "{deviceId}";
inline constexpr std::string_view kConnectionHole = "{connection}";

[[nodiscard]] inline bool has_hole(std::string_view text) noexcept
{
    return text.find(kDeviceHole) != std::string_view::npos ||
           text.find(kConnectionHole) != std::string_view::npos;
}

/// `text` with the id of the device for {deviceId}, and the number of the connection, from 1 on,
/// for {connection}.
[[nodiscard]] std::string fill_holes(std::string_view text, std::string_view device_id,
                                     std::uint32_t connection);

} // namespace tlm::sim
