// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/restore.hpp"

#include "common/base/units.hpp"
#include "common/record/dead_letter.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace tlm::replay {

namespace {

constexpr std::string_view kAttempt = "tlm-attempt";
constexpr std::string_view kRetries = "retry_topic-attempts"; // of Spring, since the source sent it

/// How one program writes down where a record came from.
struct Dialect {
    std::string_view topic; ///< the header that tells it from others
    std::string_view partition;
    std::string_view timestamp; ///< empty: it does not say
};

constexpr std::array kDialects{
    Dialect{"tlm-source-topic", "tlm-source-partition", ""},
    Dialect{"kafka_dlt-original-topic", "kafka_dlt-original-partition",
            "kafka_dlt-original-timestamp"},
    Dialect{"kafka_original-topic", "kafka_original-partition", "kafka_original-timestamp"},
    Dialect{"__connect.errors.topic", "__connect.errors.partition", ""},
    Dialect{"x-original-topic", "x-original-partition", "x-original-timestamp"},
};

constexpr std::array<std::string_view, 7> kForeign{
    "kafka_dlt-",        "kafka_original-", "kafka_exception-", "retry_topic-",
    "__connect.errors.", "x-original-",     "x-exception-"};

const std::string_view* find(const Message& message, std::string_view name)
{
    // The last one counts: a dead letter of a dead letter has two.
    for (auto at = message.headers.size(); at > 0; --at) {
        const auto& header = message.headers[at - 1];
        if (header.name == name && header.value) {
            return &*header.value;
        }
    }
    return nullptr;
}

/// Digits, or the four or eight bytes, the highest first, in which Java programs write numbers.
std::optional<std::int64_t> number_of(std::string_view bytes)
{
    constexpr unsigned kBitsOfByte = 8;
    if (const auto number = parse_unsigned(bytes)) {
        return *number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                   ? std::optional{static_cast<std::int64_t>(*number)}
                   : std::nullopt;
    }
    if (bytes.size() != sizeof(std::int32_t) && bytes.size() != sizeof(std::int64_t)) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    for (const char c : bytes) {
        number = number << kBitsOfByte | static_cast<unsigned char>(c);
    }
    return number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
               ? std::optional{static_cast<std::int64_t>(number)}
               : std::nullopt;
}

std::optional<std::int64_t> number_of(const Message& message, std::string_view name)
{
    const auto* const bytes = find(message, name);
    return bytes == nullptr ? std::nullopt : number_of(*bytes);
}

std::int64_t attempts_of(const Message& message, std::string_view name)
{
    constexpr std::int64_t kMostAttempts = 1'000'000;
    const auto* const bytes = find(message, name);
    if (bytes == nullptr) {
        return 0;
    }
    if (bytes->size() == 1 && bytes->front() >= 0 && bytes->front() < '0') { // Spring before 2.8
        return bytes->front();
    }
    return std::clamp<std::int64_t>(number_of(*bytes).value_or(0), 0, kMostAttempts);
}

bool is_of_dead_letter(std::string_view name)
{
    return name == kAttempt || is_of_rejection(name) || name.starts_with("tlm-payload-") ||
           std::any_of(kForeign.begin(), kForeign.end(),
                       [name](std::string_view prefix) { return name.starts_with(prefix); });
}

} // namespace

Restorer::Restorer(std::string to_topic, unsigned max_attempts)
    : m_to_topic(std::move(to_topic)), m_max_attempts(max_attempts)
{}

std::optional<Refusal> Restorer::restore(Message& message)
{
    if (find(message, "tlm-payload-file") != nullptr ||
        find(message, "tlm-suppressed") != nullptr) {
        return Refusal::no_payload;
    }
    const auto* const dialect =
        std::find_if(kDialects.begin(), kDialects.end(), [&message](const Dialect& candidate) {
            return find(message, candidate.topic) != nullptr;
        });
    if (dialect == kDialects.end() && m_to_topic.empty()) {
        return Refusal::no_source;
    }
    const auto before = attempts_of(message, kAttempt);
    const auto retries = attempts_of(message, kRetries);
    if (before + retries >= m_max_attempts) {
        return Refusal::too_many_attempts;
    }
    message.partition = -1;
    if (dialect != kDialects.end()) {
        const auto partition = number_of(message, dialect->partition).value_or(-1);
        if (m_to_topic.empty() && partition <= std::numeric_limits<std::int32_t>::max()) {
            message.partition = static_cast<std::int32_t>(partition);
        }
        message.timestamp = number_of(message, dialect->timestamp).value_or(message.timestamp);
        message.topic = *find(message, dialect->topic);
    }
    if (!m_to_topic.empty()) {
        message.topic = m_to_topic;
    }
    // Whoever rejects for tlm counts; others know nothing of it.
    const bool counted = find(message, "tlm-reason") != nullptr;
    keep_headers(message, static_cast<unsigned>(
                              before + (counted ? 0 : std::max<std::int64_t>(retries, 1))));
    message.headers = m_headers;
    return std::nullopt;
}

void Restorer::keep_headers(const Message& message, unsigned attempts)
{
    m_headers.clear();
    std::copy_if(message.headers.begin(), message.headers.end(), std::back_inserter(m_headers),
                 [](const MessageHeader& header) { return !is_of_dead_letter(header.name); });
    m_attempt = std::to_string(attempts);
    m_headers.push_back({kAttempt, m_attempt});
}

} // namespace tlm::replay
