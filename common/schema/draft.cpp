// SPDX-License-Identifier: Apache-2.0
#include "common/schema/draft.hpp"

#include <array>
#include <utility>

namespace tlm::schema {
namespace {

constexpr std::array<std::pair<std::string_view, Draft>, 5> kMetaSchemas{{
    {"http://json-schema.org/draft-04/schema", Draft::v4},
    {"http://json-schema.org/draft-06/schema", Draft::v6},
    {"http://json-schema.org/draft-07/schema", Draft::v7},
    {"https://json-schema.org/draft/2019-09/schema", Draft::v2019_09},
    {"https://json-schema.org/draft/2020-12/schema", Draft::v2020_12},
}};

} // namespace

std::string_view draft_name(Draft draft) noexcept
{
    switch (draft) {
    case Draft::v4:
        return "draft-04";
    case Draft::v6:
        return "draft-06";
    case Draft::v7:
        return "draft-07";
    case Draft::v2019_09:
        return "2019-09";
    case Draft::v2020_12:
        return "2020-12";
    }
    return "unknown";
}

std::optional<Draft> draft_of(std::string_view schema_uri) noexcept
{
    if (schema_uri.ends_with('#')) {
        schema_uri.remove_suffix(1);
    }
    for (const auto& [uri, draft] : kMetaSchemas) {
        if (uri == schema_uri) {
            return draft;
        }
    }
    return std::nullopt;
}

bool use_vocabulary(Dialect& dialect, std::string_view vocabulary_uri) noexcept
{
    constexpr std::string_view k2019 = "https://json-schema.org/draft/2019-09/vocab/";
    constexpr std::string_view k2020 = "https://json-schema.org/draft/2020-12/vocab/";
    if (!vocabulary_uri.starts_with(k2019) && !vocabulary_uri.starts_with(k2020)) {
        return false;
    }
    const std::string_view name = vocabulary_uri.substr(k2019.size());
    if (name == "applicator") {
        dialect.applicators = true;
        // In 2019-09 these keywords belong to the applicators.
        dialect.unevaluated = dialect.unevaluated || dialect.draft == Draft::v2019_09;
    } else if (name == "validation") {
        dialect.validation = true;
    } else if (name == "unevaluated") {
        dialect.unevaluated = true;
    } else if (name == "format-assertion") {
        dialect.assert_formats = true;
    } else {
        return name == "core" || name == "meta-data" || name == "content" || name == "format" ||
               name == "format-annotation";
    }
    return true;
}

} // namespace tlm::schema
