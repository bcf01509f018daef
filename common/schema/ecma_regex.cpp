// SPDX-License-Identifier: Apache-2.0
#include "common/schema/ecma_regex.hpp"

#include "common/schema/pattern.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace tlm::schema {
namespace {

/// WhiteSpace and LineTerminator of ECMA-262, and all but them.
constexpr std::string_view kSpace = R"(\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028})"
                                    R"(\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNoSpace =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";

/// The general categories by the names that PCRE2 does not know (UAX 44, table 12).
constexpr std::array<std::pair<std::string_view, std::string_view>, 41> kCategories{{
    {"Letter", "L"},
    {"Cased_Letter", "L&"},
    {"LC", "L&"},
    {"Uppercase_Letter", "Lu"},
    {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Private_Use", "Co"},
}};

bool is_letter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Translator {
  public:
    explicit Translator(std::string_view pattern) : m_pattern(pattern) {}

    std::string run()
    {
        while (!at_end()) {
            const char c = m_pattern[m_at];
            if (c == '\\') {
                escape(false);
            } else if (c == '[') {
                character_class();
            } else if (c == '(') {
                group();
            } else if (c == '.') {
                ++m_at;
                m_out += R"([^\n\r\x{2028}\x{2029}])";
            } else if (c == '*' || c == '+' || c == '?' || c == '{') {
                quantifier();
            } else {
                ++m_at;
                m_out += c;
            }
        }
        return std::move(m_out);
    }

  private:
    [[nodiscard]] bool at_end() const { return m_at == m_pattern.size(); }

    [[nodiscard]] std::string_view rest() const { return m_pattern.substr(m_at); }

    void copy(std::size_t count)
    {
        m_out += m_pattern.substr(m_at, count);
        m_at += count;
    }

    /// PCRE2 would take a `+` behind a quantifier for a possessive one.
    void quantifier()
    {
        if (m_pattern[m_at] == '{') {
            const auto end = rest().find('}');
            const auto counts = rest().substr(1, end == std::string_view::npos ? end : end - 1);
            if (end == std::string_view::npos || counts.empty() ||
                counts.find_first_not_of("0123456789,") != std::string_view::npos) {
                throw PatternError("a { that is no quantifier; write \\{");
            }
            copy(end + 1);
        } else {
            copy(1);
        }
        if (rest().starts_with('?')) {
            copy(1);
        }
        if (rest().starts_with('+') || rest().starts_with('*') || rest().starts_with('?')) {
            throw PatternError("a quantifier behind a quantifier");
        }
    }

    void group()
    {
        if (rest().starts_with("(*")) {
            throw PatternError("nothing to repeat behind (");
        }
        if (rest().starts_with("(?")) {
            const std::string_view kind = rest().substr(2);
            const bool is_known = kind.starts_with(':') || kind.starts_with('=') ||
                                  kind.starts_with('!') || kind.starts_with('<');
            if (!is_known) {
                throw PatternError("a group that ECMA-262 does not know: " +
                                   std::string{rest().substr(0, 3)});
            }
            copy(2);
        }
        copy(1);
    }

    void character_class()
    {
        copy(1);
        if (rest().starts_with('^')) {
            copy(1);
        }
        while (!rest().starts_with(']')) {
            if (at_end()) {
                throw PatternError("a [ without its ]");
            }
            if (m_pattern[m_at] == '\\') {
                escape(true);
            } else if (m_pattern[m_at] == '[') { // [: would begin a class of POSIX
                m_out += "\\[";
                ++m_at;
            } else {
                copy(1);
            }
        }
        copy(1);
    }

    void escape(bool in_class)
    {
        if (rest().size() < 2) {
            throw PatternError("a \\ at the end");
        }
        const char c = m_pattern[m_at + 1];
        constexpr std::string_view kSame = "bBdDwWtnrfck";
        if (c == 's' || c == 'S') {
            const std::string_view set = c == 's' ? kSpace : kNoSpace;
            m_out += in_class ? std::string{set} : "[" + std::string{set} + "]";
            m_at += 2;
        } else if (c == 'p' || c == 'P') {
            property();
        } else if (c == 'v') { // in PCRE2 all vertical white space
            m_out += R"(\x{b})";
            m_at += 2;
        } else if (c == '0') {
            m_out += R"(\x{0})";
            m_at += 2;
        } else if (in_class && (c == 'B' || c == 'k')) {
            throw PatternError(std::string{"\\"} + c + " inside [ ]");
        } else if (rest().starts_with("\\u{")) {
            m_out += "\\x{";
            m_at += 3;
        } else if (c == 'u') {
            code_unit();
        } else if (c == 'x') {
            m_at += 2;
            append_character(hex(2));
        } else if (is_letter(c) && kSame.find(c) == std::string_view::npos) {
            throw PatternError(std::string{"\\"} + c + " is no escape of ECMA-262");
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            ++m_at; // the backslash says nothing
        } else {
            copy(2);
        }
    }

    /// `\uD83D\uDC32` are the two halves of one character.
    void code_unit()
    {
        m_at += 2;
        unsigned character = hex(4);
        if (character >= 0xD800 && character < 0xDC00 && rest().starts_with("\\u")) {
            m_at += 2;
            const unsigned low = hex(4);
            if (low < 0xDC00 || low > 0xDFFF) {
                throw PatternError("half of a surrogate pair, which no text holds");
            }
            character = 0x10000 + ((character - 0xD800) << 10U) + (low - 0xDC00);
        }
        if (character >= 0xD800 && character < 0xE000) {
            throw PatternError("half of a surrogate pair, which no text holds");
        }
        append_character(character);
    }

    void append_character(unsigned character)
    {
        constexpr std::string_view kDigits = "0123456789abcdef";
        m_out += "\\x{";
        for (int shift = 20; shift >= 0; shift -= 4) {
            m_out += kDigits[(character >> static_cast<unsigned>(shift)) & 15U];
        }
        m_out += '}';
    }

    unsigned hex(unsigned digits)
    {
        unsigned value = 0;
        for (; digits > 0; --digits, ++m_at) {
            const char c = at_end() ? '?' : m_pattern[m_at];
            unsigned digit = 16;
            if (c >= '0' && c <= '9') {
                digit = static_cast<unsigned>(c - '0');
            } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
                digit = static_cast<unsigned>((static_cast<unsigned char>(c) | 0x20U) - 'a' + 10);
            }
            if (digit > 15) {
                throw PatternError("\\u without four hexadecimal digits, or \\x without two");
            }
            value = value * 16 + digit;
        }
        return value;
    }

    void property()
    {
        const auto end = rest().find('}');
        if (rest().size() < 4 || rest()[2] != '{' || end == std::string_view::npos) {
            throw PatternError("\\p without {Property}");
        }
        std::string_view name = rest().substr(3, end - 3);
        for (const std::string_view prefix :
             {"General_Category=", "gc=", "Script_Extensions=", "scx=", "Script=", "sc="}) {
            if (name.starts_with(prefix)) {
                name.remove_prefix(prefix.size());
                break;
            }
        }
        for (const auto& [long_name, short_name] : kCategories) {
            if (long_name == name) {
                name = short_name;
                break;
            }
        }
        m_out.append(m_pattern.substr(m_at, 2)).append("{").append(name).append("}");
        m_at += end + 1;
    }

    std::string_view m_pattern;
    std::size_t m_at = 0;
    std::string m_out;
};

} // namespace

std::string translate_ecma_regex(std::string_view pattern)
{
    return Translator{pattern}.run();
}

} // namespace tlm::schema
