// SPDX-License-Identifier: Apache-2.0
// Answers /metrics, /healthz and /readyz over HTTP.
#pragma once

#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "common/ops/listen.hpp"

#include <cstdint>
#include <memory>
#include <thread>

namespace tlm::ops {

class Health;
class Metrics;

/// A small HTTP/1.1 responder on its own thread: GET and HEAD of `/metrics` (Prometheus text),
/// `/healthz` (200 while alive, else 503) and `/readyz` (200 when ready and alive, else 503).
/// Bounded whatever clients do: 16 connections, 8 KiB of request, 10 s a connection; one request a
/// connection. One more connection ends the oldest, one that is not being answered where there is
/// one. It does not stop on
/// its own: destroying it ends the thread.
class MetricsServer {
  public:
    struct Limits {
        milliseconds connection_time{10000}; ///< from accept to the last byte of the answer
    };

    /// Listens and logs the address with the port it got. Throws Error fatal when it cannot;
    /// the text names --metrics-listen.
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
