// SPDX-License-Identifier: Apache-2.0
#include "common/record/topic_template.hpp"

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"

#include <algorithm>

namespace tlm {
namespace {

constexpr std::string_view kPlaceholder = "{deviceId}";
constexpr std::string_view kShare = "$share/";
constexpr std::size_t kMaxTopic = 65'535; // of MQTT

/// Takes the first level off `rest`; `more` says whether a slash followed it.
std::string_view take_level(std::string_view& rest, bool& more) noexcept
{
    const auto slash = rest.find('/');
    more = slash != std::string_view::npos;
    const auto level = rest.substr(0, slash);
    rest.remove_prefix(more ? slash + 1 : rest.size());
    return level;
}

std::vector<std::string> split_levels(std::string_view text)
{
    std::vector<std::string> levels;
    for (bool more = true; more;) {
        levels.emplace_back(take_level(text, more));
    }
    return levels;
}

bool is_any(const std::string& level) noexcept
{
    return level == "+" || level == kPlaceholder;
}

/// True when some topic is matched by both lists of levels.
bool overlap(const std::vector<std::string>& a, const std::vector<std::string>& b)
{
    for (std::size_t i = 0;; ++i) {
        const bool a_ends = i == a.size();
        const bool b_ends = i == b.size();
        // '#' matches its parent level too, so it may stand one beyond the other's end.
        if ((!a_ends && a[i] == "#") || (!b_ends && b[i] == "#")) {
            return true;
        }
        if (a_ends || b_ends) {
            return a_ends && b_ends;
        }
        if (a[i] != b[i] && !is_any(a[i]) && !is_any(b[i])) {
            return false;
        }
    }
}

} // namespace

std::string_view filter_fault(std::string_view text)
{
    if (text.empty()) {
        return "is empty";
    }
    if (text.size() > kMaxTopic) {
        return "is longer than 65535 bytes";
    }
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
        return "is not UTF-8 text";
    }
    const auto levels = split_levels(text);
    for (const std::string& level : levels) {
        if (level.find('+') != std::string::npos && level != "+") {
            return "has a '+' that is not a whole level";
        }
        const bool last = &level == &levels.back();
        if (level.find('#') != std::string::npos && (level != "#" || !last)) {
            return "has a '#' that is not the last level";
        }
    }
    return {};
}

TopicTemplate::TopicTemplate(std::string text) : m_text(std::move(text))
{
    m_levels = split_levels(m_text);
    if (std::count(m_levels.begin(), m_levels.end(), kPlaceholder) != 1 ||
        m_text.find("{deviceId}") != m_text.rfind("{deviceId}")) {
        throw usage_error("--topic-template: exactly one level must be {deviceId}, as in "
                          "devices/{deviceId}/telemetry, not '" +
                          m_text + "'");
    }
    if (const auto fault = filter_fault(m_text); !fault.empty()) {
        throw usage_error("--topic-template: '" + m_text + "' " + std::string{fault});
    }
    const auto found = std::find(m_levels.begin(), m_levels.end(), kPlaceholder);
    m_device_level = static_cast<std::size_t>(found - m_levels.begin());
    m_is_topic = m_text.find_first_of("+#") == std::string::npos;
    const auto at = m_text.find(kPlaceholder);
    m_prefix = m_text.substr(0, at);
    m_suffix = m_text.substr(at + kPlaceholder.size());
}

std::optional<std::string_view> TopicTemplate::device_id(std::string_view topic) const noexcept
{
    if (m_is_topic) {
        if (topic.size() < m_prefix.size() + m_suffix.size() || !topic.starts_with(m_prefix) ||
            !topic.ends_with(m_suffix)) {
            return std::nullopt;
        }
        topic.remove_prefix(m_prefix.size());
        topic.remove_suffix(m_suffix.size());
        return topic.find('/') == std::string_view::npos ? std::optional{topic} : std::nullopt;
    }
    std::optional<std::string_view> id;
    bool more = true;
    for (std::size_t i = 0; i < m_levels.size(); ++i) {
        if (m_levels[i] == "#") {
            return id;
        }
        if (!more) {
            return std::nullopt;
        }
        const auto level = take_level(topic, more);
        if (i == m_device_level) {
            id = level;
        } else if (m_levels[i] != "+" && m_levels[i] != level) {
            return std::nullopt;
        }
    }
    return more ? std::nullopt : id;
}

std::string TopicTemplate::topic(std::string_view device_id) const
{
    std::string topic;
    topic.reserve(m_prefix.size() + device_id.size() + m_suffix.size());
    return topic.append(m_prefix).append(device_id).append(m_suffix);
}

std::string TopicTemplate::filter() const
{
    return m_prefix + '+' + m_suffix;
}

void TopicTemplate::require_agreement(std::string_view filter) const
{
    const auto fail = [filter](std::string_view fault) {
        throw usage_error("--filter: '" + std::string{filter} + "' " + std::string{fault});
    };
    std::string_view bare = filter;
    if (bare.starts_with(kShare)) {
        bare.remove_prefix(kShare.size());
        const auto slash = bare.find('/');
        if (slash == 0 || slash == std::string_view::npos) {
            fail("is not $share/GROUP/FILTER");
        }
        bare.remove_prefix(slash + 1);
    }
    if (const auto fault = filter_fault(bare); !fault.empty()) {
        fail(fault);
    }
    if (!overlap(split_levels(bare), m_levels)) {
        fail("matches nothing that has the shape of --topic-template '" + m_text +
             "': every message would be rejected");
    }
}

} // namespace tlm
