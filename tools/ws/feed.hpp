// SPDX-License-Identifier: Apache-2.0
// Reads records on the event loop and puts them into the store.
#pragma once

#include "common/flow/source.hpp"
#include "common/record/record.hpp"
#include "tools/ws/event_loop.hpp"
#include "tools/ws/last_values.hpp"
#include "tools/ws/settings.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace tlm::kafka {
class KafkaSource;
}

namespace tlm::ws {

/// The input of tlm-ws: a topic, files or stdin. Reads a batch whenever the source has something
/// and then lets the loop serve clients, so that a long backlog does not keep them waiting.
/// What is not a record is counted, logged now and then, and skipped. One thread.
class Feed {
  public:
    enum class State {
        waiting, ///< no broker answers
        live,
        ended, ///< nothing more will come
    };

    /// What a batch brought.
    struct Progress {
        std::uint64_t stored = 0;
        std::uint64_t shortened = 0;
        std::uint64_t stale = 0;
        std::uint64_t refused = 0;
        std::uint64_t rejected = 0; ///< not a record
    };

    /// Opens the source that the settings name. `on_batch` is called after every batch and at the
    /// end of the input. With exit_at_end it waits for the brokers, but no longer than until
    /// `stop_fd` is readable. Throws Error.
    Feed(EventLoop& loop, const InputSettings& settings, LastValues& values, const Clock& clock,
         int stop_fd, std::function<void(Progress)> on_batch);
    ~Feed();
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    void start();
    void stop() noexcept; ///< reads no more
    void close();

    /// Call every second or so: notices brokers that went away or came back.
    void housekeeping();

    [[nodiscard]] State state() const noexcept { return m_state; }

    [[nodiscard]] static std::string_view name(State state) noexcept;

    /// Records of the topic not read yet; 0 for files.
    [[nodiscard]] std::int64_t lag() const;

    /// Records that Kafka had deleted before they were read; 0 for files.
    [[nodiscard]] std::uint64_t lost_records() const noexcept;

  private:
    void read();
    void watch();
    void put(const Input& input, Progress& progress);
    void reject(const Input& input, std::string_view reason, std::string_view detail,
                Progress& progress);

    EventLoop& m_loop;
    LastValues& m_values;
    std::function<void(Progress)> m_on_batch;
    std::unique_ptr<Source> m_source;
    kafka::KafkaSource* m_kafka = nullptr; ///< m_source, when it is one
    RecordReader m_reader;
    std::vector<Input> m_batch;
    std::unique_ptr<ReadWatcher> m_watcher;
    Timer m_again;
    State m_state = State::live;
    bool m_stopped = false;
};

} // namespace tlm::ws
