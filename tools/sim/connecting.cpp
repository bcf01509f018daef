// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/connecting.hpp"

#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"
#include "tools/sim/outlet.hpp"
#include "tools/sim/progress.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace tlm::sim {

bool connect(Outlet& outlet, const ops::Shutdown& shutdown, const Clock& clock)
{
    using namespace std::chrono_literals;
    const auto start = clock.monotonic();
    Progress progress{start};
    short revents = 0;
    for (;;) {
        const auto now = clock.monotonic();
        outlet.serve(revents, now);
        if (outlet.ready()) {
            break;
        }
        if (shutdown.requested()) {
            progress.clear();
            return false;
        }
        progress.show(now, outlet.status());
        auto wake = outlet.deadline().value_or(now + 1h);
        if (progress.shown()) {
            wake = std::min(wake, progress.next());
        }
        std::array<pollfd, 2> entries{pollfd{shutdown.fd(), POLLIN, 0}, outlet.interest()};
        ::poll(entries.data(), entries.size(), poll_timeout(wake, clock.monotonic()));
        revents = entries[1].revents;
    }
    progress.clear();
    if (const auto status = outlet.status(); !status.empty()) {
        const std::chrono::duration<double> took = clock.monotonic() - start;
        log::info("{}, after {:.3f} s", status, took.count());
    }
    return true;
}

} // namespace tlm::sim
