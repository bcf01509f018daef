// SPDX-License-Identifier: Apache-2.0
#include "common/base/kafka_names.hpp"

#include <algorithm>
#include <array>

namespace tlm {

bool is_topic_name(std::string_view name) noexcept
{
    constexpr std::size_t kLongest = 249;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= kLongest && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), allowed);
}

bool is_secret_property(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 5> kMarks{"password", "secret", "key.pem",
                                                     "oauthbearer.config", "jaas"};
    return std::any_of(kMarks.begin(), kMarks.end(), [name](std::string_view mark) {
        return name.find(mark) != std::string_view::npos;
    });
}

} // namespace tlm
