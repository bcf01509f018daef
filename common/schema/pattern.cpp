// SPDX-License-Identifier: Apache-2.0
#include "common/schema/pattern.hpp"

#include "common/schema/ecma_regex.hpp"

#include <algorithm>
#include <array>
#include <new>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace tlm::schema {
namespace {

constexpr std::uint32_t kMaxMatchCalls = 100'000;
constexpr std::uint32_t kMaxHeapKib = 1024;

/// Patterns are short; whatever is longer is a mistake, or an attack on the compiler.
constexpr std::size_t kMaxPatternBytes = 16 * 1024;

std::string error_text(int code)
{
    std::array<PCRE2_UCHAR8, 256> text{};
    const int size = pcre2_get_error_message_8(code, text.data(), text.size());
    return {text.begin(), text.begin() + std::max(size, 0)};
}

/// What PCRE2 says of a pattern is either what is wrong with it or what PCRE2 cannot do.
[[noreturn]] void throw_compile_error(int code)
{
    switch (code) {
    case PCRE2_ERROR_QUANTIFIER_TOO_BIG:
        throw PatternLimitError("a repeat count is above 65535");
    case PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH:
    case PCRE2_ERROR_LOOKBEHIND_TOO_COMPLICATED:
    case PCRE2_ERROR_LOOKBEHIND_TOO_LONG:
    case PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP:
    case PCRE2_ERROR_PATTERN_TOO_LARGE:
    case PCRE2_ERROR_PATTERN_TOO_COMPLICATED:
    case PCRE2_ERROR_TOO_MANY_NAMED_SUBPATTERNS:
    case PCRE2_ERROR_TOO_MANY_CAPTURES:
        throw PatternLimitError(error_text(code));
    default:
        throw PatternError(error_text(code));
    }
}

} // namespace

void MatchMemory::Free::operator()(pcre2_real_match_data_8* data) const noexcept
{
    pcre2_match_data_free_8(data);
}

void MatchMemory::Free::operator()(pcre2_real_match_context_8* context) const noexcept
{
    pcre2_match_context_free_8(context);
}

MatchMemory::MatchMemory()
    : m_data(pcre2_match_data_create_8(1, nullptr)),
      m_context(pcre2_match_context_create_8(nullptr))
{
    if (m_data == nullptr || m_context == nullptr) {
        throw std::bad_alloc{};
    }
    pcre2_set_match_limit_8(m_context.get(), kMaxMatchCalls);
    pcre2_set_depth_limit_8(m_context.get(), kMaxMatchCalls);
    pcre2_set_heap_limit_8(m_context.get(), kMaxHeapKib);
}

void Pattern::Free::operator()(pcre2_real_code_8* code) const noexcept
{
    pcre2_code_free_8(code);
}

Pattern::Pattern(std::string_view text) : m_text(text), m_simple(SimplePattern::compile(text))
{
    if (m_simple) {
        return;
    }
    if (text.size() > kMaxPatternBytes) {
        throw PatternLimitError("it is longer than 16 KiB");
    }
    const std::string pattern = translate_ecma_regex(text);
    constexpr std::uint32_t kOptions = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS |
                                       PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
    int code = 0;
    std::size_t at = 0;
    m_code.reset(pcre2_compile_8(reinterpret_cast<PCRE2_SPTR8>(pattern.data()), pattern.size(),
                                 kOptions, &code, &at, nullptr));
    if (m_code == nullptr) {
        throw_compile_error(code);
    }
    // Without its compiler PCRE2 interprets: slower, and within the same limits.
    (void)pcre2_jit_compile_8(m_code.get(), PCRE2_JIT_COMPLETE);
}

Match Pattern::search_pcre2(std::string_view text, MatchMemory& memory) const
{
    const int found =
        pcre2_match_8(m_code.get(), reinterpret_cast<PCRE2_SPTR8>(text.data()), text.size(), 0,
                      PCRE2_NO_UTF_CHECK, memory.m_data.get(), memory.m_context.get());
    if (found >= 0) {
        return Match::yes;
    }
    return found == PCRE2_ERROR_NOMATCH ? Match::no : Match::limit;
}

} // namespace tlm::schema
