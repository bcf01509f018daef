// SPDX-License-Identifier: Apache-2.0
// JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12, over simdjson's DOM.
#pragma once

#include "common/record/reject.hpp"
#include "common/schema/draft.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simdjson::dom {
class element;
}

namespace tlm::schema {

/// The text of the document with this URI, or nothing when there is none. Called while compiling
/// only, once for a URI, never for the meta-schemas of the drafts: those are built in.
using Loader = std::function<std::optional<std::string>(std::string_view uri)>;

struct Options {
    Draft draft = Draft::v2020_12; ///< of a schema that has no `$schema`
    /// Check `format` in every draft: date-time, date, time, duration, ipv4, ipv6, uuid, uri,
    /// uri-reference, uri-template, iri, iri-reference, hostname, email, idn-email, json-pointer,
    /// relative-json-pointer, regex. Others (idn-hostname among them) are accepted as they are.
    bool assert_formats = false;
    Loader load{}; ///< for `$ref` and `$schema` that lead to other documents; may be empty
};

/// One violated keyword.
struct Failure {
    Reason reason;             ///< schema, schema_limit or pattern_limit
    std::string instance_path; ///< JSON Pointer (RFC 6901) to the value; empty for the whole
    std::string schema_path;   ///< JSON Pointer to the keyword; behind URI# in another document
    std::string sentence;      ///< plain, for people; quotes at most 64 bytes of the value
};

struct Program;

/// A compiled schema. Immutable: any number of threads may share it.
class Schema {
  public:
    /// Compiles `text`. `uri` is where it comes from: relative `$ref`s start there; may be empty.
    /// Throws Error usage, with the place in the schema and what to do, when the text is not a
    /// schema of a draft known here, a pattern is malformed, a `$ref` leads nowhere, or references
    /// go round in a circle without descending into the value.
    [[nodiscard]] static std::shared_ptr<const Schema>
    compile(std::string_view text, std::string_view uri, const Options& options);

    explicit Schema(std::unique_ptr<const Program> program);
    Schema(const Schema&) = delete;
    Schema& operator=(const Schema&) = delete;
    ~Schema();

    [[nodiscard]] Draft draft() const noexcept;

    [[nodiscard]] const Program& program() const noexcept { return *m_program; }

  private:
    std::unique_ptr<const Program> m_program;
};

/// Judges values by one schema. One instance serves one thread: it keeps memory between calls.
///
/// Bounded whatever the value holds: recursion, steps and the work of a pattern have limits, and
/// reaching one is a reject with a reason of its own. Numbers are compared exactly as int64, uint64
/// and double; larger ones do not get past simdjson's parser (`number_range`).
class Validator {
  public:
    explicit Validator(std::shared_ptr<const Schema> schema);
    Validator(Validator&&) noexcept;
    Validator& operator=(Validator&&) noexcept;
    ~Validator();

    /// True when the value keeps to the schema. Fast: the first violation ends it.
    [[nodiscard]] bool accepts(simdjson::dom::element value);

    /// What the value violates, at most `max` (at least 1) failures; empty exactly when accepts()
    /// is true. Slower: call it for rejected values only. A value that no alternative of `anyOf` or
    /// `oneOf` accepts is one failure; the failures inside follow it when one alternative alone is
    /// for this type of value.
    [[nodiscard]] std::vector<Failure> explain(simdjson::dom::element value, std::size_t max);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::schema
