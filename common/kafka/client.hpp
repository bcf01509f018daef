// SPDX-License-Identifier: Apache-2.0
// What producer and consumer have in common; private to this library.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "common/kafka/config.hpp"
#include "common/kafka/handles.hpp"
#include "common/kafka/repeat_filter.hpp"
#include "common/kafka/wait.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace tlm::kafka {

/// What librdkafka's threads tell about one client. Any thread.
class ClientState {
  public:
    [[nodiscard]] bool connected() const noexcept
    {
        return m_connected.load(std::memory_order_relaxed);
    }

    /// A broker has answered a question, not just let us log in. Logged after an outage.
    void answered() noexcept;

    /// An error that concerns the client, not one message.
    void failed(rd_kafka_resp_err_t error, std::string_view text) noexcept;

    /// Why no broker answers, as far as librdkafka told since one did, behind a colon: `: ...`, or
    /// nothing.
    [[nodiscard]] std::string problem() const;

    void log(int level, std::string_view facility, std::string_view text) noexcept;

    /// Why librdkafka could not open a topic the last time, empty: it has not said so.
    [[nodiscard]] std::string topic_problem() const;

    /// Throws Error fatal after librdkafka has given up.
    void check() const
    {
        if (m_fatal.load(std::memory_order_acquire)) {
            throw_fatal();
        }
    }

  private:
    [[noreturn]] void throw_fatal() const;
    void keep_problem(std::string_view text) noexcept;

    std::atomic<bool> m_connected{false};
    std::atomic<bool> m_fatal{false};
    std::atomic<bool> m_announces{false}; ///< all brokers were lost
    std::atomic<bool> m_has_problem{false};
    mutable std::mutex m_mutex; ///< of all below
    std::string m_fatal_text;
    std::string m_problem;
    std::string m_topic_problem;
    RepeatFilter m_repeats;
};

/// Makes a client of `properties`. `prepare` sets callbacks on the configuration; `state` is its
/// opaque and must outlive the client. Throws Error usage, also on properties that would keep from
/// us what we wait for, or play Kafka themselves.
[[nodiscard]] ClientHandle make_client(rd_kafka_type_t type, const Properties& properties,
                                       ClientState& state,
                                       const std::function<void(rd_kafka_conf_t*)>& prepare);

/// See Producer::wait_until_known(). `serve` is called between attempts.
Wait wait_for_topics(rd_kafka_t* client, std::span<const std::string> topics, milliseconds deadline,
                     int stop_fd, const std::function<void()>& serve);

/// The Error usage for a topic that rd_kafka_topic_new() has just refused, for its name or for
/// properties that contradict each other.
[[nodiscard]] Error refused_topic(const rd_kafka_t* client, const std::string& topic);

/// Partitions of a topic; 0 when the brokers do not know it, -1 when they do not answer in time.
[[nodiscard]] int count_partitions(rd_kafka_t* client, const std::string& topic,
                                   milliseconds deadline);

/// A list of one topic's partitions with an offset each.
[[nodiscard]] Partitions make_list(const std::string& topic,
                                   const std::map<std::int32_t, std::int64_t>& offsets);

/// Calls `take(name, value, size)` for each header of a message, in their order; a null header has
/// the value nullptr.
template <typename Take>
void for_each_header(const rd_kafka_message_t* message, const Take& take)
{
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return;
    }
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
        take(name, value, size);
    }
}

/// Why the client has given up: `NAME: description`, and in our words where these say too little.
[[nodiscard]] std::string fatal_problem(rd_kafka_t* client);

/// `NAME: description` of librdkafka's error.
[[nodiscard]] std::string describe(rd_kafka_resp_err_t error);

/// A descriptor that librdkafka makes readable when `queue` gets something.
class Wake {
  public:
    /// Throws Error fatal when there are no descriptors left.
    Wake();

    void enable(rd_kafka_queue_t* queue);
    static void disable(rd_kafka_queue_t* queue);

    [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

    void clear() noexcept;
    void raise() noexcept;

  private:
    UniqueFd m_fd;
};

} // namespace tlm::kafka
