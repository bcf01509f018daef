// SPDX-License-Identifier: Apache-2.0
// What every client of libmosquitto here has in common; private to this library.
#pragma once

#include "common/mqtt/codec.hpp"
#include "common/mqtt/subscriber.hpp"

#include <mosquitto.h>
#include <mqtt_protocol.h>

#include <memory>
#include <string_view>

namespace tlm::mqtt {

/// The library, started; it counts its users.
class Library {
  public:
    Library(); ///< throws Error fatal when it does not start

    ~Library() { mosquitto_lib_cleanup(); }

    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
};

struct DestroyClient {
    void operator()(mosquitto* handle) const noexcept { mosquitto_destroy(handle); }
};

using ClientHandle = std::unique_ptr<mosquitto, DestroyClient>;

/// Throws Error usage, which begins with `what`, unless `code` is success.
void require(int code, std::string_view what);

struct PropertyList {
    mosquitto_property* head = nullptr;

    PropertyList() = default;
    PropertyList(const PropertyList&) = delete;
    PropertyList& operator=(const PropertyList&) = delete;

    ~PropertyList() { mosquitto_property_free_all(&head); }
};

/// Version, receive maximum, user and password, and TLS where the URL wants it. Throws Error usage.
void configure(mosquitto* handle, const SubscriberOptions& options, Version version);

/// Connects; CONNECT is queued. Throws Error transient when that fails, usage when the options are
/// wrong.
void dial(mosquitto* handle, const SubscriberOptions& options,
          const mosquitto_property* properties);

} // namespace tlm::mqtt
