// SPDX-License-Identifier: Apache-2.0
#include "common/schema/format.hpp"

#include "common/schema/format_checks.hpp"

#include <array>
#include <utility>

namespace tlm::schema {

FormatCheck find_format(std::string_view name) noexcept
{
    constexpr std::array<std::pair<std::string_view, FormatCheck>, 18> kFormats{{
        {"date", format::is_date},
        {"date-time", format::is_date_time},
        {"duration", format::is_duration},
        {"email", format::is_email},
        {"hostname", format::is_hostname},
        {"idn-email", format::is_idn_email},
        {"ipv4", format::is_ipv4},
        {"ipv6", format::is_ipv6},
        {"iri", format::is_iri},
        {"iri-reference", format::is_iri_reference},
        {"json-pointer", format::is_json_pointer},
        {"regex", format::is_regex},
        {"relative-json-pointer", format::is_relative_json_pointer},
        {"time", format::is_time},
        {"uri", format::is_uri},
        {"uri-reference", format::is_uri_reference},
        {"uri-template", format::is_uri_template},
        {"uuid", format::is_uuid},
    }};
    for (const auto& [known, check] : kFormats) {
        if (known == name) {
            return check;
        }
    }
    return nullptr;
}

} // namespace tlm::schema
