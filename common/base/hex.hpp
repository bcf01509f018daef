// SPDX-License-Identifier: Apache-2.0
// Numbers and bytes as hexadecimal digits.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tlm {

/// Two lower-case digits a byte.
void append_hex(std::string& out, std::span<const unsigned char> bytes);

/// Sixteen digits, the most significant first.
void append_hex(std::string& out, std::uint64_t number);

} // namespace tlm
