// SPDX-License-Identifier: Apache-2.0
// Answers /metrics, /healthz and /readyz over HTTP.
#pragma once

#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace tlm::ops {

class Health;
class Metrics;

/// Where to listen: `127.0.0.1:9100`, `[::1]:9100`, `:9100` (every address), port 0 for any.
struct ListenAddress {
    std::string host; ///< numeric; empty for every address
    std::uint16_t port = 0;
};

/// Throws Error usage that says what is expected.
[[nodiscard]] ListenAddress parse_listen_address(std::string_view text);

/// A small HTTP/1.1 responder on its own thread: GET and HEAD of `/metrics` (Prometheus text),
/// `/healthz` (200 while alive, else 503) and `/readyz` (200 when ready and alive, else 503).
/// Bounded whatever clients do: 16 connections, 8 KiB of request, 10 s a connection; one request a
/// connection. It does not stop on its own: destroying it ends the thread.
class MetricsServer {
  public:
    struct Limits {
        milliseconds connection_time{10000}; ///< from accept to the last byte of the answer
    };

    /// Listens and logs the address with the port it got. Throws Error fatal when it cannot.
    /// `metrics` and `health` must outlive this object.
    MetricsServer(const ListenAddress& address, const Metrics& metrics, const Health& health,
                  Limits limits);
    MetricsServer(const ListenAddress& address, const Metrics& metrics, const Health& health);
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;
    ~MetricsServer();

    [[nodiscard]] std::uint16_t port() const noexcept { return m_port; }

  private:
    struct Loop;

    UniqueFd m_quit;
    std::uint16_t m_port = 0;
    std::unique_ptr<Loop> m_loop;
    std::thread m_thread;
};

} // namespace tlm::ops
