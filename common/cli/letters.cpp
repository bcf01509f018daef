// SPDX-License-Identifier: Apache-2.0
#include "common/cli/letters.hpp"

#include <algorithm>
#include <array>

namespace tlm::cli {

namespace {

struct Letter {
    char letter;
    std::string_view name;
};

constexpr std::array kLetters{
    Letter{'b', "brokers"},     Letter{'t', "topic"},    Letter{'p', "partitions"},
    Letter{'g', "group"},       Letter{'X', "property"}, Letter{'o', "offset"},
    Letter{'e', "exit-at-end"}, Letter{'k', "key"},      Letter{'H', "header"},
    Letter{'f', "format"},      Letter{'i', "id"},       Letter{'c', "count"},
    Letter{'n', "dry-run"},     Letter{'r', "rate"},     Letter{'R', "connect-rate"},
    Letter{'N', "devices"},     Letter{'I', "interval"}, Letter{'s', "speed"},
    Letter{'W', "timeout"},     Letter{'q', "quiet"},    Letter{'v', "verbose"},
    Letter{'V', "version"},     Letter{'h', "help"},
};

} // namespace

std::string_view long_name_of(char letter) noexcept
{
    const auto* found =
        std::find_if(kLetters.begin(), kLetters.end(),
                     [letter](const Letter& entry) { return entry.letter == letter; });
    return found == kLetters.end() ? std::string_view{} : found->name;
}

} // namespace tlm::cli
