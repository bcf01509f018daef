// SPDX-License-Identifier: Apache-2.0
// Why TLS to a broker fails.
#pragma once

#include "common/base/time.hpp"
#include "common/mqtt/subscriber.hpp"

#include <chrono>
#include <string>

namespace tlm::mqtt {

/// What a handshake of our own with the broker runs into: libmosquitto says only that there was an
/// error. Empty when it finds nothing wrong, or the broker does not answer in time. Blocks for up
/// to `limit`, and while the name of the host is resolved.
[[nodiscard]] std::string explain_tls(const SubscriberOptions& options,
                                      milliseconds limit = std::chrono::seconds{2});

} // namespace tlm::mqtt
