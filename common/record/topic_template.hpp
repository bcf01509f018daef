// SPDX-License-Identifier: Apache-2.0
// Where in an MQTT topic the device id stands.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm {

/// A topic with the level `{deviceId}`, as in `devices/{deviceId}/telemetry`. Other levels stand
/// for themselves; `+` is any one level and a final `#` any number, as in a filter.
class TopicTemplate {
  public:
    /// Throws Error usage unless exactly one whole level is `{deviceId}`.
    explicit TopicTemplate(std::string text);

    /// The level at `{deviceId}`, a view into `topic`; empty when the topic has another shape. The
    /// id is not judged.
    [[nodiscard]] std::optional<std::string_view> device_id(std::string_view topic) const noexcept;

    /// True without wildcards: a device has one topic.
    [[nodiscard]] bool is_topic() const noexcept { return m_is_topic; }

    /// The topic of a device; only when is_topic().
    [[nodiscard]] std::string topic(std::string_view device_id) const;

    /// The filter that matches what the template matches: `+` for the device id.
    [[nodiscard]] std::string filter() const;

    /// Throws Error usage when `filter` is not a topic filter, or when nothing that it matches has
    /// the shape of this template: every message would be rejected. A filter may match more.
    /// `$share/GROUP/` before the filter counts as not there.
    void require_agreement(std::string_view filter) const;

    [[nodiscard]] const std::string& text() const noexcept { return m_text; }

  private:
    std::string m_text;
    std::vector<std::string> m_levels;
    std::size_t m_device_level = 0;
    // Most templates are one prefix, the id, one suffix: no need to walk the levels.
    bool m_is_topic = false;
    std::string m_prefix;
    std::string m_suffix;
};

/// What keeps a text from being a topic filter (MQTT 5 section 4.7), as words to follow it in a
/// message; empty when it is one.
[[nodiscard]] std::string_view filter_fault(std::string_view text);

} // namespace tlm
