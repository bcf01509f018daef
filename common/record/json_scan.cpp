// SPDX-License-Identifier: Apache-2.0
#include "common/record/json_scan.hpp"

#include <algorithm>

namespace tlm {

std::size_t skip_white_space(std::string_view text, std::size_t at) noexcept
{
    return std::min(text.find_first_not_of(kJsonWhiteSpace, at), text.size());
}

std::size_t skip_string(std::string_view text, std::size_t at) noexcept
{
    for (++at; text[at] != '"'; ++at) {
        if (text[at] == '\\') {
            ++at;
        }
    }
    return at + 1;
}

std::size_t skip_value(std::string_view text, std::size_t at) noexcept
{
    if (text[at] == '"') {
        return skip_string(text, at);
    }
    if (text[at] != '{' && text[at] != '[') {
        return std::min(text.find_first_of(",]} \t\r\n", at), text.size());
    }
    std::size_t depth = 0;
    do {
        switch (text[at]) {
        case '"':
            at = skip_string(text, at);
            continue;
        case '{':
        case '[':
            ++depth;
            break;
        case '}':
        case ']':
            --depth;
            break;
        default:
            break;
        }
        ++at;
    } while (depth > 0);
    return at;
}

} // namespace tlm
