// SPDX-License-Identifier: Apache-2.0
#include "common/validation/on_invalid.hpp"

namespace tlm::validation {
namespace {

std::optional<OnInvalid> parse_fate(std::string_view text)
{
    if (text == "dlq") {
        return OnInvalid::dlq;
    }
    if (text == "drop") {
        return OnInvalid::drop;
    }
    if (text == "mark") {
        return OnInvalid::mark;
    }
    return text == "pass" ? std::optional{OnInvalid::pass} : std::nullopt;
}

/// Reasons of the readers have no record that could go on.
bool is_of_the_stage(Reason reason)
{
    return reason > Reason::not_a_record && reason != Reason::refused_by_store;
}

} // namespace

bool OnInvalidPolicy::set(std::string_view text)
{
    const auto equals = text.find('=');
    const bool all = equals == std::string_view::npos;
    const auto fate = parse_fate(all ? text : text.substr(equals + 1));
    if (!fate) {
        return false;
    }
    bool found = false;
    for (std::size_t i = 0; i < kReasonCount; ++i) {
        const auto reason = static_cast<Reason>(i);
        if (is_of_the_stage(reason) && (all || reason_name(reason) == text.substr(0, equals))) {
            m_fates[i] = *fate;
            found = true;
        }
    }
    return found;
}

std::optional<UnknownDevice> parse_unknown_device(std::string_view text)
{
    if (text == "pass") {
        return UnknownDevice::pass;
    }
    if (text == "mark") {
        return UnknownDevice::mark;
    }
    return text == "reject" ? std::optional{UnknownDevice::reject} : std::nullopt;
}

} // namespace tlm::validation
