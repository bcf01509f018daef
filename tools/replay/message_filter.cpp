// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/message_filter.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/record/guarded_json.hpp"
#include "common/validation/pointer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>
#include <utility>

namespace tlm::replay {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDepth = 64;

/// A condition on the value, read once.
struct Member {
    validation::Pointer pointer;
    std::optional<std::string> text;
    std::optional<double> number; ///< what `text` is as a number
};

/// Whole numbers beyond what a double holds are compared by their digits alone.
bool is_number(dom::element element, const Member& wanted)
{
    constexpr double kExact = 9'007'199'254'740'992.0;
    double number = 0;
    return wanted.number && element.get_double().get(number) == simdjson::SUCCESS &&
           number == *wanted.number &&
           (element.type() == dom::element_type::DOUBLE || std::abs(number) < kExact);
}

bool has_value(dom::element element, const Member& wanted)
{
    const auto& text = *wanted.text;
    switch (element.type()) {
    case dom::element_type::STRING:
        return element.get_string().value_unsafe() == text;
    case dom::element_type::INT64:
        return text == std::to_string(element.get_int64().value_unsafe()) ||
               is_number(element, wanted);
    case dom::element_type::UINT64:
        return text == std::to_string(element.get_uint64().value_unsafe()) ||
               is_number(element, wanted);
    case dom::element_type::DOUBLE:
        return is_number(element, wanted);
    case dom::element_type::BOOL:
        return text == (element.get_bool().value_unsafe() ? "true" : "false");
    case dom::element_type::NULL_VALUE:
        return text == "null";
    case dom::element_type::ARRAY:
    case dom::element_type::OBJECT:
        break;
    }
    return false;
}

bool fits(std::string_view number)
{
    const auto parses = [number](auto value) {
        const auto [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), value);
        return error == std::errc{} && end == number.data() + number.size();
    };
    return parses(std::int64_t{}) || parses(std::uint64_t{}) ||
           (number.find_first_of(".eE") != std::string_view::npos && parses(double{}));
}

/// The same JSON, with numbers that int64, uint64 and double cannot hold as strings: so the parser
/// takes them, and they are compared by their digits.
std::string with_numbers_quoted(std::string_view text)
{
    std::string quoted;
    while (!text.empty()) {
        std::size_t size = 1;
        const bool is_number = text.front() == '-' || (text.front() >= '0' && text.front() <= '9');
        if (text.front() == '"') {
            while (size < text.size() && text[size] != '"') {
                size += text[size] == '\\' ? 2 : 1;
            }
            size = std::min(size + 1, text.size());
        } else if (is_number) {
            size = std::min(text.find_first_not_of("0123456789+-.eE"), text.size());
        }
        const auto token = text.substr(0, size);
        const auto* const quote = is_number && !fits(token) ? "\"" : "";
        quoted.append(quote).append(token).append(quote);
        text.remove_prefix(size);
    }
    return quoted;
}

bool has_header(const Message& message, const Condition& wanted)
{
    return std::any_of(
        message.headers.begin(), message.headers.end(), [&wanted](const MessageHeader& header) {
            return header.name == wanted.name && (!wanted.value || header.value == wanted.value);
        });
}

} // namespace

std::optional<Condition> parse_condition(std::string_view text)
{
    const auto equals = text.find('=');
    if (text.empty() || equals == 0) {
        return std::nullopt;
    }
    Condition condition{std::string(text.substr(0, equals))};
    if (equals != std::string_view::npos) {
        condition.value = text.substr(equals + 1);
    }
    return condition;
}

struct MessageFilter::Impl {
    std::optional<std::string> key;
    std::vector<Condition> headers;
    std::vector<Member> members;
    GuardedJson json{kMaxDepth};

    bool has_members(const Message& message)
    {
        if (members.empty()) {
            return true;
        }
        auto parsed = json.parse_unguarded(message.value.value_or(""));
        const auto* const reject = std::get_if<Reject>(&parsed);
        if (reject != nullptr && reject->reason == Reason::number_range) {
            parsed = json.parse_unguarded(with_numbers_quoted(*message.value));
        }
        const auto* const root = std::get_if<dom::element>(&parsed);
        if (root == nullptr) {
            return false;
        }
        return std::all_of(members.begin(), members.end(), [root](const Member& wanted) {
            const auto found = wanted.pointer.find(*root);
            return found && (!wanted.text || has_value(*found, wanted));
        });
    }
};

MessageFilter::MessageFilter(const Conditions& conditions) : m_impl(std::make_unique<Impl>())
{
    m_impl->key = conditions.key;
    m_impl->headers = conditions.headers;
    for (const auto& condition : conditions.members) {
        auto pointer = validation::Pointer::parse(condition.name);
        if (!pointer) {
            throw usage_error("--where: '" + condition.name +
                              "' is not a JSON Pointer such as /data/temp_c");
        }
        m_impl->members.push_back(
            {*std::move(pointer), condition.value,
             condition.value ? parse_number(*condition.value) : std::nullopt});
    }
}

MessageFilter::~MessageFilter() = default;
MessageFilter::MessageFilter(MessageFilter&&) noexcept = default;
MessageFilter& MessageFilter::operator=(MessageFilter&&) noexcept = default;

bool MessageFilter::takes(const Message& message)
{
    return (!m_impl->key || message.key == m_impl->key) &&
           std::all_of(
               m_impl->headers.begin(), m_impl->headers.end(),
               [&message](const Condition& wanted) { return has_header(message, wanted); }) &&
           m_impl->has_members(message);
}

bool MessageFilter::wants_headers() const noexcept
{
    return !m_impl->headers.empty();
}

} // namespace tlm::replay
