// SPDX-License-Identifier: Apache-2.0
// One interface to all formats: from a message as it came to the JSON that a payload is.
#pragma once

#include "common/base/time.hpp"
#include "common/formats/cloud_event.hpp"
#include "common/formats/confluent.hpp"
#include "common/formats/decoded.hpp"
#include "common/formats/protobuf.hpp"
#include "common/formats/sparkplug.hpp"
#include "common/record/header.hpp"
#include "common/record/reject.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tlm::formats {

/// A message as it came. Views.
struct Encoded {
    std::string_view topic; ///< of MQTT, where there is one
    std::string_view payload;
    std::string_view content_type{};   ///< empty: not said
    std::span<const Header> headers{}; ///< all of them, content type or not
    CloudEventBinding binding{};       ///< how attributes of events are called among the headers
    bool headers_cut = false;          ///< there were more
    EpochMs received_at = 0;
    Monotonic now{};
};

/// What became of a message that is well.
struct Unwrapped {
    bool forward = true; ///< false: it says nothing that is to be recorded
    bool timed = false;  ///< sparkplug: it says when it was made
    Decoded decoded{};
};

/// One instance serves one thread, and sees the messages in their order, each once.
class PayloadDecoder {
  public:
    PayloadDecoder() = default;
    PayloadDecoder(const PayloadDecoder&) = delete;
    PayloadDecoder& operator=(const PayloadDecoder&) = delete;
    virtual ~PayloadDecoder() = default;

    /// Appends the payload as JSON, where it is forwarded; with a Reject `json` is as it was.
    /// Throws Error transient when it cannot be told yet: ask again with the same message.
    [[nodiscard]] virtual Verdict<Unwrapped> decode(const Encoded& message, std::string& json) = 0;

    /// The formats that say in the topic which device speaks: its id, valid or not; empty where
    /// the topic does not fit, and with formats that say nothing. Valid until the next call.
    [[nodiscard]] virtual std::optional<std::string_view> device_id(std::string_view topic)
    {
        static_cast<void>(topic);
        return std::nullopt;
    }

    /// True for the formats whose topics say it.
    [[nodiscard]] virtual bool names_devices() const noexcept { return false; }

    /// Messages may have been missed before the next one.
    virtual void interrupted() {}

    /// What the last decode() wants to be asked for.
    [[nodiscard]] virtual std::optional<SparkplugRebirth> take_rebirth() { return std::nullopt; }
};

/// Messages of one Protobuf type.
class ProtobufPayloads final : public PayloadDecoder {
  public:
    ProtobufPayloads(ProtobufSchema schema, std::string_view message, ProtobufOptions options)
        : m_schema(std::move(schema)), m_type(m_schema.type(message)), m_decoder(options)
    {}

    [[nodiscard]] Verdict<Unwrapped> decode(const Encoded& message, std::string& json) override;

  private:
    ProtobufSchema m_schema;
    ProtobufType m_type;
    ProtobufDecoder m_decoder;
};

/// Events. Without a content type, as in MQTT 3.1.1, they are structured, as the binding says.
class CloudEventPayloads final : public PayloadDecoder {
  public:
    explicit CloudEventPayloads(DecodeLimits limits) : m_decoder(limits) {}

    [[nodiscard]] Verdict<Unwrapped> decode(const Encoded& message, std::string& json) override;

  private:
    CloudEventDecoder m_decoder;
};

/// Framed messages. What the source of schemas throws comes out of decode().
class ConfluentPayloads final : public PayloadDecoder {
  public:
    /// `source` is not owned.
    ConfluentPayloads(SchemaSource& source, ProtobufOptions options)
        : m_cache(source), m_decoder(m_cache, options)
    {}

    [[nodiscard]] Verdict<Unwrapped> decode(const Encoded& message, std::string& json) override;

  private:
    SchemaCache m_cache;
    ConfluentDecoder m_decoder;
};

/// Sparkplug B, with its memory.
class SparkplugPayloads final : public PayloadDecoder {
  public:
    explicit SparkplugPayloads(SparkplugOptions options) : m_decoder(options) {}

    [[nodiscard]] Verdict<Unwrapped> decode(const Encoded& message, std::string& json) override;
    [[nodiscard]] std::optional<std::string_view> device_id(std::string_view topic) override;

    [[nodiscard]] bool names_devices() const noexcept override { return true; }

    void interrupted() override { m_decoder.interrupted(); }

    [[nodiscard]] std::optional<SparkplugRebirth> take_rebirth() override
    {
        return m_decoder.take_rebirth();
    }

    /// For whoever keeps the memory over a restart.
    [[nodiscard]] SparkplugDecoder& memory() noexcept { return m_decoder; }

  private:
    SparkplugDecoder m_decoder;
    std::string m_device_id;
};

} // namespace tlm::formats
