// SPDX-License-Identifier: Apache-2.0
// A template, a topic and a filter, a line each: what the template finds in the topic is what a
// walk over its levels finds.
#include "common/record/topic_template.hpp"

#include "common/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tlm;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

std::string_view take(std::string_view& rest, char end)
{
    const auto at = rest.find(end);
    const auto part = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
    return part;
}

std::vector<std::string_view> levels_of(std::string_view text)
{
    std::vector<std::string_view> levels;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        if (at == text.size() || text[at] == '/') {
            levels.push_back(text.substr(begin, at - begin));
            begin = at + 1;
        }
    }
    return levels;
}

std::optional<std::string_view> walk(std::string_view text, std::string_view topic)
{
    const auto wanted = levels_of(text);
    const auto given = levels_of(topic);
    std::optional<std::string_view> id;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] == "#") {
            return id;
        }
        if (i >= given.size()) {
            return std::nullopt;
        }
        if (wanted[i] == "{deviceId}") {
            id = given[i];
        } else if (wanted[i] != "+" && wanted[i] != given[i]) {
            return std::nullopt;
        }
    }
    return wanted.size() == given.size() ? id : std::nullopt;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view rest{reinterpret_cast<const char*>(data), size};
    const std::string text{take(rest, '\n')};
    const std::string_view topic = take(rest, '\n');
    try {
        const TopicTemplate shape{text};
        require(shape.device_id(topic) == walk(text, topic));
        if (shape.is_topic()) {
            require(shape.device_id(shape.topic("pump-17")) == "pump-17");
        }
        require(!shape.filter().empty());
        shape.require_agreement(rest);
    } catch (const Error& error) {
        require(error.what() != std::string_view{});
    }
    return 0;
}
