// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/server.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"

#include <libwebsockets.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

namespace tlm::ws {

namespace {

constexpr std::size_t kHttpConnections = 256; ///< beside max_clients
constexpr int kBodyTimeoutSeconds = 30;       ///< without progress in sending an answer
constexpr std::string_view kSocketPath = "/ws";

/// A client that answers no ping for this long is gone; a dead network tells nobody.
constexpr lws_retry_bo_t kKeepAlive = {.retry_ms_table = nullptr,
                                       .retry_ms_table_count = 0,
                                       .conceal_count = 0,
                                       .secs_since_valid_ping = 25,
                                       .secs_since_valid_hangup = 35,
                                       .jitter_percent = 0};

/// One WebSocket.
struct Client {
    lws* wsi = nullptr;
    std::size_t index = 0; ///< in Impl::clients
    Cursor cursor;
    std::size_t inbound = 0; ///< bytes of the message that is arriving
    bool greeted = false;
    bool dismissed = false;
};

/// What libwebsockets keeps for a connection; zeroed by it before the first callback.
struct Session {
    Client* client;
    Response* response;
};

/// The value of a header; empty when it is absent, and a question mark when it is longer than any
/// that is expected: an absent Origin is let in, so a long one must not look absent.
std::string header(lws* wsi, lws_token_indexes token)
{
    // Copied, never taken by pointer: libwebsockets may have freed its header table by now.
    std::array<char, 512> text{};
    const int length = lws_hdr_copy(wsi, text.data(), static_cast<int>(text.size()), token);
    return length < 0 ? "?" : std::string(text.data(), static_cast<std::size_t>(length));
}

Method method_of(lws* wsi)
{
    char* unused = nullptr;
    int length = 0;
    switch (lws_http_get_uri_and_method(wsi, &unused, &length)) {
    case LWSHUMETH_GET:
        return Method::get;
    case LWSHUMETH_HEAD:
        return Method::head;
    default:
        return Method::other;
    }
}

Request read_request(lws* wsi, const char* path)
{
    Request request;
    request.method = method_of(wsi);
    request.path = path;
    request.host = header(wsi, WSI_TOKEN_HOST);
    request.if_none_match = header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH);
    request.accepts_gzip =
        header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING).find("gzip") != std::string::npos;
    request.http_1_1 = header(wsi, WSI_TOKEN_HTTP).find("1.1") != std::string::npos;
    return request;
}

/// Writes `text`, which must not be longer than a piece of a body. False when the peer is gone.
bool write_http(lws* wsi, std::string_view text, lws_write_protocol kind)
{
    std::vector<unsigned char> buffer(LWS_PRE + text.size());
    std::memcpy(buffer.data() + LWS_PRE, text.data(), text.size());
    return lws_write(wsi, buffer.data() + LWS_PRE, text.size(), kind) >= 0;
}

void log_lws(int level, const char* line)
{
    std::string_view text = line;
    while (text.ends_with('\n')) {
        text.remove_suffix(1);
    }
    static log::RateLimit limit{milliseconds{1'000}};
    if (level == LLL_ERR) {
        limit.error("libwebsockets: {}", text);
    } else {
        limit.warn("libwebsockets: {}", text);
    }
}

} // namespace

struct Server::Impl {
    EventLoop& loop;
    Hub& hub;
    const Admission& admission;
    const Responder& responder;
    std::function<std::string()> hello;
    ServerLimits limits;
    ServerCounters counters;
    std::size_t connections = 0;  ///< open now, WebSockets among them
    std::vector<Client*> clients; ///< owned; each knows its index
    lws_protocols protocols[2] = {};
    lws_context* context = nullptr;
    lws_vhost* vhost = nullptr;
    bool closing = false;

    Impl(EventLoop& its_loop, Hub& its_hub, const Admission& its_admission,
         const Responder& its_responder)
        : loop(its_loop), hub(its_hub), admission(its_admission), responder(its_responder)
    {}

    void start();

    static int callback(lws* wsi, lws_callback_reasons reason, void* user, void* in,
                        std::size_t length);
    int on_event(lws* wsi, lws_callback_reasons reason, Session* session, const char* text,
                 std::size_t length);
    int on_request(lws* wsi, Session& session, const char* path);
    int on_response_writable(lws* wsi, Session& session);
    int on_upgrade(lws* wsi);
    void on_open(lws* wsi, Session& session);
    void on_close(Session& session);
    int on_client_writable(lws* wsi, Client& client);
    int on_message(lws* wsi, Client& client, std::size_t length);
    int refuse(lws* wsi, int status, std::string_view sentence);
    bool send(lws* wsi, std::string& bytes);
};

int Server::Impl::callback(lws* wsi, lws_callback_reasons reason, void* user, void* in,
                           std::size_t length)
{
    auto* const context = lws_get_context(wsi);
    auto* const impl = context == nullptr ? nullptr : static_cast<Impl*>(lws_context_user(context));
    if (impl == nullptr) {
        return 0;
    }
    try {
        return impl->on_event(wsi, reason, static_cast<Session*>(user),
                              static_cast<const char*>(in), length);
    } catch (...) {
        impl->loop.fail(std::current_exception());
        return -1;
    }
}

void Server::Impl::start()
{
    protocols[0].name = "tlm";
    protocols[0].callback = callback;
    protocols[0].per_session_data_size = sizeof(Session);
    protocols[0].rx_buffer_size = limits.max_inbound_bytes;
    protocols[0].tx_packet_size = LWS_PRE + Hub::kMaxFrame; // a frame in one send, never copied

    lws_set_log_level(LLL_ERR | LLL_WARN, log_lws); // its libev part logs every write as a notice

    std::array<void*, 1> loops{loop.handle()};
    lws_context_creation_info info{};
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER; // sockets come through adopt()
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_LIBEV;
    info.foreign_loops = loops.data();
    info.user = this;
    info.gid = static_cast<gid_t>(-1);
    info.uid = static_cast<uid_t>(-1);
    info.alpn = "http/1.1";
    info.server_string = "tlm-ws";
    info.timeout_secs = static_cast<unsigned>(
        std::chrono::ceil<std::chrono::seconds>(limits.header_timeout).count());
    info.keepalive_timeout = 30;
    info.retry_and_idle_policy = &kKeepAlive;

    context = lws_create_context(&info);
    if (context == nullptr) {
        throw fatal_error("libwebsockets does not start with libev: is the package "
                          "libwebsockets-evlib-ev installed?");
    }
    vhost = lws_get_vhost_by_name(context, "default");
}

int Server::Impl::on_event(lws* wsi, lws_callback_reasons reason, Session* session,
                           const char* text, std::size_t length)
{
    switch (reason) {
    case LWS_CALLBACK_WSI_CREATE:
        ++connections;
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        --connections;
        return 0;
    case LWS_CALLBACK_HTTP:
        return on_request(wsi, *session, text);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return on_response_writable(wsi, *session);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return on_upgrade(wsi);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        // A second look, should there ever be a way here past HTTP_CONFIRM_UPGRADE.
        return admission.origin_allowed(header(wsi, WSI_TOKEN_ORIGIN), header(wsi, WSI_TOKEN_HOST))
                   ? 0
                   : -1;
    case LWS_CALLBACK_ESTABLISHED:
        on_open(wsi, *session);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return session->client == nullptr ? -1 : on_client_writable(wsi, *session->client);
    case LWS_CALLBACK_RECEIVE:
        return session->client == nullptr ? -1 : on_message(wsi, *session->client, length);
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
        if (session != nullptr) {
            on_close(*session);
        }
        return 0;
    default:
        return 0;
    }
}

int Server::Impl::on_request(lws* wsi, Session& session, const char* path)
{
    ++counters.requests;
    delete std::exchange(session.response, nullptr);
    session.response = new Response(responder.answer(read_request(wsi, path)));
    lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, kBodyTimeoutSeconds);
    if (!write_http(wsi, session.response->head(), LWS_WRITE_HTTP_HEADERS)) {
        return -1;
    }
    lws_callback_on_writable(wsi);
    return 0;
}

int Server::Impl::on_response_writable(lws* wsi, Session& session)
{
    if (session.response == nullptr) {
        return -1;
    }
    const auto piece = session.response->body();
    if (!piece.empty()) {
        lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, kBodyTimeoutSeconds);
        if (!write_http(wsi, piece, LWS_WRITE_HTTP)) {
            return -1;
        }
        lws_callback_on_writable(wsi);
        return 0;
    }
    const bool close = session.response->close_after() || closing;
    delete std::exchange(session.response, nullptr);
    return close || lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
}

/// The `in` of this event may point into freed memory (libwebsockets 4.1.6, when the header is not
/// one it knows): the header is copied out, and anything but a WebSocket ends the connection
/// before libwebsockets looks at it again.
int Server::Impl::on_upgrade(lws* wsi)
{
    const auto upgrade = header(wsi, WSI_TOKEN_UPGRADE);
    if (::strcasecmp(upgrade.c_str(), "websocket") != 0) {
        ++counters.clients_refused;
        return -1;
    }
    const auto host = header(wsi, WSI_TOKEN_HOST);
    if (header(wsi, WSI_TOKEN_GET_URI) != kSocketPath) {
        return refuse(wsi, 404, "The WebSocket is at /ws.");
    }
    if (!admission.host_allowed(host)) {
        return refuse(wsi, 421, "This server does not answer under that name; see --allow-origin.");
    }
    if (!admission.origin_allowed(header(wsi, WSI_TOKEN_ORIGIN), host)) {
        return refuse(wsi, 403, "Pages of that origin may not connect; see --allow-origin.");
    }
    if (closing || clients.size() >= limits.max_clients) {
        return refuse(wsi, 503, closing ? "The server is going away." : "Too many clients.");
    }
    return 0;
}

int Server::Impl::refuse(lws* wsi, int status, std::string_view sentence)
{
    ++counters.clients_refused;
    auto response = Responder::refusal(status, sentence);
    const auto whole = response.head() + std::string(response.body());
    (void)write_http(wsi, whole, LWS_WRITE_HTTP_HEADERS);
    return -1;
}

void Server::Impl::on_open(lws* wsi, Session& session)
{
    ++counters.clients;
    session.client = new Client;
    session.client->wsi = wsi;
    session.client->index = clients.size();
    session.client->dismissed = closing;
    clients.push_back(session.client);
    lws_callback_on_writable(wsi);
}

void Server::Impl::on_close(Session& session)
{
    delete std::exchange(session.response, nullptr);
    if (auto* const client = std::exchange(session.client, nullptr); client != nullptr) {
        clients.back()->index = client->index;
        clients[client->index] = clients.back();
        clients.pop_back();
        delete client;
    }
}

int Server::Impl::on_client_writable(lws* wsi, Client& client)
{
    if (client.dismissed) {
        lws_close_reason(wsi, LWS_CLOSE_STATUS_GOINGAWAY, nullptr, 0);
        return -1;
    }
    if (lws_partial_buffered(wsi) != 0) {
        return 0; // libwebsockets calls again when it is rid of it
    }
    if (!client.greeted) {
        client.greeted = true;
        auto greeting = std::string(LWS_PRE, '\0') + hello();
        lws_callback_on_writable(wsi);
        return send(wsi, greeting) ? 0 : -1;
    }
    const auto frame = hub.next(client.cursor);
    if (!frame) {
        return 0;
    }
    if (hub.behind(client.cursor)) {
        lws_callback_on_writable(wsi);
    }
    return send(wsi, frame->bytes) ? 0 : -1;
}

/// The header of the WebSocket frame goes into the headroom; it is the same for every client.
bool Server::Impl::send(lws* wsi, std::string& bytes)
{
    const auto size = bytes.size() - LWS_PRE;
    auto* const start = reinterpret_cast<unsigned char*>(bytes.data()) + LWS_PRE;
    if (lws_write(wsi, start, size, LWS_WRITE_TEXT) < 0) {
        return false;
    }
    counters.bytes_sent += size;
    return true;
}

/// Nothing that clients say is understood yet, and all of it is let pass, within bounds.
int Server::Impl::on_message(lws* wsi, Client& client, std::size_t length)
{
    client.inbound = lws_is_first_fragment(wsi) != 0 ? length : client.inbound + length;
    if (client.inbound + lws_remaining_packet_payload(wsi) > limits.max_inbound_bytes) {
        ++counters.oversize;
        lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, nullptr, 0);
        return -1;
    }
    return 0;
}

std::size_t Server::headroom() noexcept
{
    return LWS_PRE;
}

Server::Server(EventLoop& loop, Hub& hub, const Admission& admission, const Responder& responder,
               std::function<std::string()> hello, ServerLimits limits)
    : m_impl(std::make_unique<Impl>(loop, hub, admission, responder))
{
    m_impl->hello = std::move(hello);
    m_impl->limits = limits;
    m_impl->start();
}

Server::~Server()
{
    lws_context_destroy(m_impl->context); // ends every connection, with its CLOSED events
}

void Server::adopt(UniqueFd socket)
{
    ++m_impl->counters.connections;
    if (m_impl->closing || m_impl->connections >= m_impl->limits.max_clients + kHttpConnections) {
        ++m_impl->counters.connections_full;
        return;
    }
    // libwebsockets closes the descriptor when it fails, too.
    (void)lws_adopt_socket_vhost(m_impl->vhost, socket.release());
}

void Server::wake_clients()
{
    for (auto* const client : m_impl->clients) {
        if (m_impl->hub.behind(client->cursor)) {
            lws_callback_on_writable(client->wsi);
        }
    }
}

void Server::dismiss_clients()
{
    m_impl->closing = true;
    for (auto* const client : m_impl->clients) {
        client->dismissed = true;
        lws_callback_on_writable(client->wsi);
    }
}

void Server::housekeeping()
{
    lws_cancel_service(m_impl->context); // an event of its own, after which it looks at its timers
}

bool Server::any_behind() const noexcept
{
    return std::any_of(m_impl->clients.begin(), m_impl->clients.end(),
                       [this](const Client* client) {
                           return !client->greeted || m_impl->hub.behind(client->cursor);
                       });
}

std::size_t Server::clients() const noexcept
{
    return m_impl->clients.size();
}

const ServerCounters& Server::counters() const noexcept
{
    return m_impl->counters;
}

} // namespace tlm::ws
