// SPDX-License-Identifier: Apache-2.0
#include "common/schema/unknown_keywords.hpp"

#include "common/base/nearest.hpp"
#include "common/schema/pointer.hpp"
#include "common/schema/subschemas.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace tlm::schema {
namespace {

namespace dom = simdjson::dom;

struct Keyword {
    std::string_view name;
    Draft first = Draft::v4;
    Draft last = Draft::v2020_12;
};

/// Those that hold no subschemas. Annotations are known to every draft: nobody misses what they do.
constexpr std::array kKeywords{
    Keyword{"$anchor", Draft::v2019_09},
    Keyword{"$comment"},
    Keyword{"$defs"},
    Keyword{"$dynamicAnchor", Draft::v2020_12},
    Keyword{"$dynamicRef", Draft::v2020_12},
    Keyword{"$id", Draft::v6},
    Keyword{"$recursiveAnchor", Draft::v2019_09, Draft::v2019_09},
    Keyword{"$recursiveRef", Draft::v2019_09, Draft::v2019_09},
    Keyword{"$ref"},
    Keyword{"$schema"},
    Keyword{"$vocabulary", Draft::v2019_09},
    Keyword{"const", Draft::v6},
    Keyword{"contentEncoding"},
    Keyword{"contentMediaType"},
    Keyword{"contentSchema"},
    Keyword{"default"},
    Keyword{"dependentRequired", Draft::v2019_09},
    Keyword{"deprecated"},
    Keyword{"description"},
    Keyword{"enum"},
    Keyword{"examples"},
    Keyword{"exclusiveMaximum"},
    Keyword{"exclusiveMinimum"},
    Keyword{"format"},
    Keyword{"id", Draft::v4, Draft::v4},
    Keyword{"maxContains", Draft::v2019_09},
    Keyword{"maxItems"},
    Keyword{"maxLength"},
    Keyword{"maxProperties"},
    Keyword{"maximum"},
    Keyword{"minContains", Draft::v2019_09},
    Keyword{"minItems"},
    Keyword{"minLength"},
    Keyword{"minProperties"},
    Keyword{"minimum"},
    Keyword{"multipleOf"},
    Keyword{"pattern"},
    Keyword{"readOnly"},
    Keyword{"required"},
    Keyword{"title"},
    Keyword{"type"},
    Keyword{"uniqueItems"},
    Keyword{"writeOnly"},
};

std::vector<std::string_view> known_to(Draft draft)
{
    std::vector<std::string_view> names;
    for (const Keyword& keyword : kKeywords) {
        if (keyword.first <= draft && draft <= keyword.last) {
            names.push_back(keyword.name);
        }
    }
    const auto holding = subschema_keywords(draft);
    names.insert(names.end(), holding.begin(), holding.end());
    return names;
}

class Search {
  public:
    explicit Search(std::size_t most) : m_most(most) {}

    void visit(dom::element element, Draft draft, const std::string& pointer)
    {
        dom::object object;
        if (element.get_object().get(object) != simdjson::SUCCESS) {
            return;
        }
        std::string_view own;
        if (object.at_key("$schema").get(own) == simdjson::SUCCESS) {
            const auto known = draft_of(own);
            if (!known) {
                return;
            }
            draft = *known;
        }
        look_at(object, draft, pointer);
        for_each_subschema(object, draft, [&](const std::string& path, dom::element below) {
            visit(below, draft, pointer + path);
        });
    }

    [[nodiscard]] std::vector<UnknownKeyword> take() { return std::move(m_found); }

  private:
    void look_at(dom::object object, Draft draft, const std::string& pointer)
    {
        const auto known = known_to(draft);
        for (const auto field : object) {
            if (m_found.size() == m_most) {
                return;
            }
            if (field.key.starts_with("x-") ||
                std::find(known.begin(), known.end(), field.key) != known.end()) {
                continue;
            }
            UnknownKeyword& found = m_found.emplace_back();
            found.keyword = field.key;
            found.pointer = pointer;
            append_token(found.pointer, field.key);
            found.meant = field.key.size() > kLongestMistyped ? "" : nearest(field.key, known);
            found.draft = draft;
        }
    }

    static constexpr std::size_t kLongestMistyped = 64;

    std::size_t m_most;
    std::vector<UnknownKeyword> m_found;
};

} // namespace

std::vector<UnknownKeyword> unknown_keywords(dom::element schema, Draft draft, std::size_t most)
{
    Search search{most};
    search.visit(schema, draft, "");
    return search.take();
}

} // namespace tlm::schema
