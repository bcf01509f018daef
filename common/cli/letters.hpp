// SPDX-License-Identifier: Apache-2.0
// One letter, one meaning, in every tool: the register of short flags.
#pragma once

#include <string_view>

namespace tlm::cli {

/// The long name that a letter stands for everywhere; empty when the letter is not registered.
/// -P is never given away (a password elsewhere), -h is always help, -v never the version.
[[nodiscard]] std::string_view long_name_of(char letter) noexcept;

} // namespace tlm::cli
