// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/properties.hpp"

#include "common/base/json_text.hpp"

#include <mosquitto.h>
#include <mqtt_protocol.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

namespace tlm::mqtt {
namespace {

struct Free {
    void operator()(void* memory) const noexcept { std::free(memory); } // NOLINT: the library's
};

template <typename T>
using Owned = std::unique_ptr<T, Free>;

} // namespace

void PropertyReader::read(const mqtt5__property* properties)
{
    m_headers.clear();
    m_bytes = m_cut = 0;
    if (properties == nullptr) {
        return;
    }
    add_numbers(properties);
    add_text(properties, MQTT_PROP_CONTENT_TYPE, "content-type");
    add_text(properties, MQTT_PROP_RESPONSE_TOPIC, "response-topic");
    add_correlation(properties);
    add_user(properties);
}

void PropertyReader::add(std::string_view prefix, std::string_view name, std::string_view value)
{
    const std::size_t bytes = prefix.size() + name.size() + value.size();
    if (m_headers.size() == kMaxCount || bytes > kMaxBytes - m_bytes) {
        ++m_cut;
        return;
    }
    m_bytes += bytes;
    m_headers.push_back({std::string{prefix}.append(name), std::string{value}});
}

void PropertyReader::add_numbers(const mqtt5__property* properties)
{
    std::uint8_t format = 0;
    if (mosquitto_property_read_byte(properties, MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, &format,
                                     false) != nullptr) {
        add("", "payload-format", std::to_string(format));
    }
    std::uint32_t expiry = 0;
    if (mosquitto_property_read_int32(properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, &expiry,
                                      false) != nullptr) {
        add("", "message-expiry", std::to_string(expiry));
    }
}

void PropertyReader::add_text(const mqtt5__property* properties, int identifier,
                              std::string_view name)
{
    char* text = nullptr;
    if (mosquitto_property_read_string(properties, identifier, &text, false) != nullptr) {
        const Owned<char> owner{text};
        add("", name, text);
    }
}

void PropertyReader::add_correlation(const mqtt5__property* properties)
{
    void* bytes = nullptr;
    std::uint16_t size = 0;
    if (mosquitto_property_read_binary(properties, MQTT_PROP_CORRELATION_DATA, &bytes, &size,
                                       false) == nullptr) {
        return;
    }
    const Owned<void> owner{bytes};
    const std::string_view data{static_cast<const char*>(bytes), size};
    if (is_utf8(data)) {
        add("", "correlation-data", data);
        return;
    }
    std::string text;
    append_base64(text, data);
    add("", "correlation-data-b64", text);
}

void PropertyReader::add_user(const mqtt5__property* properties)
{
    char* name = nullptr;
    char* value = nullptr;
    const auto* at = mosquitto_property_read_string_pair(properties, MQTT_PROP_USER_PROPERTY, &name,
                                                         &value, false);
    while (at != nullptr) {
        const Owned<char> name_owner{name};
        const Owned<char> value_owner{value};
        add("user-", name, value);
        at = mosquitto_property_read_string_pair(at, MQTT_PROP_USER_PROPERTY, &name, &value, true);
    }
}

} // namespace tlm::mqtt
