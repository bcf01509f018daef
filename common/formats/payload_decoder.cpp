// SPDX-License-Identifier: Apache-2.0
#include "common/formats/payload_decoder.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace tlm::formats {
namespace {

/// The counts of a decoder's own verdict.
Verdict<Unwrapped> unwrapped(Verdict<Decoded> verdict)
{
    if (auto* reject = std::get_if<Reject>(&verdict)) {
        return std::move(*reject);
    }
    return Unwrapped{.decoded = std::get<Decoded>(verdict)};
}

bool has_specversion(const Encoded& message)
{
    constexpr std::string_view kName = "specversion";
    const auto prefix = message.binding.prefix;
    return std::any_of(message.headers.begin(), message.headers.end(), [&](const Header& header) {
        const std::string_view name = header.name;
        return name.starts_with(prefix) && name.substr(prefix.size()) == kName;
    });
}

Reject no_event(const char* detail)
{
    return {Reason::bad_cloudevent, "", detail};
}

} // namespace

Verdict<Unwrapped> ProtobufPayloads::decode(const Encoded& message, std::string& json)
{
    return unwrapped(m_decoder.decode(m_type, message.payload, json));
}

Verdict<Unwrapped> CloudEventPayloads::decode(const Encoded& message, std::string& json)
{
    auto mode = cloud_event_mode(message.content_type, has_specversion(message));
    if (mode == CloudEventMode::none && message.content_type.empty()) {
        mode = CloudEventMode::structured;
    }
    if (mode == CloudEventMode::none) {
        return no_event("neither the content type nor specversion says that it is an event");
    }
    if (mode == CloudEventMode::refused) {
        return no_event("a batch, or an event in a format other than JSON");
    }
    if (mode == CloudEventMode::binary && message.headers_cut) {
        return no_event("it has more properties than are read, so attributes may be missing");
    }
    auto verdict = mode == CloudEventMode::structured
                       ? m_decoder.structured(message.payload, json)
                       : m_decoder.binary(message.binding, message.headers, message.content_type,
                                          message.payload, json);
    if (auto* reject = std::get_if<Reject>(&verdict)) {
        return std::move(*reject);
    }
    return Unwrapped{};
}

Verdict<Unwrapped> ConfluentPayloads::decode(const Encoded& message, std::string& json)
{
    auto verdict = m_decoder.decode(message.payload, message.now, json);
    if (auto* reject = std::get_if<Reject>(&verdict)) {
        return std::move(*reject);
    }
    return Unwrapped{.decoded = std::get<ConfluentMessage>(verdict).decoded};
}

Verdict<Unwrapped> SparkplugPayloads::decode(const Encoded& message, std::string& json)
{
    const auto before = json.size();
    auto verdict = m_decoder.decode(message.topic, message.payload, message.received_at, json);
    if (auto* reject = std::get_if<Reject>(&verdict)) {
        return std::move(*reject);
    }
    const auto& read = std::get<SparkplugMessage>(verdict);
    const bool timed = std::string_view{json}.substr(before).starts_with(R"({"ts":)");
    return Unwrapped{read.forward, timed, read.decoded};
}

std::optional<std::string_view> SparkplugPayloads::device_id(std::string_view topic)
{
    const auto parsed = parse_sparkplug_topic(topic);
    const auto* const read = std::get_if<SparkplugTopic>(&parsed);
    if (read == nullptr) {
        return std::nullopt;
    }
    m_device_id.clear();
    append_sparkplug_device_id(m_device_id, *read);
    return m_device_id;
}

} // namespace tlm::formats
