// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/stream.hpp"

#include "common/base/error.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace tlm::mqtt {
namespace {

/// The first error of OpenSSL's queue, which is empty afterwards.
std::string ssl_error_text()
{
    const auto code = ::ERR_get_error();
    ::ERR_clear_error();
    if (ERR_SYSTEM_ERROR(code)) {
        return errno_text(ERR_GET_REASON(code)); // of a file
    }
    const char* const reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
    return reason == nullptr ? "TLS failed" : std::string{"TLS: "} + reason;
}

/// Keeps what the broker offers for the next connection; the application's pointer says where.
int keep_session(SSL* ssl, SSL_SESSION* session)
{
    auto* const place = static_cast<SslSessionPtr*>(SSL_get_app_data(ssl));
    if (place == nullptr) {
        return 0;
    }
    place->reset(session);
    return 1;
}

bool is_address(const std::string& host)
{
    std::array<unsigned char, sizeof(in6_addr)> ignored{};
    return ::inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

Transfer from_ssl(const SSL* ssl, int result, std::size_t bytes)
{
    if (result > 0) {
        return {bytes};
    }
    const int saved = errno;
    switch (::SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return {0, Transfer::End::wants_read};
    case SSL_ERROR_WANT_WRITE:
        return {0, Transfer::End::wants_write};
    case SSL_ERROR_ZERO_RETURN:
        return {0, Transfer::End::closed};
    case SSL_ERROR_SYSCALL:
        ::ERR_clear_error();
        return {0, Transfer::End::failed, saved == 0 ? "closed by the broker" : errno_text(saved)};
    default:
        break;
    }
    if (const auto verdict = ::SSL_get_verify_result(ssl); verdict != X509_V_OK) {
        ::ERR_clear_error();
        return {0, Transfer::End::failed,
                std::string{"the broker's certificate: "} +
                    ::X509_verify_cert_error_string(verdict),
                true};
    }
    return {0, Transfer::End::failed, ssl_error_text(), true};
}

void use_certificate(SSL* ssl, const ClientCertificate& certificate)
{
    const auto& [cert, key] = certificate;
    if (::SSL_use_certificate_chain_file(ssl, cert.c_str()) != 1) {
        throw usage_error(cert + ": no certificate to use: " + ssl_error_text());
    }
    if (::SSL_use_PrivateKey_file(ssl, key.c_str(), SSL_FILETYPE_PEM) != 1) {
        throw usage_error(key + ": no private key of that certificate: " + ssl_error_text());
    }
    if (::SSL_check_private_key(ssl) != 1) { // another kind of key goes unnoticed until here
        throw usage_error(key + ": not the private key of " + cert + ": " + ssl_error_text());
    }
}

Transfer from_socket(ssize_t count, Transfer::End would_block)
{
    if (count > 0) {
        return {static_cast<std::size_t>(count)};
    }
    if (count == 0) {
        return {0, Transfer::End::closed};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return {0, would_block};
    }
    return {0, Transfer::End::failed, errno_text(errno)};
}

} // namespace

TlsContext::TlsContext(const std::string& ca_file) : m_context(::SSL_CTX_new(::TLS_client_method()))
{
    auto* const context = m_context.get();
    if (context == nullptr) {
        throw fatal_error(ssl_error_text());
    }
    ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ::SSL_CTX_set_session_cache_mode(context,
                                     SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    ::SSL_CTX_sess_set_new_cb(context, keep_session);
    const int trusted = ca_file.empty()
                            ? ::SSL_CTX_set_default_verify_paths(context)
                            : ::SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr);
    if (trusted != 1) {
        throw usage_error(ca_file + ": no certificates of authorities: " + ssl_error_text());
    }
}

void TlsContext::check(const ClientCertificate& certificate) const
{
    const SslPtr ssl{::SSL_new(m_context.get())};
    if (!ssl) {
        throw fatal_error(ssl_error_text());
    }
    use_certificate(ssl.get(), certificate);
}

SslPtr TlsContext::start(int fd, const std::string& host,
                         const std::optional<ClientCertificate>& certificate,
                         SslSessionPtr& session) const
{
    SslPtr ssl{::SSL_new(m_context.get())};
    if (!ssl || ::SSL_set_fd(ssl.get(), fd) != 1) {
        throw fatal_error(ssl_error_text());
    }
    if (is_address(host)) {
        ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl.get()), host.c_str());
    } else {
        ::SSL_set1_host(ssl.get(), host.c_str());
        ::SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                   const_cast<char*>(host.c_str())); // SSL_set_tlsext_host_name casts as C does
    }
    if (certificate) {
        use_certificate(ssl.get(), *certificate);
    }
    if (session) {
        ::SSL_set_session(ssl.get(), session.get());
    }
    SSL_set_app_data(ssl.get(), &session);
    ::SSL_set_connect_state(ssl.get());
    return ssl;
}

Transfer Stream::shake_hands()
{
    ::ERR_clear_error();
    errno = 0;
    const int result = ::SSL_do_handshake(m_ssl.get());
    return from_ssl(m_ssl.get(), result, 0);
}

Transfer Stream::read(std::span<char> buffer)
{
    if (m_ssl) {
        ::ERR_clear_error();
        errno = 0;
        std::size_t bytes = 0;
        const int result = ::SSL_read_ex(m_ssl.get(), buffer.data(), buffer.size(), &bytes);
        return from_ssl(m_ssl.get(), result, bytes);
    }
    ssize_t count = 0;
    do {
        count = ::recv(m_fd.get(), buffer.data(), buffer.size(), 0);
    } while (count < 0 && errno == EINTR);
    return from_socket(count, Transfer::End::wants_read);
}

Transfer Stream::write(std::string_view bytes)
{
    if (m_ssl) {
        ::ERR_clear_error();
        errno = 0;
        std::size_t written = 0;
        const int result = ::SSL_write_ex(m_ssl.get(), bytes.data(), bytes.size(), &written);
        return from_ssl(m_ssl.get(), result, written);
    }
    ssize_t count = 0;
    do {
        count = ::send(m_fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    return from_socket(count, Transfer::End::wants_write);
}

void Stream::shut_down() noexcept
{
    if (m_ssl) {
        (void)::SSL_shutdown(m_ssl.get());
        ::ERR_clear_error();
    }
    (void)::shutdown(m_fd.get(), SHUT_WR);
}

void Stream::close() noexcept
{
    if (m_ssl) {
        // Without the word goodbye OpenSSL would take the session for one not to resume.
        ::SSL_set_shutdown(m_ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        m_ssl.reset();
    }
    m_fd.reset();
}

} // namespace tlm::mqtt
