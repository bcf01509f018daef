// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/event_loop.hpp"

#include "common/base/error.hpp"

#include <ev.h>

#include <utility>

namespace tlm::ws {

namespace {

/// A libev watcher and what it calls. libev finds it by the watcher's `data`.
template <typename Watcher>
struct Bound {
    Watcher watcher{};
    EventLoop& loop;
    std::function<void()> callback;

    Bound(EventLoop& its_loop, std::function<void()> its_callback)
        : loop(its_loop), callback(std::move(its_callback))
    {
        watcher.data = this;
    }

    void call() noexcept
    {
        try {
            callback();
        } catch (...) {
            loop.fail(std::current_exception());
        }
    }
};

void on_readable(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/)
{
    static_cast<Bound<ev_io>*>(watcher->data)->call();
}

void on_time(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/)
{
    static_cast<Bound<ev_timer>*>(watcher->data)->call();
}

} // namespace

EventLoop::EventLoop() : m_loop(ev_loop_new(EVFLAG_NOENV))
{
    if (m_loop == nullptr) {
        throw fatal_error("cannot make an event loop (libev)");
    }
}

EventLoop::~EventLoop()
{
    ev_loop_destroy(m_loop);
}

void EventLoop::run()
{
    ev_run(m_loop, 0);
    if (m_error) {
        std::rethrow_exception(std::exchange(m_error, nullptr));
    }
}

void EventLoop::stop() noexcept
{
    ev_break(m_loop, EVBREAK_ALL);
}

void EventLoop::fail(std::exception_ptr error) noexcept
{
    if (!m_error) {
        m_error = std::move(error);
    }
    stop();
}

struct ReadWatcher::Impl : Bound<ev_io> {
    using Bound::Bound;
};

ReadWatcher::ReadWatcher(EventLoop& loop, int fd, std::function<void()> callback)
    : m_impl(std::make_unique<Impl>(loop, std::move(callback)))
{
    m_impl->watcher.cb = on_readable;
    ev_io_set(&m_impl->watcher, fd, EV_READ);
}

ReadWatcher::~ReadWatcher()
{
    stop();
}

void ReadWatcher::start() noexcept
{
    ev_io_start(m_impl->loop.handle(), &m_impl->watcher);
}

void ReadWatcher::stop() noexcept
{
    ev_io_stop(m_impl->loop.handle(), &m_impl->watcher);
}

void ReadWatcher::watch(int fd) noexcept
{
    stop();
    ev_io_set(&m_impl->watcher, fd, EV_READ);
    start();
}

struct Timer::Impl : Bound<ev_timer> {
    using Bound::Bound;
};

Timer::Timer(EventLoop& loop, std::function<void()> callback)
    : m_impl(std::make_unique<Impl>(loop, std::move(callback)))
{
    m_impl->watcher.cb = on_time;
}

Timer::~Timer()
{
    stop();
}

void Timer::start(milliseconds after) noexcept
{
    stop();
    ev_timer_set(&m_impl->watcher, std::chrono::duration<double>(after).count(), 0.);
    ev_timer_start(m_impl->loop.handle(), &m_impl->watcher);
}

void Timer::stop() noexcept
{
    ev_timer_stop(m_impl->loop.handle(), &m_impl->watcher);
}

bool Timer::active() const noexcept
{
    return ev_is_active(&m_impl->watcher);
}

} // namespace tlm::ws
