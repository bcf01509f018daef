// SPDX-License-Identifier: Apache-2.0
// What an SQLSTATE means for whoever writes rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlm::pg {

/// What to do about a statement that PostgreSQL refused.
enum class Policy {
    row,       ///< a row of it is at fault: dead letter, then go on without it
    structure, ///< a table or column is missing or different: hold until somebody repairs it
    retry,     ///< collided with another transaction: again, after a moment
    reconnect, ///< this connection is of no more use: open another
    hold,   ///< the server cannot take writes now (disk full, read-only): back off, keep the rows
    fenced, ///< another instance has taken this work over: drop it
    fatal,  ///< credentials, database or privileges are wrong: stop
};

[[nodiscard]] std::string_view policy_name(Policy policy) noexcept;

/// Raised by our own statements when the epoch is not ours any more. Class TL is one that the
/// SQL standard leaves to implementations and PostgreSQL does not use.
inline constexpr std::string_view kFencedState = "TL001";

/// A function's argument is not one that it can take.
inline constexpr std::string_view kInvalidParameter = "22023";

/// A lock was not given within lock_timeout.
inline constexpr std::string_view kLockNotAvailable = "55P03";

/// An empty state (the connection broke before there was one) means reconnect; a state that is not
/// in the table means hold: nothing is lost by waiting, a wrong dead letter would be.
[[nodiscard]] Policy classify(std::string_view sqlstate) noexcept;

/// Everything PostgreSQL says about a failure, in the session's language but for the codes.
struct Failure {
    std::string sqlstate; ///< empty: the connection broke
    std::string message;
    std::string detail;
    std::string context;
    std::string constraint;
    std::string column;

    [[nodiscard]] Policy policy() const noexcept { return classify(sqlstate); }
};

/// The row of a COPY that failed, counted from 1, out of the error's context ("COPY t, line 3777,
/// column j"). The words are translated by the server, the numbers are not: the first whole number
/// that stands alone after the table's name. Empty for errors that name no row (foreign keys,
/// AFTER triggers).
[[nodiscard]] std::optional<std::uint64_t> copy_line(std::string_view context,
                                                     std::string_view table) noexcept;

} // namespace tlm::pg
