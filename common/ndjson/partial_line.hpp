// SPDX-License-Identifier: Apache-2.0
// What a write that ended short leaves behind.
#pragma once

#include <string_view>

namespace tlm::ndjson {

/// After a write that failed, on a full disk for one: takes the line that is not whole off the file
/// again, so that whoever appends begins with a line. `written` is what arrived, from the begin of
/// a line on. Does nothing where the file is no regular one, or ends otherwise by now.
void cut_partial_line(int fd, std::string_view written) noexcept;

} // namespace tlm::ndjson
