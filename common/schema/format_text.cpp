// SPDX-License-Identifier: Apache-2.0
#include "common/schema/format_checks.hpp"
#include "common/schema/pattern.hpp"

#include <algorithm>

namespace tlm::schema::format {

bool is_uuid(std::string_view text)
{
    constexpr std::size_t kSize = 36;
    if (text.size() != kSize) {
        return false;
    }
    for (std::size_t i = 0; i < kSize; ++i) {
        const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text[i] != '-' : !is_hex(text[i])) {
            return false;
        }
    }
    return true;
}

bool is_json_pointer(std::string_view text)
{
    if (!text.empty() && text.front() != '/') {
        return false;
    }
    for (auto at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
        if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) {
            return false;
        }
    }
    return true;
}

bool is_relative_json_pointer(std::string_view text)
{
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || (digits > 1 && text.front() == '0')) {
        return false;
    }
    text.remove_prefix(digits);
    return text == "#" || is_json_pointer(text);
}

bool is_regex(std::string_view text)
{
    try {
        const Pattern pattern{text};
        return true;
    } catch (const PatternLimitError&) {
        return true; // no reason to call it malformed
    } catch (const PatternError&) {
        return false;
    }
}

} // namespace tlm::schema::format
