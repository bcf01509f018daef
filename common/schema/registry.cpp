// SPDX-License-Identifier: Apache-2.0
#include "common/schema/registry.hpp"

#include "common/base/error.hpp"
#include "common/schema/metaschemas.hpp"
#include "common/schema/pointer.hpp"
#include "common/schema/subschemas.hpp"
#include "common/schema/uri.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace tlm::schema {
namespace {

namespace dom = simdjson::dom;

/// Schemas nested deeper are refused: visiting and compiling them recurses.
constexpr std::size_t kMaxSchemaDepth = 256;

std::optional<std::string_view> string_member(dom::object object, std::string_view key)
{
    std::string_view text;
    if (object.at_key(key).get(text) == simdjson::SUCCESS) {
        return text;
    }
    return std::nullopt;
}

std::string_view id_keyword(Draft draft) noexcept
{
    return draft == Draft::v4 ? "id" : "$id";
}

/// Before 2019-09 whatever stands beside a `$ref` is ignored.
bool is_bare_ref(dom::object object, Draft draft)
{
    return draft < Draft::v2019_09 && string_member(object, "$ref");
}

/// The pointer to the first key that stands twice, at any depth.
std::optional<std::string> doubled_key(dom::element element)
{
    if (dom::array array; element.get_array().get(array) == simdjson::SUCCESS) {
        std::size_t index = 0;
        for (auto item : array) {
            if (auto below = doubled_key(item)) {
                std::string path;
                append_token(path, index);
                return path + *below;
            }
            ++index;
        }
    }
    dom::object object;
    if (element.get_object().get(object) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    std::vector<std::string_view> keys;
    for (auto field : object) {
        std::string path;
        append_token(path, field.key);
        if (auto below = doubled_key(field.value)) {
            return path + *below;
        }
        keys.push_back(field.key);
    }
    std::sort(keys.begin(), keys.end());
    if (const auto twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end()) {
        std::string path;
        append_token(path, *twice);
        return path;
    }
    return std::nullopt;
}

} // namespace

std::string Registry::name(const Place& place) const
{
    if (place.document == 0) {
        return place.pointer;
    }
    return m_documents[place.document].uri + "#" + place.pointer;
}

Error Registry::error(const Place& place, const std::string& what) const
{
    const std::string& uri = m_documents[place.document].uri;
    return usage_error((uri.empty() ? "schema" : "schema " + uri) + ", at " +
                       (place.pointer.empty() ? "its root" : place.pointer) + ": " + what);
}

std::vector<std::unique_ptr<dom::parser>> Registry::take_documents()
{
    std::vector<std::unique_ptr<dom::parser>> parsers;
    for (Document& document : m_documents) {
        parsers.push_back(std::move(document.parser));
    }
    return parsers;
}

const Place& Registry::add(std::string_view text, std::string_view uri)
{
    Dialect dialect{m_options.draft};
    dialect.assert_formats = m_options.assert_formats;
    return add(text, uri, dialect);
}

const Place& Registry::add(std::string_view text, std::string_view uri, const Dialect& inherited)
{
    Place root;
    root.document = static_cast<std::uint32_t>(m_documents.size());
    Document& document = m_documents.emplace_back();
    document.uri = split_fragment(uri).first;
    document.parser = std::make_unique<dom::parser>();
    if (document.parser->allocate(std::max<std::size_t>(text.size(), 64), kMaxSchemaDepth) !=
        simdjson::SUCCESS) {
        throw std::bad_alloc{};
    }
    const auto failed = document.parser->parse(simdjson::padded_string(text)).get(root.element);
    if (failed == simdjson::NUMBER_ERROR) {
        throw error(root, "a number is malformed, or one that int64, uint64 and double cannot hold;"
                          " correct it");
    }
    if (failed == simdjson::DEPTH_ERROR) {
        throw error(root, "nested deeper than " + std::to_string(kMaxSchemaDepth) + " levels");
    }
    if (failed) {
        throw error(root, std::string{"not JSON: "} + simdjson::error_message(failed));
    }
    if (!may_be_schema(root.element)) {
        throw error(root, "a schema is an object, true or false");
    }
    if (const auto twice = doubled_key(root.element)) {
        root.pointer = *twice;
        throw error(root, "the key stands twice; remove one");
    }
    open_resource(root, inherited, true);
    visit(root);
    return m_resources[root.resource].root;
}

Place Registry::below(const Place& parent, std::string_view path, dom::element element) const
{
    Place place{parent.document, parent.resource, parent.pointer + std::string{path}, element};
    const auto& known = m_documents[place.document].resources;
    if (const auto found = known.find(place.pointer); found != known.end()) {
        place.resource = found->second;
    }
    return place;
}

void Registry::visit(Place place)
{
    auto& known = m_documents[place.document].resources;
    dom::object object;
    const bool is_object = place.element.get_object().get(object) == simdjson::SUCCESS;
    const bool is_root = m_resources[place.resource].root.pointer == place.pointer;
    if (is_object && !is_root) {
        open_resource(place, m_resources[place.resource].dialect, false);
    }
    known.insert_or_assign(place.pointer, place.resource);
    if (!is_object) {
        return;
    }
    note_anchors(place, object);
    for_each_subschema(object, m_resources[place.resource].dialect.draft,
                       [&](const std::string& path, dom::element element) {
                           visit({place.document, place.resource, place.pointer + path, element});
                       });
}

/// Makes a resource of the root of a document, and of a subschema that has an `$id`.
void Registry::open_resource(Place& place, Dialect dialect, bool is_document)
{
    const std::string base =
        is_document ? m_documents[place.document].uri : m_resources[place.resource].uri;
    std::optional<std::string_view> id;
    if (dom::object object; place.element.get_object().get(object) == simdjson::SUCCESS) {
        // The new dialect says under which name the `$id` stands.
        if (is_document || string_member(object, id_keyword(dialect.draft))) {
            dialect = dialect_of(place, dialect);
        }
        if (!is_bare_ref(object, dialect.draft)) {
            id = string_member(object, id_keyword(dialect.draft));
        }
    }
    const auto own = split_fragment(id.value_or("")).first;
    if (own.empty() && !is_document) {
        return; // no `$id`, or one that is an anchor only
    }
    place.resource = static_cast<std::uint32_t>(m_resources.size());
    Resource& resource = m_resources.emplace_back();
    resource.uri = own.empty() ? base : resolve_uri(base, own);
    resource.dialect = dialect;
    resource.root = place;
    m_by_uri.try_emplace(resource.uri, place.resource);
    if (is_document) {
        m_by_uri.try_emplace(base, place.resource);
    }
}

void Registry::note_anchors(const Place& place, dom::object object)
{
    const Draft draft = m_resources[place.resource].dialect.draft;
    if (draft < Draft::v2019_09) {
        const auto id = string_member(object, id_keyword(draft));
        if (id && id->find('#') != std::string_view::npos && !is_bare_ref(object, draft)) {
            if (const auto fragment = split_fragment(*id).second; !fragment.empty()) {
                add_anchor(place, fragment, false);
            }
        }
        return;
    }
    if (const auto anchor = string_member(object, "$anchor")) {
        add_anchor(place, *anchor, false);
    }
    if (draft == Draft::v2019_09) {
        bool recursive = false;
        if (object.at_key("$recursiveAnchor").get(recursive) == simdjson::SUCCESS && recursive &&
            place.pointer == m_resources[place.resource].root.pointer) {
            m_resources[place.resource].dynamic_anchors.try_emplace("", place);
        }
    } else if (const auto dynamic = string_member(object, "$dynamicAnchor")) {
        add_anchor(place, *dynamic, true);
    }
}

void Registry::add_anchor(const Place& place, std::string_view name, bool dynamic)
{
    Resource& resource = m_resources[place.resource];
    const auto [entry, is_new] = resource.anchors.try_emplace(std::string{name}, place);
    if (!is_new && entry->second.pointer != place.pointer) {
        throw error(place, "the anchor '" + std::string{name} + "' stands at " +
                               entry->second.pointer + " already; rename one of them");
    }
    if (dynamic) {
        resource.dynamic_anchors.try_emplace(std::string{name}, place);
    }
}

Dialect Registry::dialect_of(const Place& root, const Dialect& inherited)
{
    const dom::object object = root.element.get_object().value_unsafe();
    dom::element named;
    if (object.at_key("$schema").get(named) != simdjson::SUCCESS) {
        return inherited;
    }
    std::string_view uri;
    if (named.get_string().get(uri) != simdjson::SUCCESS) {
        throw error(root, "$schema is not a string; name a draft in it");
    }
    if (const auto draft = draft_of(uri)) {
        Dialect dialect{*draft};
        dialect.assert_formats = m_options.assert_formats;
        return dialect;
    }
    return custom_dialect(root, uri, inherited);
}

/// The draft and the vocabularies of a meta-schema of somebody's own.
/// `root` may have no resource yet.
Dialect Registry::custom_dialect(const Place& root, std::string_view meta_uri,
                                 const Dialect& inherited)
{
    constexpr unsigned kMaxMetaDepth = 8;
    if (++m_meta_depth > kMaxMetaDepth) {
        throw error(root, "$schema '" + std::string{meta_uri} +
                              "' leads from meta-schema to meta-schema without an end");
    }
    const Place meta = find_or_load(root, "$schema", split_fragment(meta_uri).first, inherited);
    --m_meta_depth;
    Dialect dialect = m_resources[meta.resource].dialect;
    dialect.assert_formats = m_options.assert_formats;
    dom::object object;
    dom::object vocabularies;
    if (meta.element.get_object().get(object) != simdjson::SUCCESS ||
        object.at_key("$vocabulary").get(vocabularies) != simdjson::SUCCESS) {
        return dialect;
    }
    dialect.applicators = dialect.validation = dialect.unevaluated = false;
    for (auto field : vocabularies) {
        bool required = false;
        if (!use_vocabulary(dialect, field.key) &&
            field.value.get_bool().get(required) == simdjson::SUCCESS && required) {
            throw error(root, "its meta-schema requires the vocabulary '" + std::string{field.key} +
                                  "', which is not known here");
        }
    }
    return dialect;
}

const Place& Registry::find_or_load(const Place& from, std::string_view keyword,
                                    std::string_view uri, const Dialect& inherited)
{
    if (const auto found = m_by_uri.find(uri); found != m_by_uri.end()) {
        return m_resources[found->second].root;
    }
    if (const auto text = built_in(uri)) {
        return add(*text, uri);
    }
    if (m_options.load) {
        if (const auto text = m_options.load(uri)) {
            return add(*text, uri, inherited);
        }
    }
    const std::string what = std::string{keyword} + " '" + std::string{uri} + "' ";
    if (keyword == "$schema") {
        throw error(from, what + "is no draft known here (04, 06, 07, 2019-09, 2020-12) and no "
                                 "file given with the schema; correct it, or give that file");
    }
    throw error(from, what + "leads to no document given with the schema; correct it, or give "
                             "that file: nothing is fetched from the network");
}

Place Registry::resolve(const Place& from, std::string_view keyword, std::string_view reference)
{
    const std::string target = resolve_uri(m_resources[from.resource].uri, reference);
    const auto [uri, raw_fragment] = split_fragment(target);
    Place root = find_or_load(from, keyword, uri, m_resources[from.resource].dialect);
    const auto fragment = percent_decode(raw_fragment);
    if (!fragment) {
        throw error(from, std::string{keyword} + " '" + std::string{reference} +
                              "' has a malformed % escape");
    }
    if (fragment->empty()) {
        return root;
    }
    if (!fragment->starts_with('/')) {
        const auto& anchors = m_resources[root.resource].anchors;
        if (const auto found = anchors.find(*fragment); found != anchors.end()) {
            return found->second;
        }
        throw error(from, std::string{keyword} + " '" + std::string{reference} +
                              "' leads to an anchor that is not there; correct it");
    }
    Place place = follow_pointer(root, *fragment);
    if (place.pointer.empty() || !may_be_schema(place.element)) {
        throw error(from, std::string{keyword} + " '" + std::string{reference} +
                              "' leads to nothing that is a schema; correct it");
    }
    const auto& known = m_documents[place.document].resources;
    if (known.find(place.pointer) == known.end()) { // inside a keyword that nobody knows
        visit(place);
        place.resource = known.at(place.pointer);
    }
    return place;
}

/// What a pointer leads to; a place without a schema when it leads nowhere.
Place Registry::follow_pointer(const Place& root, std::string_view pointer) const
{
    Place place = root;
    while (!pointer.empty()) {
        const auto token = take_token(pointer);
        const auto found = token ? child(place.element, *token) : std::nullopt;
        if (!found) {
            return {};
        }
        std::string path;
        append_token(path, *token);
        place = below(place, path, *found);
    }
    return place;
}

} // namespace tlm::schema
