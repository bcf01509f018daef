// SPDX-License-Identifier: Apache-2.0
// mosquitto's configuration, as far as losing messages is concerned: mosquitto.conf(5).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlm::mqtt2kafka::check {

struct Listener {
    std::uint16_t port = 0;
    bool loopback = false; ///< nobody outside this machine reaches it
    /// What stands below its line, and what holds for all listeners.
    std::map<std::string, std::string, std::less<>> settings;

    /// `true` of a setting of its own.
    [[nodiscard]] bool is_true(std::string_view setting) const;
};

/// A configuration that grows line by line, in the order in which mosquitto reads them.
class MosquittoConf {
  public:
    explicit MosquittoConf(std::string name) : m_name(std::move(name)) {}

    /// Is told of a folder, in the place where its files are to be added.
    using Include = std::function<void(std::string_view folder)>;

    /// Adds a file's text. Lines that mosquitto would refuse are not judged here. Only the main
    /// file may include folders.
    void add(std::string_view text, const Include& include = {});

    /// The file that the user named.
    [[nodiscard]] const std::string& name() const noexcept { return m_name; }

    /// A setting of the whole broker; null when it is not there. Some may stand below a listener
    /// and hold for all; the last one counts.
    [[nodiscard]] const std::string* find(std::string_view setting) const;

    /// `true` of a setting of the whole broker; `fallback` when it is not there.
    [[nodiscard]] bool is_true(std::string_view setting, bool fallback = false) const;

    /// A number of the whole broker; `fallback` when it is not there or none.
    [[nodiscard]] std::uint64_t number(std::string_view setting, std::uint64_t fallback) const;

    /// A plugin keeps sessions and messages in a database as they change (mosquitto 2.1).
    [[nodiscard]] bool has_persistence_plugin() const noexcept { return m_persistence_plugin; }

    /// Those that the file defines; the one on loopback, port 1883, that mosquitto 2 opens when it
    /// defines none.
    [[nodiscard]] std::vector<Listener> listeners() const;

  private:
    void take(std::string_view setting, std::string_view value);

    std::string m_name;
    std::map<std::string, std::string, std::less<>> m_settings;
    std::vector<Listener> m_listeners;
    bool m_default_listener = false; ///< `port` or `bind_address`: one above all `listener` lines
    bool m_persistence_plugin = false;
};

/// Nobody outside this machine reaches it.
[[nodiscard]] bool is_loopback(std::string_view address) noexcept;

/// mosquitto's durations: a number with h, d, w, m (months) or y. In hours; empty when it is none.
[[nodiscard]] std::optional<std::uint64_t> parse_expiration(std::string_view text);

} // namespace tlm::mqtt2kafka::check
