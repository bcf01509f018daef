// SPDX-License-Identifier: Apache-2.0
#include "common/schema/simple_pattern.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace tlm::schema {
namespace {

constexpr std::uint32_t kNoEnd = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMaxAtoms = 64;

bool is_ascii(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x80;
}

std::size_t index(char c) noexcept
{
    return static_cast<unsigned char>(c);
}

} // namespace

/// Reads a pattern; each function is false as soon as the shape is another one.
class SimplePattern::Parser {
  public:
    explicit Parser(std::string_view pattern) : m_rest(pattern)
    {
        m_from_start = take('^');
        // A `$` behind an odd number of backslashes is an ordinary character.
        const auto escapes = [this] {
            const auto last = m_rest.find_last_not_of('\\', m_rest.size() - 2);
            return m_rest.size() - 2 - (last == std::string_view::npos ? ~std::size_t{0} : last);
        };
        if (m_rest == "$" || (m_rest.size() > 1 && m_rest.back() == '$' && escapes() % 2 == 0)) {
            m_to_end = true;
            m_rest.remove_suffix(1);
        }
    }

    [[nodiscard]] std::optional<SimplePattern> parse()
    {
        while (!m_rest.empty()) {
            Atom atom;
            if (m_atoms.size() == kMaxAtoms || !read_atom(atom) || !read_quantifier(atom)) {
                return std::nullopt;
            }
            m_atoms.push_back(atom);
        }
        SimplePattern simple;
        simple.m_to_end = m_to_end;
        if (m_is_literal) {
            simple.m_literal = m_literal;
            simple.m_shape = m_from_start ? (m_to_end ? Shape::whole : Shape::prefix)
                                          : (m_to_end ? Shape::suffix : Shape::contains);
            return simple;
        }
        if (!m_from_start || !greedy_decides()) {
            return std::nullopt;
        }
        simple.m_shape = Shape::sequence;
        m_atoms.back().to_end = m_to_end && m_atoms.back().most == kNoEnd;
        simple.m_atoms = std::move(m_atoms);
        return simple;
    }

  private:
    bool take(char c)
    {
        if (!m_rest.starts_with(c)) {
            return false;
        }
        m_rest.remove_prefix(1);
        return true;
    }

    bool read_atom(Atom& atom)
    {
        const char c = m_rest.front();
        if (c == '[') {
            m_is_literal = false;
            return read_class(atom);
        }
        if (c == '\\') {
            char literal = 0;
            if (!read_escape(atom, literal)) {
                return false;
            }
            m_is_literal = m_is_literal && literal != 0;
            m_literal += literal;
            return true;
        }
        constexpr std::string_view kSpecial = "^$.*+?()]{}|";
        if (kSpecial.find(c) != std::string_view::npos) {
            return false;
        }
        atom.bytes.at(index(c)) = true;
        m_literal += c;
        m_is_multibyte = !is_ascii(c);
        m_rest.remove_prefix(1);
        return true;
    }

    /// `\d`, `\w`, or one character, which goes into `literal` as well.
    bool read_escape(Atom& atom, char& literal)
    {
        m_rest.remove_prefix(1);
        if (m_rest.empty()) {
            return false;
        }
        const char c = m_rest.front();
        m_rest.remove_prefix(1);
        constexpr std::string_view kThemselves = "^$\\.*+?()[]{}|/-";
        if (c == 'd' || c == 'w') {
            add_range(atom, '0', '9');
            if (c == 'w') {
                add_range(atom, 'A', 'Z');
                add_range(atom, 'a', 'z');
                add_range(atom, '_', '_');
            }
            return true;
        }
        if (kThemselves.find(c) == std::string_view::npos) {
            return false;
        }
        literal = c;
        add_range(atom, c, c);
        return true;
    }

    static void add_range(Atom& atom, char first, char last)
    {
        for (std::size_t byte = index(first); byte <= index(last); ++byte) {
            atom.bytes.at(byte) = true;
        }
    }

    bool read_class(Atom& atom)
    {
        m_rest.remove_prefix(1);
        m_is_negated = take('^');
        while (!m_rest.starts_with(']')) {
            char first = 0;
            if (!read_class_member(atom, first)) {
                return false;
            }
            if (m_rest.size() > 1 && m_rest.front() == '-' && m_rest[1] != ']') {
                m_rest.remove_prefix(1);
                char last = 0;
                if (first == 0 || !read_class_member(atom, last) || last < first) {
                    return false;
                }
                add_range(atom, first, last);
            }
        }
        m_rest.remove_prefix(1);
        if (m_is_negated) {
            for (bool& byte : atom.bytes) {
                byte = !byte;
            }
        }
        return true;
    }

    /// `only` is the character, or 0 for a class like `\d`.
    bool read_class_member(Atom& atom, char& only)
    {
        if (m_rest.empty() || !is_ascii(m_rest.front()) || m_rest.front() == '\0') {
            return false;
        }
        if (m_rest.front() == '\\') {
            return read_escape(atom, only);
        }
        only = m_rest.front();
        add_range(atom, only, only);
        m_rest.remove_prefix(1);
        return true;
    }

    bool read_quantifier(Atom& atom)
    {
        const bool is_negated = std::exchange(m_is_negated, false);
        const bool is_multibyte = std::exchange(m_is_multibyte, false);
        bool quantified = true;
        if (take('?')) {
            atom.least = 0;
        } else if (take('*')) {
            atom.least = 0;
            atom.most = kNoEnd;
        } else if (take('+')) {
            atom.most = kNoEnd;
        } else if (take('{')) {
            if (!read_counts(atom)) {
                return false;
            }
        } else {
            quantified = false;
        }
        m_is_literal = m_is_literal && !quantified;
        if (quantified && (is_multibyte || m_rest.starts_with('?'))) {
            return false; // the quantifier is that of a whole character; lazy ones are rare
        }
        // Bytes are counted, not characters: no matter as long as any number will do.
        return !is_negated || (atom.most == kNoEnd && atom.least <= 1);
    }

    bool read_counts(Atom& atom)
    {
        if (!read_count(atom.least)) {
            return false;
        }
        atom.most = atom.least;
        if (take(',')) {
            atom.most = kNoEnd;
            if (!m_rest.starts_with('}') && !read_count(atom.most)) {
                return false;
            }
        }
        return take('}') && atom.least <= atom.most;
    }

    bool read_count(std::uint32_t& count)
    {
        constexpr std::size_t kMaxDigits = 5;
        const auto digits = std::min(m_rest.find_first_not_of("0123456789"), m_rest.size());
        count = 0;
        for (const char c : m_rest.substr(0, digits)) {
            count = count * 10 + static_cast<std::uint32_t>(c - '0');
        }
        m_rest.remove_prefix(digits);
        return digits > 0 && digits <= kMaxDigits;
    }

    /// No atom that may take more or fewer shares a byte with what may follow it.
    [[nodiscard]] bool greedy_decides() const
    {
        for (std::size_t i = 0; i < m_atoms.size(); ++i) {
            if (m_atoms[i].least == m_atoms[i].most) {
                continue;
            }
            for (std::size_t next = i + 1; next < m_atoms.size(); ++next) {
                for (std::size_t byte = 0; byte < 256; ++byte) {
                    if (m_atoms[i].bytes.at(byte) && m_atoms[next].bytes.at(byte)) {
                        return false;
                    }
                }
                if (m_atoms[next].least > 0) {
                    break;
                }
            }
        }
        return true;
    }

    std::string_view m_rest;
    std::vector<Atom> m_atoms;
    std::string m_literal;
    bool m_from_start = false;
    bool m_to_end = false;
    bool m_is_literal = true;
    bool m_is_negated = false;   ///< the atom at hand
    bool m_is_multibyte = false; ///< a part of a character beyond ASCII
};

std::optional<SimplePattern> SimplePattern::compile(std::string_view pattern)
{
    return Parser{pattern}.parse();
}

bool SimplePattern::match_literal(std::string_view text) const noexcept
{
    switch (m_shape) {
    case Shape::contains:
        return text.find(m_literal) != std::string_view::npos;
    case Shape::prefix:
        return text.starts_with(m_literal);
    case Shape::suffix:
        return text.ends_with(m_literal);
    case Shape::whole:
        return text == m_literal;
    case Shape::sequence:
        break;
    }
    return false;
}

} // namespace tlm::schema
