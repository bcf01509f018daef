// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/library.hpp"

#include "common/base/error.hpp"
#include "common/mqtt/tls_diagnosis.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <string>
#include <utility>

namespace tlm::mqtt {
namespace {

const constexpr char* kSystemCertificates = "/etc/ssl/certs";

const char* c_string_or_null(const std::string& text) noexcept
{
    return text.empty() ? nullptr : text.c_str();
}

void set_up_tls(mosquitto* handle, const SubscriberOptions& options)
{
    const bool own = !options.ca_file.empty();
    const int code = mosquitto_tls_set(
        handle, own ? options.ca_file.c_str() : nullptr, own ? nullptr : kSystemCertificates,
        c_string_or_null(options.cert_file), c_string_or_null(options.key_file), nullptr);
    require(code, "the files for TLS cannot be used");
    require(mosquitto_tls_insecure_set(handle, false), "TLS");
}

} // namespace

Library::Library()
{
    if (mosquitto_lib_init() != MOSQ_ERR_SUCCESS) {
        throw fatal_error("libmosquitto does not start");
    }
}

void require(int code, std::string_view what)
{
    if (code != MOSQ_ERR_SUCCESS) {
        throw usage_error(fmt::format("MQTT: {}: {}", what, mosquitto_strerror(code)));
    }
}

void configure(mosquitto* handle, const SubscriberOptions& options, Version version)
{
    require(mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, static_cast<int>(version)),
            "protocol version");
    require(mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, options.receive_maximum),
            "receive maximum");
    const std::string& user = options.user.empty() ? options.url.user : options.user;
    if (!user.empty()) {
        require(mosquitto_username_pw_set(handle, user.c_str(), c_string_or_null(options.password)),
                "user and password");
    }
    if (options.url.tls) {
        set_up_tls(handle, options);
    }
}

void dial(mosquitto* handle, const SubscriberOptions& options, const mosquitto_property* properties)
{
    errno = 0;
    const int code = mosquitto_connect_bind_v5(handle, options.url.host.c_str(), options.url.port,
                                               static_cast<int>(options.keep_alive.count()),
                                               nullptr, properties);
    if (code == MOSQ_ERR_INVAL) {
        require(code, "the connection's settings");
    }
    if (code != MOSQ_ERR_SUCCESS) {
        std::string why = code == MOSQ_ERR_ERRNO ? errno_text(errno) : mosquitto_strerror(code);
        if (code == MOSQ_ERR_TLS) {
            if (std::string found = explain_tls(options); !found.empty()) {
                why = std::move(found);
            }
        }
        throw transient_error(fmt::format("{}: {}", format_url(options.url), why));
    }
}

} // namespace tlm::mqtt
