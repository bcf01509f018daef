// SPDX-License-Identifier: Apache-2.0
// The shapes that most patterns of schemas have, matched without backtracking.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::schema {

/// A sequence of characters and classes, each with a quantifier, anchored at the start or both
/// ends: `^[A-Za-z0-9_-]+$`, `^\d+\.\d+\.\d+$`, `^urn:`; or plain text, anchored or not: `error`,
/// `\.json$`, `^on$`. A sequence is taken only when a greedy match decides it: no class with an
/// open quantifier shares a character with what may follow it.
class SimplePattern {
  public:
    /// Nothing when the pattern is of another shape (malformed ones included).
    [[nodiscard]] static std::optional<SimplePattern> compile(std::string_view pattern);

    /// Whether it matches anywhere in the text, which must be UTF-8.
    [[nodiscard]] bool search(std::string_view text) const noexcept
    {
        return m_shape == Shape::sequence ? match_sequence(text) : match_literal(text);
    }

  private:
    enum class Shape { contains, prefix, suffix, whole, sequence };

    /// The bytes that one place in a sequence takes, how often.
    struct Atom {
        std::array<bool, 256> bytes{};
        std::uint32_t least = 1;
        std::uint32_t most = 1;
        bool to_end = false; ///< all the rest of the text is to be of these
    };

    class Parser;

    [[nodiscard]] bool match_literal(std::string_view text) const noexcept;

    [[nodiscard]] bool match_sequence(std::string_view text) const noexcept
    {
        const char* at = text.data();
        const char* const end = at + text.size();
        for (const Atom& atom : m_atoms) {
            const auto room = static_cast<std::size_t>(end - at);
            if (atom.to_end) {
                return room >= atom.least && all_in(atom.bytes, {at, room});
            }
            const char* const first = at;
            const char* const stop = at + (room < atom.most ? room : atom.most);
            while (at != stop && atom.bytes[static_cast<unsigned char>(*at)]) {
                ++at;
            }
            if (static_cast<std::size_t>(at - first) < atom.least) {
                return false;
            }
        }
        return !m_to_end || at == end;
    }

    /// Eight bytes at a time without a branch, the last eight maybe twice: where a text ends is
    /// what no processor can predict.
    [[nodiscard]] static bool all_in(const std::array<bool, 256>& bytes,
                                     std::string_view text) noexcept
    {
        constexpr std::size_t kStride = 8;
        if (text.size() < kStride) {
            bool all = true;
            for (const char c : text) {
                all = all && bytes[static_cast<unsigned char>(c)];
            }
            return all;
        }
        const auto eight = [&bytes](const char* at) {
            unsigned all = 1;
            for (std::size_t i = 0; i < kStride; ++i) {
                all &= static_cast<unsigned>(bytes[static_cast<unsigned char>(at[i])]);
            }
            return all;
        };
        const char* const last = text.data() + text.size() - kStride;
        unsigned all = eight(last);
        for (const char* at = text.data(); at < last; at += kStride) {
            all &= eight(at);
        }
        return all != 0;
    }

    Shape m_shape = Shape::contains;
    std::string m_literal;
    std::vector<Atom> m_atoms;
    bool m_to_end = false; ///< a sequence that ends in `$`
};

} // namespace tlm::schema
