// SPDX-License-Identifier: Apache-2.0
// Regular expressions of ECMA-262 with the flag u, as JSON Schema has them.
#pragma once

#include "common/schema/simple_pattern.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;

namespace tlm::schema {

/// A regular expression that cannot be compiled: what() is a plain sentence.
class PatternError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// One that may be good, and is more than this program does.
class PatternLimitError : public PatternError {
  public:
    using PatternError::PatternError;
};

enum class Match { yes, no, limit };

/// Memory of one thread for matching, with the limits in it.
class MatchMemory {
  public:
    MatchMemory();

  private:
    friend class Pattern;

    struct Free {
        void operator()(pcre2_real_match_data_8* data) const noexcept;
        void operator()(pcre2_real_match_context_8* context) const noexcept;
    };

    std::unique_ptr<pcre2_real_match_data_8, Free> m_data;
    std::unique_ptr<pcre2_real_match_context_8, Free> m_context;
};

/// One regular expression, compiled. Immutable: threads may share it. Simple shapes run on a
/// matcher of our own, others on PCRE2's just-in-time compiler with bounds on work and memory.
class Pattern {
  public:
    /// Throws PatternError, or its PatternLimitError.
    explicit Pattern(std::string_view text);

    /// Whether it matches anywhere in the text, which must be UTF-8.
    [[nodiscard]] Match search(std::string_view text, MatchMemory& memory) const
    {
        if (m_simple) {
            return m_simple->search(text) ? Match::yes : Match::no;
        }
        return search_pcre2(text, memory);
    }

    [[nodiscard]] const std::string& text() const noexcept { return m_text; }

    [[nodiscard]] bool is_simple() const noexcept { return m_simple.has_value(); }

  private:
    struct Free {
        void operator()(pcre2_real_code_8* code) const noexcept;
    };

    [[nodiscard]] Match search_pcre2(std::string_view text, MatchMemory& memory) const;

    std::string m_text;
    std::optional<SimplePattern> m_simple;
    std::unique_ptr<pcre2_real_code_8, Free> m_code;
};

} // namespace tlm::schema
