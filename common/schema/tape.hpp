// SPDX-License-Identifier: Apache-2.0
// Values straight from the tape of simdjson's DOM.
#pragma once

#include <simdjson.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace tlm::schema {

/// A value of a parsed document, by the word of simdjson's tape where it begins (simdjson,
/// doc/tape.md). Where each member counts it is read here once, without the checks of dom::element
/// that the judge of types has made already: half the time of judging a message. The same thing as
/// a dom::element, and as long valid.
class Value {
  public:
    explicit Value(simdjson::dom::element element) noexcept
    {
        // An element is a tape_ref and nothing else; it has no other way to say where it stands.
        using Ref = simdjson::internal::tape_ref;
        static_assert(sizeof(element) == sizeof(Ref));
        static_assert(std::is_trivially_copyable_v<simdjson::dom::element>);
        const auto ref = std::bit_cast<Ref>(element);
        m_document = ref.doc;
        m_word = ref.doc->tape.get() + ref.json_index;
    }

    [[nodiscard]] simdjson::dom::element element() const noexcept
    {
        const simdjson::internal::tape_ref ref{
            m_document, static_cast<std::size_t>(m_word - m_document->tape.get())};
        return std::bit_cast<simdjson::dom::element>(ref);
    }

    /// `"`, `l` (int64), `u` (uint64), `d` (double), `t`, `f`, `n`, `[` or `{`.
    [[nodiscard]] char type() const noexcept { return static_cast<char>(*m_word >> 56U); }

    [[nodiscard]] bool is_object() const noexcept { return type() == '{'; }

    [[nodiscard]] bool is_array() const noexcept { return type() == '['; }

    [[nodiscard]] std::int64_t int64() const noexcept
    {
        return std::bit_cast<std::int64_t>(m_word[1]);
    }

    [[nodiscard]] std::uint64_t uint64() const noexcept { return m_word[1]; }

    [[nodiscard]] double real() const noexcept { return std::bit_cast<double>(m_word[1]); }

    [[nodiscard]] std::string_view string() const noexcept
    {
        const std::uint8_t* const at = m_document->string_buf.get() + (*m_word & 0xFFFFFFFFFFFFFFU);
        std::uint32_t size = 0;
        std::memcpy(&size, at, sizeof size);
        // The bytes are text: simdjson says the same by the same cast.
        return {reinterpret_cast<const char*>(at + sizeof size), size};
    }

    /// Of an array or object: the first item or name. A name is a string, the next value is its
    /// own.
    [[nodiscard]] Value first() const noexcept { return {m_word + 1, m_document}; }

    /// Of an array or object: what is no item or name any more.
    [[nodiscard]] Value end() const noexcept { return {behind() - 1, m_document}; }

    /// Of a name: the value of the member.
    [[nodiscard]] Value named() const noexcept { return {m_word + 1, m_document}; }

    /// The value behind this one in the same array or object.
    [[nodiscard]] Value next() const noexcept
    {
        switch (type()) {
        case '[':
        case '{':
            return {behind(), m_document};
        case 'l':
        case 'u':
        case 'd':
            return {m_word + 2, m_document};
        default:
            return {m_word + 1, m_document};
        }
    }

    bool operator==(const Value& other) const noexcept { return m_word == other.m_word; }

  private:
    Value(const std::uint64_t* word, const simdjson::dom::document* document) noexcept
        : m_word(word), m_document(document)
    {}

    [[nodiscard]] const std::uint64_t* behind() const noexcept
    {
        return m_document->tape.get() + static_cast<std::uint32_t>(*m_word);
    }

    const std::uint64_t* m_word;
    const simdjson::dom::document* m_document;
};

} // namespace tlm::schema
