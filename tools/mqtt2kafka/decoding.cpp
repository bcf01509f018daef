// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/decoding.hpp"

#include "common/base/error.hpp"
#include "common/base/hex.hpp"
#include "common/record/headers.hpp"

#include <xxhash.h>

#include <cstdint>
#include <utility>
#include <variant>

namespace tlm::mqtt2kafka {
namespace {

constexpr std::string_view kContentType = "content-type";
/// As common/mqtt calls user properties, which carry the attributes of events.
constexpr formats::CloudEventBinding kUserProperties{"user-"};

} // namespace

std::unique_ptr<PlainPayload> Decoding::decode(const Message& message, EpochMs received_at,
                                               Monotonic now)
{
    const formats::Encoded encoded{message.topic,
                                   message.payload,
                                   value_of(message.properties, kContentType).value_or(""),
                                   message.properties,
                                   kUserProperties,
                                   message.properties_cut > 0,
                                   received_at,
                                   now};
    auto plain = std::make_unique<PlainPayload>();
    try {
        auto verdict = m_decoder->decode(encoded, plain->json);
        if (auto* const reject = std::get_if<Reject>(&verdict)) {
            plain->reject = std::move(*reject);
        } else {
            const auto& unwrapped = std::get<formats::Unwrapped>(verdict);
            plain->forward = unwrapped.forward;
            plain->timed = unwrapped.timed;
            plain->decoded = unwrapped.decoded;
        }
    } catch (const Error& error) {
        if (!error.retriable()) {
            throw;
        }
        m_waiting_for = error.what();
        return nullptr;
    }
    m_waiting_for.clear();
    return plain;
}

std::string Decoding::hash(const Message& message)
{
    std::uint64_t around = 0;
    for (const Header& property : message.properties) {
        // The others may change from one delivery to the next, such as the time left to live.
        if (property.name == kContentType || property.name.starts_with(kUserProperties.prefix)) {
            around = XXH3_64bits_withSeed(property.name.data(), property.name.size(), around);
            around = XXH3_64bits_withSeed(property.value.data(), property.value.size(), around);
        }
    }
    const auto hash = XXH3_128bits_withSeed(message.payload.data(), message.payload.size(), around);
    std::string text;
    append_hex(text, hash.high64);
    append_hex(text, hash.low64);
    return text;
}

} // namespace tlm::mqtt2kafka
