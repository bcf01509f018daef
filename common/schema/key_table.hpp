// SPDX-License-Identifier: Apache-2.0
// Strings that a schema names (members, choices), found fast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::schema {

/// A string with its first and last eight bytes beside it: strings of up to 16 bytes are compared
/// without looking at their bytes.
///
/// simdjson pads the memory of its strings, so eight bytes may be read where a shorter one stands:
/// every string given to Key must be one of simdjson's DOM or have seven readable bytes behind it.
struct Key {
    explicit Key(std::string_view key) noexcept : text(key), head(load(key.data()))
    {
        if (key.size() >= 8) {
            tail = load(key.data() + key.size() - 8);
        } else {
            mask = (std::uint64_t{1} << (8 * key.size())) - 1;
            head &= mask;
            tail = head;
        }
    }

    bool operator==(const Key& other) const noexcept
    {
        return text.size() == other.text.size() && head == other.head && tail == other.tail &&
               (text.size() <= 16 || text == other.text);
    }

    /// The same as == with the key of `other`, for one that is expected to be this.
    [[nodiscard]] bool is(std::string_view other) const noexcept
    {
        if (other.size() != text.size()) {
            return false;
        }
        const std::size_t last = text.size() < 8 ? 0 : text.size() - 8;
        const std::uint64_t different =
            ((load(other.data()) ^ head) & mask) | ((load(other.data() + last) ^ tail) & mask);
        return different == 0 && (text.size() <= 16 || text == other);
    }

    [[nodiscard]] std::uint64_t hash() const noexcept
    {
        constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
        return ((head ^ (tail * kOdd)) + text.size()) * kOdd;
    }

    static std::uint64_t load(const char* bytes) noexcept
    {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes, sizeof word);
        return word;
    }

    std::string_view text;
    std::uint64_t head;
    std::uint64_t tail = 0;
    std::uint64_t mask = ~std::uint64_t{0}; ///< of the bytes of a short string
};

/// A set of strings, numbered in the order in which they were added.
class KeyTable {
  public:
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;

    /// The number of the key, an old one when it is there already. It stays the caller's memory.
    std::uint32_t add(std::string_view text);

    /// The number of the key, or kNone.
    [[nodiscard]] std::uint32_t find(const Key& key) const noexcept
    {
        if (m_keys.empty()) {
            return kNone;
        }
        const Key* const keys = m_keys.data();
        if (m_keys.size() <= kFew && key.text.size() <= 16) {
            // Hashing costs more, and which one it will be nobody can predict: no branches.
            std::uint32_t found = kNone;
            for (std::uint32_t number = 0; number < m_keys.size(); ++number) {
                const Key& other = keys[number];
                const auto different = (other.head ^ key.head) | (other.tail ^ key.tail) |
                                       (other.text.size() ^ key.text.size());
                found = different == 0 ? number : found;
            }
            return found;
        }
        for (std::size_t slot = first_slot(key);; slot = (slot + 1) & m_mask) {
            const std::uint32_t number = m_slots.data()[slot];
            if (number == kNone || keys[number] == key) {
                return number;
            }
        }
    }

    [[nodiscard]] std::uint32_t find(std::string_view text) const noexcept
    {
        return find(Key{text});
    }

    [[nodiscard]] const Key& operator[](std::uint32_t number) const noexcept
    {
        return m_keys[number];
    }

    [[nodiscard]] std::uint32_t size() const noexcept
    {
        return static_cast<std::uint32_t>(m_keys.size());
    }

  private:
    static constexpr std::size_t kFew = 6;

    [[nodiscard]] std::size_t first_slot(const Key& key) const noexcept
    {
        return static_cast<std::size_t>(key.hash() >> 32) & m_mask;
    }

    void rehash();

    std::vector<Key> m_keys;
    std::vector<std::uint32_t> m_slots; ///< at most half full, so that a search ends
    std::size_t m_mask = 0;
};

} // namespace tlm::schema
