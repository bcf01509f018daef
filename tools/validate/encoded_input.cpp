// SPDX-License-Identifier: Apache-2.0
// The part of Pipeline that is about Kafka values which are not JSON.
#include "tools/validate/encoded_input.hpp"

#include "common/record/headers.hpp"
#include "tools/validate/pipeline.hpp"

#include <poll.h>

#include <chrono>
#include <utility>

namespace tlm::validate {

namespace {

/// Below librdkafka's max.poll.interval.ms, after which the group gives the partitions away.
constexpr milliseconds kLongestWait = std::chrono::minutes{4};
constexpr int kLookAgain = 20;
constexpr std::string_view kContentType = "content-type";

/// When Kafka got it, so that the same values give the same records.
EpochMs received_at(const Input& input)
{
    return input.timestamp > 0 ? input.timestamp : SystemClock{}.wall();
}

} // namespace

void drop_encoding(std::vector<Header>& headers)
{
    std::erase_if(headers, [](const Header& header) {
        return header.name == kContentType ||
               header.name.starts_with(formats::kKafkaBinding.prefix);
    });
}

void Pipeline::take_encoded(std::size_t index, const Input& input, Ticket ticket)
{
    m_kafka->headers(index, m_headers);
    auto decoded = decode(input);
    if (!decoded) {
        return; // stopping: it is not done, and is read again
    }
    if (auto* const reject = std::get_if<Reject>(&*decoded)) {
        refuse(index, input, *reject, ticket);
        return;
    }
    const auto topic = topic_of(index, input);
    act(index, input,
        m_settings.form == Form::values
            ? m_judge.judge(m_json, topic)
            : m_judge.judge_payload(input.key, m_json, received_at(input), topic),
        ticket);
}

/// Empty when a stop was requested before it could be told.
std::optional<Verdict<formats::Unwrapped>> Pipeline::decode(const Input& input)
{
    const auto topic = value_of(m_headers, "mqtt-topic").value_or(input.position.origin);
    const auto content_type = value_of(m_headers, kContentType).value_or("");
    const auto since = std::chrono::steady_clock::now();
    for (;;) {
        m_json.clear();
        try {
            return m_around.decoder->decode({topic, input.value, content_type, m_headers,
                                             formats::kKafkaBinding, false, input.timestamp,
                                             std::chrono::steady_clock::now()},
                                            m_json);
        } catch (const Error& error) {
            if (!error.retriable() || !wait_for_schema(error, since)) {
                if (m_gave_up) {
                    return std::nullopt;
                }
                throw;
            }
        }
    }
}

/// False when there is no more time to wait.
bool Pipeline::wait_for_schema(const Error& why, Monotonic since)
{
    static_cast<void>(m_around.records.flush(milliseconds{0}));
    static_cast<void>(m_around.letters.flush(milliseconds{0}));
    settle();
    const auto now = std::chrono::steady_clock::now();
    notice_stop(now);
    const bool only_this_is_left = m_in_flight.outstanding() == 1;
    m_gave_up = m_deadline && (only_this_is_left || now >= *m_deadline);
    if (m_gave_up || now - since > kLongestWait) {
        return false;
    }
    m_around.notify.status(why.what());
    report(now);
    pollfd stop{m_deadline ? -1 : m_around.shutdown.fd(), POLLIN, 0};
    static_cast<void>(::poll(&stop, 1, kLookAgain));
    return true;
}

} // namespace tlm::validate
