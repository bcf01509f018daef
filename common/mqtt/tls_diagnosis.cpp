// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/tls_diagnosis.hpp"

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"
#include "common/mqtt/dialer.hpp"
#include "common/mqtt/stream.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace tlm::mqtt {
namespace {

using std::chrono::steady_clock;

/// For the broker to say what it has against our certificate.
constexpr milliseconds kAfterHandshake{500};

bool wait_for(int fd, short events, Monotonic end)
{
    pollfd awaited{fd, events, 0};
    return ::poll(&awaited, 1, poll_timeout(end, steady_clock::now())) > 0;
}

UniqueFd connect_to(const Url& url, Monotonic end)
{
    Dialer dialer{url.host, url.port};
    do {
        auto dialled = dialer.dial();
        auto* const fd = std::get_if<UniqueFd>(&dialled);
        if (fd != nullptr && wait_for(fd->get(), POLLOUT, end) &&
            connect_error(fd->get()).empty()) {
            return std::move(*fd);
        }
    } while (dialer.has_more());
    return {};
}

/// Calls `step` until it neither wants to read nor to write, or the time is over.
template <typename Step>
Transfer carry_on(int fd, Monotonic end, Step step)
{
    while (true) {
        Transfer done = step();
        const bool reads = done.end == Transfer::End::wants_read;
        const bool writes = done.end == Transfer::End::wants_write;
        if ((!reads && !writes) || !wait_for(fd, reads ? POLLIN : POLLOUT, end)) {
            return done;
        }
    }
}

/// A broker that is spoken to in TLS where it speaks none hangs up, or answers something else.
std::string with_hint(std::string error)
{
    constexpr std::array<std::string_view, 4> kNoTls{"wrong version number", "unexpected eof",
                                                     "closed by the broker", "reset by peer"};
    const bool none = std::any_of(kNoTls.begin(), kNoTls.end(), [&error](std::string_view sign) {
        return error.find(sign) != std::string::npos;
    });
    return none ? error + " amid the handshake; is this a port without TLS?" : error;
}

std::string shake_hands(const SubscriberOptions& options, UniqueFd socket, Monotonic end)
{
    const TlsContext context{options.ca_file};
    std::optional<ClientCertificate> certificate;
    if (!options.cert_file.empty()) {
        certificate = {options.cert_file, options.key_file};
    }
    SslSessionPtr session; // outlives the stream
    Stream stream{std::move(socket)};
    const int fd = stream.fd();
    stream.secure(context.start(fd, options.url.host, certificate, session));
    const Transfer shaken = carry_on(fd, end, [&stream] { return stream.shake_hands(); });
    if (shaken.end == Transfer::End::failed || shaken.end == Transfer::End::closed) {
        return with_hint(shaken.error.empty() ? "closed by the broker" : shaken.error);
    }
    if (shaken.end != Transfer::End::none) {
        return {};
    }
    // With TLS 1.3 our side is done before the broker has looked at our certificate.
    std::array<char, 1> byte{};
    const Monotonic soon = std::min(end, steady_clock::now() + kAfterHandshake);
    return carry_on(fd, soon, [&] { return stream.read(byte); }).error;
}

} // namespace

std::string explain_tls(const SubscriberOptions& options, milliseconds limit)
{
    const Monotonic end = steady_clock::now() + limit;
    try {
        UniqueFd socket = connect_to(options.url, end);
        return socket ? shake_hands(options, std::move(socket), end) : std::string{};
    } catch (const Error& error) { // a file of ours, for one, that is no longer there
        return error.what();
    }
}

} // namespace tlm::mqtt
