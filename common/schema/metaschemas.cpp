// SPDX-License-Identifier: Apache-2.0
#include "common/schema/metaschemas.hpp"

#include <array>

// The symbols that metaschemas.S defines.
#define TLM_METASCHEMA(name)                                                                       \
    extern "C" const char tlm_metaschema_##name[];                                                 \
    extern "C" const char tlm_metaschema_##name##_end[]

// NOLINTBEGIN(readability-identifier-naming): the assembler's names
TLM_METASCHEMA(draft_04);
TLM_METASCHEMA(draft_06);
TLM_METASCHEMA(draft_07);
TLM_METASCHEMA(v2019_09_applicator);
TLM_METASCHEMA(v2019_09_content);
TLM_METASCHEMA(v2019_09_core);
TLM_METASCHEMA(v2019_09_format);
TLM_METASCHEMA(v2019_09_meta_data);
TLM_METASCHEMA(v2019_09_schema);
TLM_METASCHEMA(v2019_09_validation);
TLM_METASCHEMA(v2020_12_applicator);
TLM_METASCHEMA(v2020_12_content);
TLM_METASCHEMA(v2020_12_core);
TLM_METASCHEMA(v2020_12_format_annotation);
TLM_METASCHEMA(v2020_12_format_assertion);
TLM_METASCHEMA(v2020_12_meta_data);
TLM_METASCHEMA(v2020_12_schema);
TLM_METASCHEMA(v2020_12_unevaluated);
TLM_METASCHEMA(v2020_12_validation);
// NOLINTEND(readability-identifier-naming)

#undef TLM_METASCHEMA

namespace tlm::schema {
namespace {

struct Embedded {
    std::string_view uri;
    const char* begin;
    const char* end;
};

#define TLM_METASCHEMA(uri, name)                                                                  \
    Embedded                                                                                       \
    {                                                                                              \
        uri, tlm_metaschema_##name, tlm_metaschema_##name##_end                                    \
    }

const std::array embedded{
    TLM_METASCHEMA("http://json-schema.org/draft-04/schema", draft_04),
    TLM_METASCHEMA("http://json-schema.org/draft-06/schema", draft_06),
    TLM_METASCHEMA("http://json-schema.org/draft-07/schema", draft_07),
    TLM_METASCHEMA("https://json-schema.org/draft/2019-09/meta/applicator", v2019_09_applicator),
    TLM_METASCHEMA("https://json-schema.org/draft/2019-09/meta/content", v2019_09_content),
    TLM_METASCHEMA("https://json-schema.org/draft/2019-09/meta/core", v2019_09_core),
    TLM_METASCHEMA("https://json-schema.org/draft/2019-09/meta/format", v2019_09_format),
    TLM_METASCHEMA("https://json-schema.org/draft/2019-09/meta/meta-data", v2019_09_meta_data),
    TLM_METASCHEMA("https://json-schema.org/draft/2019-09/schema", v2019_09_schema),
    TLM_METASCHEMA("https://json-schema.org/draft/2019-09/meta/validation", v2019_09_validation),
    TLM_METASCHEMA("https://json-schema.org/draft/2020-12/meta/applicator", v2020_12_applicator),
    TLM_METASCHEMA("https://json-schema.org/draft/2020-12/meta/content", v2020_12_content),
    TLM_METASCHEMA("https://json-schema.org/draft/2020-12/meta/core", v2020_12_core),
    TLM_METASCHEMA("https://json-schema.org/draft/2020-12/meta/format-annotation",
                   v2020_12_format_annotation),
    TLM_METASCHEMA("https://json-schema.org/draft/2020-12/meta/format-assertion",
                   v2020_12_format_assertion),
    TLM_METASCHEMA("https://json-schema.org/draft/2020-12/meta/meta-data", v2020_12_meta_data),
    TLM_METASCHEMA("https://json-schema.org/draft/2020-12/schema", v2020_12_schema),
    TLM_METASCHEMA("https://json-schema.org/draft/2020-12/meta/unevaluated", v2020_12_unevaluated),
    TLM_METASCHEMA("https://json-schema.org/draft/2020-12/meta/validation", v2020_12_validation),
};

#undef TLM_METASCHEMA

} // namespace

std::optional<std::string_view> built_in(std::string_view uri) noexcept
{
    for (const Embedded& file : embedded) {
        if (file.uri == uri) {
            return std::string_view{file.begin, static_cast<std::size_t>(file.end - file.begin)};
        }
    }
    return std::nullopt;
}

} // namespace tlm::schema
