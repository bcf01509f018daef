// SPDX-License-Identifier: Apache-2.0
#include "common/formats/sparkplug_topic.hpp"

#include <array>
#include <optional>

namespace tlm::formats {
namespace {

// In the order of SparkplugType.
constexpr std::array<std::string_view, 9> kNames = {
    "NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH", "NCMD", "DCMD", "STATE",
};

std::optional<SparkplugType> type_of(std::string_view name)
{
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames.at(i) == name) {
            return static_cast<SparkplugType>(i);
        }
    }
    return std::nullopt;
}

/// Takes one level off the front; the rest of a topic without `/` is its last level.
std::string_view take_level(std::string_view& topic)
{
    const auto end = topic.find('/');
    const auto level = topic.substr(0, end);
    topic.remove_prefix(end == std::string_view::npos ? topic.size() : end + 1);
    return level;
}

Reject bad_topic(const char* detail)
{
    return {Reason::bad_topic, "", detail};
}

void append_part(std::string& out, std::string_view part)
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    for (const char c : part) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '.' || c == '_' || c == '-') {
            out += c;
        } else {
            const auto byte = static_cast<std::uint8_t>(c);
            out += ':';
            out += kHex[byte >> 4U];
            out += kHex[byte & 0xFU];
        }
    }
}

} // namespace

std::string_view sparkplug_type_name(SparkplugType type) noexcept
{
    return kNames[static_cast<std::size_t>(type)];
}

Verdict<SparkplugTopic> parse_sparkplug_topic(std::string_view topic)
{
    if (take_level(topic) != "spBv1.0") {
        return bad_topic("the topic does not begin with spBv1.0/");
    }
    SparkplugTopic result;
    result.group = take_level(topic);
    if (result.group == "STATE") {
        result.edge = topic;
        return !topic.empty() && topic.find('/') == std::string_view::npos
                   ? Verdict<SparkplugTopic>{result}
                   : bad_topic("after spBv1.0/STATE/ must come one host application");
    }
    const auto name = take_level(topic);
    const auto type = type_of(name);
    if (!type || *type == SparkplugType::state) {
        return bad_topic("the topic has a message type that Sparkplug 3.0 does not have");
    }
    result.type = *type;
    result.edge = take_level(topic);
    result.device = topic;
    if (result.group.empty() || result.edge.empty() || topic.find('/') != std::string_view::npos) {
        return bad_topic("the topic is not spBv1.0/GROUP/TYPE/EDGE or with one /DEVICE behind it");
    }
    if (result.device.empty() == (name.front() == 'D')) {
        return bad_topic("a topic of the types D… names a device, one of the types N… does not");
    }
    return result;
}

void append_sparkplug_device_id(std::string& out, const SparkplugTopic& topic)
{
    append_part(out, topic.group);
    out += "::";
    append_part(out, topic.edge);
    if (topic.of_device()) {
        out += "::";
        append_part(out, topic.device);
    }
}

} // namespace tlm::formats
