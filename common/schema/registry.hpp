// SPDX-License-Identifier: Apache-2.0
// The documents of a schema, the resources and anchors in them, and where references lead.
#pragma once

#include "common/base/error.hpp"
#include "common/schema/schema.hpp"

#include <simdjson.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tlm::schema {

/// A subschema: where it stands and what it is.
struct Place {
    std::uint32_t document = 0;
    std::uint32_t resource = 0; ///< the innermost resource that holds it
    std::string pointer;        ///< from the root of the document
    simdjson::dom::element element;
};

/// A schema resource (2020-12 core section 4.3.5): the root of a document, or what has an `$id`.
struct Resource {
    std::string uri; ///< absolute as far as the document's is, without a fragment
    Dialect dialect;
    Place root;
    std::map<std::string, Place, std::less<>> anchors; ///< `$dynamicAnchor`s among them
    /// By name; `$recursiveAnchor` is the one without a name.
    std::map<std::string, Place, std::less<>> dynamic_anchors;
};

/// Holds everything that compiling one schema has read. Documents are read when a reference first
/// leads to them: built-in meta-schemas from memory, others through the loader.
class Registry {
  public:
    explicit Registry(Options options) : m_options(std::move(options)) {}

    /// Reads a document and what is in it. Throws Error usage.
    const Place& add(std::string_view text, std::string_view uri);

    /// Where `reference` leads, as written at `from` as the value of `keyword`. Throws Error usage.
    [[nodiscard]] Place resolve(const Place& from, std::string_view keyword,
                                std::string_view reference);

    /// The member or items below a place, with the resource that it belongs to.
    [[nodiscard]] Place below(const Place& parent, std::string_view path,
                              simdjson::dom::element element) const;

    [[nodiscard]] const Resource& resource(std::uint32_t number) const
    {
        return m_resources[number];
    }

    [[nodiscard]] std::size_t resource_count() const noexcept { return m_resources.size(); }

    /// How a place is named to people: a pointer in the first document, URI#pointer elsewhere.
    [[nodiscard]] std::string name(const Place& place) const;

    /// An Error usage that begins with the place.
    [[nodiscard]] Error error(const Place& place, const std::string& what) const;

    /// The parsed documents, for what goes on pointing into them.
    [[nodiscard]] std::vector<std::unique_ptr<simdjson::dom::parser>> take_documents();

  private:
    struct Document {
        std::string uri;
        std::unique_ptr<simdjson::dom::parser> parser;
        /// The resource of each known subschema, by its pointer.
        std::unordered_map<std::string, std::uint32_t> resources;
    };

    const Place& add(std::string_view text, std::string_view uri, const Dialect& inherited);
    [[nodiscard]] const Place& find_or_load(const Place& from, std::string_view keyword,
                                            std::string_view uri, const Dialect& inherited);
    [[nodiscard]] Place follow_pointer(const Place& root, std::string_view pointer) const;
    [[nodiscard]] Dialect dialect_of(const Place& root, const Dialect& inherited);
    [[nodiscard]] Dialect custom_dialect(const Place& root, std::string_view meta_uri,
                                         const Dialect& inherited);

    void visit(Place place);
    void open_resource(Place& place, Dialect dialect, bool is_document);
    void note_anchors(const Place& place, simdjson::dom::object object);
    void add_anchor(const Place& place, std::string_view name, bool dynamic);

    Options m_options;
    std::deque<Document> m_documents; ///< deques, so that references stay valid
    std::deque<Resource> m_resources;
    std::map<std::string, std::uint32_t, std::less<>> m_by_uri;
    unsigned m_meta_depth = 0; ///< meta-schemas of meta-schemas that are being read
};

} // namespace tlm::schema
