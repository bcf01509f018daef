// SPDX-License-Identifier: Apache-2.0
// The little of HTTP/1.1 that the metrics server speaks, without sockets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlm::ops {

constexpr std::size_t kMaxHttpHead = 8U << 10U;

/// What a client has sent so far.
struct HttpHead {
    /// 0: more bytes are needed; 200: a request; else the error to answer.
    int status = 0;
    bool head_only = false;  ///< HEAD: the answer has no body
    std::string_view path{}; ///< without the query; points into the text given
};

/// Judges the bytes received. 400 for what is not HTTP/1.x, 405 for methods but GET and HEAD, 431
/// once kMaxHttpHead bytes came without the end of the head.
[[nodiscard]] HttpHead parse_http_head(std::string_view received);

/// A whole answer that closes the connection; with `head_only` the head that it would have.
[[nodiscard]] std::string http_answer(int status, std::string_view content_type,
                                      std::string_view body, bool head_only);

/// "404 Not Found" and the like.
[[nodiscard]] std::string_view http_reason(int status) noexcept;

} // namespace tlm::ops
