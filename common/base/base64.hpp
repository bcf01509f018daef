// SPDX-License-Identifier: Apache-2.0
// Base64 back to bytes.
#pragma once

#include <string>
#include <string_view>

namespace tlm {

/// Appends what `text` encodes (RFC 4648 section 4, padded, nothing else in it); false when it is
/// not base64, and `out` may then have a part of it.
[[nodiscard]] bool append_decoded_base64(std::string& out, std::string_view text);

} // namespace tlm
