// SPDX-License-Identifier: Apache-2.0
// CloudEvents, unwrapped.
#pragma once

#include "common/formats/decoded.hpp"
#include "common/record/header.hpp"
#include "common/record/reject.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tlm::formats {

/// How a message carries an event, if it does.
enum class CloudEventMode {
    none,       ///< it is no event
    structured, ///< the payload is the event, in JSON
    binary,     ///< the payload is the event's data, its attributes are headers
    refused,    ///< a batch, or an event in a format other than JSON
};

/// Decides by the content type (Kafka's header `content-type`, MQTT 5's property), as the protocol
/// bindings say, and by whether there is a header `ce_specversion` (Kafka) or a user property
/// `specversion` (MQTT).
[[nodiscard]] CloudEventMode cloud_event_mode(std::string_view content_type,
                                              bool has_specversion) noexcept;

/// The names of attributes among headers.
struct CloudEventBinding {
    std::string_view prefix; ///< names without it are not attributes
};

inline constexpr CloudEventBinding kKafkaBinding{"ce_"};
inline constexpr CloudEventBinding kMqttBinding{""};

/// The attributes that every event has; views that are valid until the next call.
struct CloudEvent {
    std::string_view id;
    std::string_view source;
    std::string_view type;
};

/// Unwraps events of CloudEvents 1.0 into one JSON object each: the members of their data, with
/// `time` as `ts` and the attributes in `ce`. See tlm-formats(5), CLOUDEVENTS. One instance serves
/// one thread; it keeps its buffers.
class CloudEventDecoder {
  public:
    explicit CloudEventDecoder(DecodeLimits limits = {});
    CloudEventDecoder(CloudEventDecoder&&) noexcept;
    CloudEventDecoder& operator=(CloudEventDecoder&&) noexcept;
    ~CloudEventDecoder();

    /// Rejects: bad_cloudevent, too_long, and what PayloadReader says of JSON; `out` is then as it
    /// was.
    [[nodiscard]] Verdict<CloudEvent> structured(std::string_view event, std::string& out);

    /// The same for an event whose attributes are `headers`; other headers are passed over.
    [[nodiscard]] Verdict<CloudEvent> binary(CloudEventBinding binding,
                                             std::span<const Header> headers,
                                             std::string_view content_type, std::string_view data,
                                             std::string& out);

  private:
    class Event;
    std::unique_ptr<Event> m_event;
};

} // namespace tlm::formats
