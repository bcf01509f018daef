// SPDX-License-Identifier: Apache-2.0
// The one exception type: failures of the environment, never bad data.
#pragma once

#include "common/base/exit_status.hpp"

#include <stdexcept>
#include <string>
#include <system_error>

namespace tlm {

/// What an Error means for whoever catches it.
enum class ErrorKind {
    usage,     ///< wrong flag, value or configuration: the user must act, a restart will not help
    transient, ///< a server is away or busy: back off and try again
    fatal,     ///< this process cannot go on; a restart may help
    in_doubt,  ///< the effect of the last request is unknown (a COMMIT, a produce): replay it
};

/// A failure of the environment (flags, files, servers). Bad data is not an Error: it is a Reject.
/// The text is written for the administrator: it names the flag, file or server and what to do.
class Error : public std::runtime_error {
  public:
    Error(ErrorKind kind, const std::string& text) : std::runtime_error(text), m_kind(kind) {}

    [[nodiscard]] ErrorKind kind() const noexcept { return m_kind; }

    /// True when the same request may succeed later without anybody acting.
    [[nodiscard]] bool retriable() const noexcept
    {
        return m_kind == ErrorKind::transient || m_kind == ErrorKind::in_doubt;
    }

    /// The exit status of a program that this error ends.
    [[nodiscard]] ExitStatus exit_status() const noexcept
    {
        switch (m_kind) {
        case ErrorKind::usage:
            return ExitStatus::usage;
        case ErrorKind::in_doubt:
            return ExitStatus::unconfirmed;
        case ErrorKind::transient:
        case ErrorKind::fatal:
            break;
        }
        return ExitStatus::failure;
    }

  private:
    ErrorKind m_kind;
};

[[nodiscard]] inline Error usage_error(const std::string& text)
{
    return {ErrorKind::usage, text};
}

[[nodiscard]] inline Error transient_error(const std::string& text)
{
    return {ErrorKind::transient, text};
}

[[nodiscard]] inline Error fatal_error(const std::string& text)
{
    return {ErrorKind::fatal, text};
}

[[nodiscard]] inline Error in_doubt_error(const std::string& text)
{
    return {ErrorKind::in_doubt, text};
}

/// What the system says about a value of errno. Any thread; strerror() is not.
[[nodiscard]] inline std::string errno_text(int number)
{
    return std::generic_category().message(number);
}

} // namespace tlm
