// SPDX-License-Identifier: Apache-2.0
#include "common/record/message_reader.hpp"

#include "common/base/base64.hpp"
#include "common/base/json_pointer.hpp"
#include "common/record/guarded_json.hpp"

#include <array>
#include <deque>
#include <limits>
#include <string>
#include <vector>

namespace tlm {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDepth = 32;

Reject not_a_message(std::string path, std::string detail)
{
    return {Reason::not_a_record, std::move(path), std::move(detail)};
}

enum class Member {
    topic,
    partition,
    offset,
    ts,
    tstype,
    key,
    key_b64,
    headers,
    value,
    value_b64,
    unknown
};

Member member_of(std::string_view name)
{
    constexpr std::array<std::string_view, 10> kNames{"topic",  "partition", "offset",  "ts",
                                                      "tstype", "key",       "key_b64", "headers",
                                                      "value",  "value_b64"};
    std::size_t at = 0;
    while (at < kNames.size() && kNames[at] != name) {
        ++at;
    }
    return static_cast<Member>(at);
}

std::optional<std::string_view> text_of(dom::element element)
{
    std::string_view text;
    return element.get_string().get(text) == simdjson::SUCCESS ? std::optional{text} : std::nullopt;
}

/// A whole number from -1 on: -1 is what not known is called.
std::optional<std::int64_t> number_of(dom::element element, std::int64_t most)
{
    std::int64_t number = 0;
    if (element.get_int64().get(number) != simdjson::SUCCESS || number < -1 || number > most) {
        return std::nullopt;
    }
    return number;
}

} // namespace

struct MessageReader::Impl {
    GuardedJson json{kMaxDepth};
    std::vector<MessageHeader> headers;
    std::deque<std::string> decoded; ///< a deque: views into it stay
    std::uint32_t seen = 0;          ///< one bit a member

    std::optional<std::string_view> decode(dom::element element)
    {
        const auto text = text_of(element);
        if (!text || !append_decoded_base64(decoded.emplace_back(), *text)) {
            return std::nullopt;
        }
        return std::string_view{decoded.back()};
    }

    /// What append_item() wrote.
    bool take_item(dom::element element, std::optional<std::string_view>& bytes)
    {
        if (element.is_null()) {
            bytes = std::nullopt;
            return true;
        }
        dom::element encoded;
        bytes =
            element["b64"].get(encoded) == simdjson::SUCCESS ? decode(encoded) : text_of(element);
        return bytes.has_value();
    }

    std::optional<Reject> take_headers(dom::element element)
    {
        dom::array pairs;
        if (element.get_array().get(pairs) != simdjson::SUCCESS) {
            return not_a_message("/headers", "headers must be an array of pairs");
        }
        for (auto item : pairs) {
            dom::array pair;
            std::optional<std::string_view> name;
            std::optional<std::string_view> value;
            if (item.get_array().get(pair) != simdjson::SUCCESS || pair.size() != 2 ||
                !take_item(pair.at(0).value_unsafe(), name) || !name ||
                !take_item(pair.at(1).value_unsafe(), value)) {
                return not_a_message("/headers/" + std::to_string(headers.size()),
                                     "a header must be [name, value]: each a string or {\"b64\": "
                                     "base64}, the value also null");
            }
            headers.push_back({*name, value});
        }
        return std::nullopt;
    }

    std::optional<Reject> take_bytes(std::string_view name, dom::element element,
                                     std::optional<std::string_view>& bytes)
    {
        bytes = std::nullopt;
        if (element.is_null()) {
            return std::nullopt;
        }
        const bool encoded = name.ends_with("_b64");
        bytes = encoded ? decode(element) : text_of(element);
        if (!bytes) {
            return not_a_message("/" + std::string(name), encoded ? "must be base64 in a string"
                                                                  : "must be a string or null");
        }
        return std::nullopt;
    }

    static std::optional<Reject>
    take_number(std::string_view name, dom::element element, std::int64_t& number,
                std::int64_t most = std::numeric_limits<std::int64_t>::max())
    {
        const auto found = number_of(element, most);
        if (!found) {
            return not_a_message("/" + std::string(name), "must be a whole number");
        }
        number = *found;
        return std::nullopt;
    }

    static std::optional<Reject> take_type(dom::element element, TimestampType& type)
    {
        const auto text = text_of(element).value_or("");
        if (text != "create" && text != "append" && text != "none") {
            return not_a_message("/tstype", "must be create, append or none");
        }
        type = text == "create"   ? TimestampType::create
               : text == "append" ? TimestampType::append
                                  : TimestampType::none;
        return std::nullopt;
    }

    std::optional<Reject> take(std::string_view name, dom::element element, Message& message)
    {
        const auto member = member_of(name);
        if (member == Member::unknown) {
            return std::nullopt;
        }
        const auto bit = 1U << static_cast<unsigned>(member);
        if ((seen & bit) != 0) {
            return not_a_message("/" + std::string(name), "stands there twice");
        }
        seen |= bit;
        std::int64_t partition = 0;
        std::optional<Reject> reject;
        switch (member) {
        case Member::topic:
            message.topic = text_of(element).value_or("");
            break;
        case Member::partition:
            reject =
                take_number(name, element, partition, std::numeric_limits<std::int32_t>::max());
            message.partition = static_cast<std::int32_t>(partition);
            break;
        case Member::offset:
            return take_number(name, element, message.offset);
        case Member::ts:
            return take_number(name, element, message.timestamp);
        case Member::tstype:
            return take_type(element, message.timestamp_type);
        case Member::key:
        case Member::key_b64:
            return take_bytes(name, element, message.key);
        case Member::headers:
            return take_headers(element);
        case Member::value:
        case Member::value_b64:
            return take_bytes(name, element, message.value);
        case Member::unknown:
            break;
        }
        return reject;
    }

    [[nodiscard]] bool has(Member member) const
    {
        return (seen & (1U << static_cast<unsigned>(member))) != 0;
    }
};

MessageReader::MessageReader() : m_impl(std::make_unique<Impl>()) {}

MessageReader::~MessageReader() = default;

Verdict<Message> MessageReader::read(std::string_view line)
{
    m_impl->headers.clear();
    m_impl->decoded.clear();
    m_impl->seen = 0;
    auto parsed = m_impl->json.parse_unguarded(line);
    if (auto* const reject = std::get_if<Reject>(&parsed)) {
        return std::move(*reject);
    }
    dom::object members;
    if (std::get<dom::element>(parsed).get_object().get(members) != simdjson::SUCCESS) {
        return not_a_message("", "must be a JSON object with a member value");
    }
    Message message;
    for (const auto field : members) {
        if (auto reject = m_impl->take(field.key, field.value, message)) {
            return *std::move(reject);
        }
    }
    if (m_impl->has(Member::value) == m_impl->has(Member::value_b64)) {
        return not_a_message("", "must have one of value and value_b64");
    }
    if (m_impl->has(Member::key) && m_impl->has(Member::key_b64)) {
        return not_a_message("", "must not have both key and key_b64");
    }
    message.headers = m_impl->headers;
    return message;
}

} // namespace tlm
