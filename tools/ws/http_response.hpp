// SPDX-License-Identifier: Apache-2.0
// Answers to HTTP requests: the page, its assets and the last values.
#pragma once

#include "tools/ws/admission.hpp"
#include "tools/ws/last_values.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::ws {

/// One file of the page. All views are to constant data.
struct Asset {
    std::string_view path; ///< `/app.js`
    std::string_view type; ///< of the content
    std::string_view plain;
    std::string_view gzip; ///< empty: not worth it
};

enum class Method { get, head, other };

struct Request {
    Method method = Method::get;
    std::string path; ///< decoded, without query
    std::string host;
    std::string if_none_match;
    bool accepts_gzip = false;
    bool http_1_1 = true; ///< understands chunks
};

/// An answer on its way: the head is sent first, then what body() gives until it gives nothing.
/// A list of devices is made while it is sent, at most kPiece and one value at a time, so that its
/// size does not matter. Pure; `values` and the assets must outlive it.
class Response {
  public:
    static constexpr std::size_t kPiece = 16 * 1024;

    [[nodiscard]] const std::string& head() const noexcept { return m_head; }

    /// The next piece of the body; empty at its end. The view is valid until the next call.
    [[nodiscard]] std::string_view body();

    [[nodiscard]] bool close_after() const noexcept { return m_close; }

    [[nodiscard]] int status() const noexcept { return m_status; }

  private:
    friend class Responder;

    std::string m_head;
    std::string m_own;                     ///< a body of this answer alone
    std::string m_piece;                   ///< what body() gave last, of a list
    std::string_view m_constant;           ///< a body that outlives the answer
    std::size_t m_sent = 0;                ///< of m_own or m_constant
    const LastValues* m_listing = nullptr; ///< of a body that is made while it is sent
    Slot m_next = 0;
    bool m_chunked = false;
    bool m_close = false;
    int m_status = 200;
};

/// Answers requests:
///   GET /                        the page, GET /app.js ... its parts (ETag, gzip where accepted)
///   GET /api/v1/devices          every device's record, one line of NDJSON each
///   GET /api/v1/devices/ID       one device's record
/// Every answer forbids framing, sniffing, inline code and requests to third parties. Pure.
class Responder {
  public:
    Responder(const LastValues& values, const Admission& admission, std::span<const Asset> assets);

    [[nodiscard]] Response answer(const Request& request) const;

    /// An answer without content: a status and a sentence. The connection ends after it.
    [[nodiscard]] static Response refusal(int status, std::string_view sentence,
                                          std::string_view extra_headers = {});

  private:
    struct Tagged {
        Asset asset;
        std::string etag;
    };

    [[nodiscard]] Response asset(const Tagged& tagged, const Request& request) const;
    [[nodiscard]] Response devices(const Request& request) const;
    [[nodiscard]] Response device(std::string_view id) const;

    const LastValues& m_values;
    const Admission& m_admission;
    std::vector<Tagged> m_assets;
};

} // namespace tlm::ws
