// SPDX-License-Identifier: Apache-2.0
// Where PostgreSQL is, as users write it.
#pragma once

#include <string>
#include <string_view>

namespace tlm::pg {

/// Where a connection string was written.
enum class Origin {
    argv, ///< seen by every user of the machine: a password there is refused
    file, ///< readable by us alone
};

/// Checks a libpq connection string (`postgresql://...` or `host=... dbname=...`; empty: libpq's
/// own defaults and PG* variables) without connecting. Throws Error usage when libpq cannot read
/// it, or when it holds a secret and stands where others can see it. `flag` is the option's name.
void check_conninfo(const std::string& conninfo, Origin origin, std::string_view flag);

/// `host:port/database` for log lines: never user names, passwords or options.
[[nodiscard]] std::string describe_conninfo(const std::string& conninfo);

} // namespace tlm::pg
