// SPDX-License-Identifier: Apache-2.0
// What the headers of a Kafka record say.
#pragma once

#include "common/record/header.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

namespace tlm {

/// Of the first header with this name.
[[nodiscard]] inline std::optional<std::string_view> value_of(std::span<const Header> headers,
                                                              std::string_view name)
{
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [name](const Header& header) { return header.name == name; });
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>{found->value};
}

} // namespace tlm
