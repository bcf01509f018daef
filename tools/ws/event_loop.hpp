// SPDX-License-Identifier: Apache-2.0
// libev behind three small classes; libwebsockets runs on the same loop.
#pragma once

#include "common/base/time.hpp"

#include <exception>
#include <functional>
#include <memory>

struct ev_loop;

namespace tlm::ws {

/// The loop of one thread. Everything that is made on it must go before it.
class EventLoop {
  public:
    EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    ~EventLoop();

    /// Runs until stop() or fail(); rethrows what fail() was given.
    void run();

    void stop() noexcept;

    /// For callbacks from C, which an exception must not cross: ends run() with `error`.
    void fail(std::exception_ptr error) noexcept;

    [[nodiscard]] ev_loop* handle() const noexcept { return m_loop; }

  private:
    ev_loop* m_loop;
    std::exception_ptr m_error;
};

/// Calls back whenever `fd` is readable, while started.
class ReadWatcher {
  public:
    ReadWatcher(EventLoop& loop, int fd, std::function<void()> callback);
    ReadWatcher(const ReadWatcher&) = delete;
    ReadWatcher& operator=(const ReadWatcher&) = delete;
    ~ReadWatcher();

    void start() noexcept;
    void stop() noexcept;

    /// Starts anew with `fd`. Needed also where it is the number that was watched before but was
    /// closed in between: the loop would wait for the file that is gone.
    void watch(int fd) noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// Calls back once, some time after it was started.
class Timer {
  public:
    Timer(EventLoop& loop, std::function<void()> callback);
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer();

    /// In place of what was started before.
    void start(milliseconds after) noexcept;
    void stop() noexcept;
    [[nodiscard]] bool active() const noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::ws
