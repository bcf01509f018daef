// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/shared_id.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace tlm::sim {
namespace {

/// What the number of an id is like so far, read from the left.
struct Prefix {
    bool below = false;    ///< smaller than that of the largest number
    bool positive = false; ///< not all zeros
};

/// The ids of a range as the last of them, with the place of its number.
class Ids {
  public:
    explicit Ids(const IdRange& range)
        : m_last(range.pattern.name(range.devices - 1, range.devices)),
          m_begin(range.pattern.prefix.size()),
          m_end(m_last.size() - range.pattern.suffix.size())
    {}

    [[nodiscard]] std::size_t size() const noexcept { return m_last.size(); }

    [[nodiscard]] bool is_digit_at(std::size_t at) const noexcept
    {
        return at >= m_begin && at < m_end;
    }

    [[nodiscard]] char last_at(std::size_t at) const noexcept { return m_last[at]; }

    /// How an id goes on with `c`; empty when none does.
    [[nodiscard]] std::optional<Prefix> take(std::size_t at, char c, Prefix prefix) const noexcept
    {
        if (!is_digit_at(at)) {
            return c == m_last[at] ? std::optional{prefix} : std::nullopt;
        }
        if (c < '0' || c > '9' || (!prefix.below && c > m_last[at])) {
            return std::nullopt;
        }
        prefix.below = prefix.below || c < m_last[at];
        prefix.positive = prefix.positive || c != '0';
        return prefix.positive || at + 1 < m_end ? std::optional{prefix} : std::nullopt;
    }

  private:
    std::string m_last;
    std::size_t m_begin;
    std::size_t m_end;
};

/// For each pair of prefixes, the smallest text that begins an id of both ranges.
constexpr std::size_t kStates = 16;
using Beginnings = std::array<std::optional<std::string>, kStates>;

constexpr std::size_t kBelowA = 1;
constexpr std::size_t kPositiveA = 2;
constexpr std::size_t kBelowB = 4;
constexpr std::size_t kPositiveB = 8;

std::size_t state_of(Prefix a, Prefix b)
{
    return (a.below ? kBelowA : 0) + (a.positive ? kPositiveA : 0) + (b.below ? kBelowB : 0) +
           (b.positive ? kPositiveB : 0);
}

void keep_smaller(std::optional<std::string>& kept, std::string text)
{
    if (!kept || text < *kept) {
        kept = std::move(text);
    }
}

/// The same, one character longer.
Beginnings extend(const Beginnings& shorter, std::size_t at, const Ids& a, const Ids& b)
{
    constexpr std::string_view kDigits = "0123456789";
    const char fixed = a.is_digit_at(at) ? b.last_at(at) : a.last_at(at);
    const bool free = a.is_digit_at(at) && b.is_digit_at(at);
    Beginnings longer;
    for (std::size_t state = 0; state < shorter.size(); ++state) {
        const auto& text = shorter.at(state);
        for (const char c : text ? free ? kDigits : std::string_view{&fixed, 1} : "") {
            const auto in_a = a.take(at, c, {(state & kBelowA) != 0, (state & kPositiveA) != 0});
            const auto in_b = b.take(at, c, {(state & kBelowB) != 0, (state & kPositiveB) != 0});
            if (in_a && in_b) {
                keep_smaller(longer.at(state_of(*in_a, *in_b)), *text + c);
            }
        }
    }
    return longer;
}

/// Where both say what stands there, they say the same.
bool texts_agree(const Ids& a, const Ids& b)
{
    for (std::size_t at = 0; at < a.size(); ++at) {
        if (!a.is_digit_at(at) && !b.is_digit_at(at) && a.last_at(at) != b.last_at(at)) {
            return false;
        }
    }
    return true;
}

} // namespace

std::optional<std::string> shared_id(const IdRange& a, const IdRange& b)
{
    const Ids ids_a{a};
    const Ids ids_b{b};
    if (ids_a.size() != ids_b.size() || !texts_agree(ids_a, ids_b)) {
        return std::nullopt;
    }
    Beginnings beginnings;
    beginnings.front() = "";
    for (std::size_t at = 0; at < ids_a.size(); ++at) {
        beginnings = extend(beginnings, at, ids_a, ids_b);
    }
    std::optional<std::string> smallest;
    for (const auto& id : beginnings) {
        if (id) {
            keep_smaller(smallest, *id);
        }
    }
    return smallest;
}

} // namespace tlm::sim
