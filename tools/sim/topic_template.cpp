// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/topic_template.hpp"

#include "common/base/error.hpp"

namespace tlm::sim {

TopicTemplate::TopicTemplate(std::string_view text)
{
    constexpr std::string_view kPlace = "{deviceId}";
    constexpr std::size_t kLongest = 32'768; // leaves room for ids below MQTT's 65,535 bytes
    const auto bad = [text](std::string_view why) {
        return usage_error(std::string{text}.append(": ").append(why));
    };
    if (text.size() > kLongest) {
        throw usage_error("the topic template is longer than 32768 bytes");
    }
    if (text.find_first_of(std::string_view{"+#\0", 3}) != std::string_view::npos) {
        throw bad("no topic may hold the wildcards + and # or a NUL byte");
    }
    for (auto at = text.find(kPlace); at != std::string_view::npos; at = text.find(kPlace)) {
        m_pieces.emplace_back(text.substr(0, at));
        text.remove_prefix(at + kPlace.size());
    }
    if (m_pieces.empty()) {
        throw bad("the topic needs a place for the device, {deviceId}: it is the only authority "
                  "on who speaks");
    }
    constexpr std::size_t kMostPlaces = 64;
    if (m_pieces.size() > kMostPlaces) {
        throw usage_error("the topic template names {deviceId} more than 64 times");
    }
    m_pieces.emplace_back(text);
}

std::string_view TopicTemplate::topic(std::string_view device_id)
{
    m_topic = m_pieces.front();
    for (std::size_t i = 1; i < m_pieces.size(); ++i) {
        m_topic += device_id;
        m_topic += m_pieces[i];
    }
    return m_topic;
}

} // namespace tlm::sim
