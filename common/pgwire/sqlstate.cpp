// SPDX-License-Identifier: Apache-2.0
#include "common/pgwire/sqlstate.hpp"

#include "common/base/units.hpp"

#include <algorithm>
#include <array>

namespace tlm::pg {

namespace {

struct Entry {
    std::string_view prefix; ///< a whole state, or a class of two characters
    Policy policy;
};

// Whole states before their classes: the first match counts.
constexpr std::array kPolicies = {
    Entry{kFencedState, Policy::fenced},
    Entry{"22", Policy::row},       // data exception
    Entry{"23", Policy::row},       // integrity constraints, and no partition for the row
    Entry{"44", Policy::row},       // WITH CHECK OPTION
    Entry{"54", Policy::row},       // program limits: nesting, size of an index entry
    Entry{"P0001", Policy::row},    // RAISE in the administrator's own trigger
    Entry{"42501", Policy::fatal},  // insufficient privilege
    Entry{"42", Policy::structure}, // table or column missing or of another type
    Entry{"3F", Policy::structure}, // schema missing
    Entry{"40", Policy::retry},     // serialisation failure, deadlock
    Entry{kLockNotAvailable, Policy::retry},
    Entry{"57014", Policy::retry},     // cancelled, by time-out or by hand
    Entry{"57P04", Policy::fatal},     // database dropped
    Entry{"57", Policy::reconnect},    // shutdown, crash, starting up
    Entry{"53300", Policy::reconnect}, // too many connections
    Entry{"08", Policy::reconnect},    // connection exception
    Entry{"25P03", Policy::reconnect}, // idle in transaction for too long
    Entry{"53", Policy::hold},         // disk full, out of memory
    Entry{"58", Policy::hold},         // system error
    Entry{"25006", Policy::hold},      // read-only: a standby
    Entry{"28", Policy::fatal},        // authorisation
    Entry{"3D000", Policy::fatal},     // no such database
};

constexpr bool is_word(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

} // namespace

std::string_view policy_name(Policy policy) noexcept
{
    switch (policy) {
    case Policy::row:
        return "row";
    case Policy::structure:
        return "structure";
    case Policy::retry:
        return "retry";
    case Policy::reconnect:
        return "reconnect";
    case Policy::hold:
        return "hold";
    case Policy::fenced:
        return "fenced";
    case Policy::fatal:
        return "fatal";
    }
    return "hold";
}

Policy classify(std::string_view sqlstate) noexcept
{
    if (sqlstate.empty()) {
        return Policy::reconnect;
    }
    for (const auto& entry : kPolicies) {
        if (sqlstate.starts_with(entry.prefix)) {
            return entry.policy;
        }
    }
    return Policy::hold;
}

std::optional<std::uint64_t> copy_line(std::string_view context, std::string_view table) noexcept
{
    // A trigger's own context precedes: the line of the COPY is the one that begins with it.
    std::size_t begin = 0;
    while (begin <= context.size()) {
        const auto end = std::min(context.find('\n', begin), context.size());
        const auto line = context.substr(begin, end - begin);
        begin = end + 1;
        if (!line.starts_with("COPY ")) {
            continue;
        }
        const auto name = line.find(table);
        if (name == std::string_view::npos) {
            continue;
        }
        for (auto at = name + table.size(); at < line.size(); ++at) {
            if (line[at] < '0' || line[at] > '9' || is_word(line[at - 1])) {
                continue;
            }
            auto stop = at;
            while (stop < line.size() && is_word(line[stop])) {
                ++stop;
            }
            return parse_unsigned(line.substr(at, stop - at));
        }
    }
    return std::nullopt;
}

} // namespace tlm::pg
