// SPDX-License-Identifier: Apache-2.0
// A schema drafted from samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace simdjson::dom {
class element;
} // namespace simdjson::dom

namespace tlm::validate {

/// Watches values and drafts a JSON Schema (2020-12) that accepts all of them: types, required and
/// known members, enums of few words, ranges and lengths rounded outwards. What it drafts depends
/// on which values it saw, not on their order. Bounded: beyond kMaxMembers members an object is
/// taken as open. Pure.
class Sketch {
  public:
    Sketch();
    Sketch(const Sketch&) = delete;
    Sketch& operator=(const Sketch&) = delete;
    ~Sketch();

    void watch(const simdjson::dom::element& value);

    /// Values watched.
    [[nodiscard]] std::uint64_t count() const noexcept;

    /// The schema as indented JSON with a line break at its end.
    [[nodiscard]] std::string draft() const;

    static constexpr std::size_t kMaxMembers = 512; ///< of one object
    static constexpr std::size_t kMaxWords = 8;     ///< of one enum

  private:
    struct Node;
    std::unique_ptr<Node> m_root;
};

} // namespace tlm::validate
