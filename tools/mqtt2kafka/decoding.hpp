// SPDX-License-Identifier: Apache-2.0
// Payloads that are not JSON: each is decoded once, and recognised by its own bytes.
#pragma once

#include "common/base/time.hpp"
#include "common/formats/payload_decoder.hpp"
#include "common/record/reject.hpp"
#include "tools/mqtt2kafka/message.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tlm::mqtt2kafka {

/// The header of a record with the hash of the payload that it was decoded from.
inline constexpr std::string_view kPayloadHash = "mqtt-payload-hash";

/// What became of a payload.
struct PlainPayload {
    bool forward = true; ///< false: it says nothing that is to be recorded
    bool timed = false;  ///< see formats::Unwrapped
    std::string json;
    std::optional<Reject> reject{};
    formats::Decoded decoded{};
};

/// In the middle between messages and a decoder, if there is one. Pure; used by one thread.
class Decoding {
  public:
    /// Not owned; null: payloads are JSON as they come.
    void use(formats::PayloadDecoder* decoder) noexcept { m_decoder = decoder; }

    explicit operator bool() const noexcept { return m_decoder != nullptr; }

    /// Null when it cannot be told yet; waiting_for() says why. To be called once for each message,
    /// in their order: the decoder may remember.
    [[nodiscard]] std::unique_ptr<PlainPayload> decode(const Message& message, EpochMs received_at,
                                                       Monotonic now);

    [[nodiscard]] const std::string& waiting_for() const noexcept { return m_waiting_for; }

    /// The topics of the format say which device speaks.
    [[nodiscard]] bool names_devices() const noexcept
    {
        return m_decoder != nullptr && m_decoder->names_devices();
    }

    /// Valid until the next call.
    [[nodiscard]] std::optional<std::string_view> device_id(std::string_view topic) const
    {
        return m_decoder->device_id(topic);
    }

    /// A connection ended: what was published at QoS 0 since is lost.
    void interrupted()
    {
        if (m_decoder != nullptr) {
            m_decoder->interrupted();
        }
    }

    [[nodiscard]] std::optional<formats::SparkplugRebirth> take_rebirth()
    {
        return m_decoder->take_rebirth();
    }

    /// 32 hexadecimal digits of XXH3 over all that is decoded: the payload, its content type and
    /// user properties. What it is decoded to may depend on what came before; this does not.
    [[nodiscard]] static std::string hash(const Message& message);

  private:
    formats::PayloadDecoder* m_decoder = nullptr;
    std::string m_waiting_for;
};

} // namespace tlm::mqtt2kafka
