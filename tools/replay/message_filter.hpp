// SPDX-License-Identifier: Apache-2.0
// Which records of a range are meant. Pure.
#pragma once

#include "common/record/message.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::replay {

/// A name, and the value that it must have; without one it must only be there.
struct Condition {
    std::string name;
    std::optional<std::string> value{};

    bool operator==(const Condition&) const = default;
};

/// `NAME` or `NAME=VALUE`, cut at the first `=`. Empty when there is no name.
[[nodiscard]] std::optional<Condition> parse_condition(std::string_view text);

/// All of it must hold.
struct Conditions {
    std::optional<std::string> key{};
    std::vector<Condition> headers{};
    /// JSON Pointers (RFC 6901) into the value. A string is compared by its text, anything else as
    /// JSON: numbers by value, so 21.5 is 21.50.
    std::vector<Condition> members{};
};

/// Judges records by conditions. One thread.
class MessageFilter {
  public:
    /// Throws Error usage for a name of `members` that is no JSON Pointer.
    explicit MessageFilter(const Conditions& conditions);
    ~MessageFilter();
    MessageFilter(MessageFilter&&) noexcept;
    MessageFilter& operator=(MessageFilter&&) noexcept;

    /// True when the message is meant. A value that is not JSON has no members.
    [[nodiscard]] bool takes(const Message& message);

    /// Headers must be there for takes().
    [[nodiscard]] bool wants_headers() const noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::replay
