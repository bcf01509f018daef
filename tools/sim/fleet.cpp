// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fleet.hpp"

#include "common/base/units.hpp"
#include "common/record/record.hpp"

#include <algorithm>

namespace tlm::sim {

std::string IdPattern::name(std::uint32_t index, std::uint32_t devices) const
{
    const auto width = std::max(digits, std::to_string(devices).size());
    const auto number = std::to_string(std::uint64_t{index} + 1);
    return std::string{prefix}.append(width - number.size(), '0').append(number).append(suffix);
}

std::optional<IdPattern> IdPattern::parse(std::string_view text, std::uint32_t devices)
{
    constexpr std::string_view kOpen = "{n";
    constexpr std::uint64_t kMostDigits = 20;
    const auto open = text.find(kOpen);
    const auto close = text.find('}', std::min(open, text.size()));
    if (close == std::string_view::npos) {
        return std::nullopt;
    }
    IdPattern pattern{std::string{text.substr(0, open)}, std::string{text.substr(close + 1)}};
    const auto width = text.substr(open + kOpen.size(), close - open - kOpen.size());
    if (!width.empty()) {
        const auto digits = parse_unsigned(width.substr(1));
        if (width.front() != ':' || !digits || *digits > kMostDigits) {
            return std::nullopt;
        }
        pattern.digits = static_cast<std::size_t>(*digits);
    }
    return is_device_id(pattern.name(0, devices)) ? std::optional{pattern} : std::nullopt;
}

bool has_edge_nodes(const std::vector<Group>& groups)
{
    return std::any_of(groups.begin(), groups.end(),
                       [](const Group& group) { return group.traits.edge_node; });
}

} // namespace tlm::sim
