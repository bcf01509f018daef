// SPDX-License-Identifier: Apache-2.0
// A byte stream to a broker, plain or through TLS, that never waits.
#pragma once

#include "common/base/unique_fd.hpp"

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tlm::mqtt {

struct SslFree {
    void operator()(SSL* ssl) const noexcept { ::SSL_free(ssl); }

    void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }

    void operator()(SSL_SESSION* session) const noexcept { ::SSL_SESSION_free(session); }
};

using SslPtr = std::unique_ptr<SSL, SslFree>;
using SslSessionPtr = std::unique_ptr<SSL_SESSION, SslFree>;

/// What one connection shows to a broker that asks for a certificate; both or none. PEM files.
struct ClientCertificate {
    std::string cert_file;
    std::string key_file;

    bool operator==(const ClientCertificate&) const = default;
};

/// Settings that all TLS connections of a process share: whom they trust, how they use memory.
/// Buffers are given back while nothing is on its way, so that an idle connection costs some 34 KiB
/// of OpenSSL's and the kernel's.
class TlsContext {
  public:
    /// Trusts the authorities in `ca_file`, or those of the system where it is empty. Throws Error
    /// usage when it cannot be read.
    explicit TlsContext(const std::string& ca_file);

    /// Throws Error usage, which names the file, when the certificate or its key cannot be used.
    void check(const ClientCertificate& certificate) const;

    /// A client's side of TLS over `fd` to `host`, whose certificate must name it. `session`, which
    /// must outlive the result, is tried again where there is one, and filled with what the broker
    /// offers for the next time. Throws Error usage when the certificate cannot be used.
    [[nodiscard]] SslPtr start(int fd, const std::string& host,
                               const std::optional<ClientCertificate>& certificate,
                               SslSessionPtr& session) const;

  private:
    std::unique_ptr<SSL_CTX, SslFree> m_context;
};

/// What a call on a stream did.
struct Transfer {
    enum class End {
        none,        ///< all of it, or something
        wants_read,  ///< call again when the socket is readable
        wants_write, ///< or writable
        closed,      ///< by the peer
        failed,
    };

    std::size_t bytes = 0;
    End end = End::none;
    std::string error = {}; ///< of failed
    bool by_tls = false;    ///< one side of TLS has said why
};

/// Owns its socket. SIGPIPE must be ignored.
class Stream {
  public:
    Stream() = default;

    explicit Stream(UniqueFd fd) : m_fd(std::move(fd)) {}

    [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

    void secure(SslPtr ssl) noexcept { m_ssl = std::move(ssl); }

    [[nodiscard]] bool secured() const noexcept { return m_ssl != nullptr; }

    /// Goes on with the TLS handshake; End::none: done.
    [[nodiscard]] Transfer shake_hands();

    [[nodiscard]] bool resumed() const noexcept
    {
        return m_ssl && ::SSL_session_reused(m_ssl.get()) == 1;
    }

    /// Reads once.
    [[nodiscard]] Transfer read(std::span<char> buffer);

    /// Writes as much as is taken now. What was not must stand at the front of the next call.
    [[nodiscard]] Transfer write(std::string_view bytes);

    /// Says that nothing more will be written.
    void shut_down() noexcept;

    void close() noexcept;

  private:
    UniqueFd m_fd;
    SslPtr m_ssl;
};

} // namespace tlm::mqtt
