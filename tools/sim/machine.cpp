// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/machine.hpp"

#include "common/base/error.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace tlm::sim {

void require_descriptors(std::uint64_t connections)
{
    const auto needed = connections + kOtherDescriptors;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw fatal_error("getrlimit: " + errno_text(errno));
    }
    if (limit.rlim_max < needed) {
        throw usage_error(fmt::format("{} connections need {} descriptors, this process may have "
                                      "{}: ulimit -n {}, or --preflight for all that is missing",
                                      connections, needed, limit.rlim_max, needed));
    }
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, needed);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw fatal_error("setrlimit: " + errno_text(errno));
    }
}

} // namespace tlm::sim
