// SPDX-License-Identifier: Apache-2.0
// The properties of a Kafka client.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct rd_kafka_conf_s;

namespace tlm::kafka {

/// What is set on librdkafka, by name. Two names of one property (`acks` and
/// `request.required.acks`) are one entry here, so the later set() wins. Not thread-safe.
class Properties {
  public:
    Properties() = default;

    /// Weakest first, as cli::kafka_properties() gives them.
    explicit Properties(std::span<const std::pair<std::string, std::string>> pairs);

    void set(std::string_view name, std::string value);

    /// Keeps a value that is already there.
    void set_default(std::string_view name, const std::string& value);

    /// For what a promise rests on: throws Error usage, with `why`, when another value is there.
    void require(std::string_view name, std::string_view value, std::string_view why);

    /// The same without setting it: librdkafka's default is that value.
    void demand(std::string_view name, std::string_view value, std::string_view why) const;

    /// Null when the property is not set.
    [[nodiscard]] const std::string* find(std::string_view name) const;

    /// All of them as `name=value` for the log, secrets as `name=***`.
    [[nodiscard]] std::vector<std::string> describe() const;

    /// Sets them all; throws Error usage that names the property, and its value unless it is a
    /// secret.
    void apply(rd_kafka_conf_s* conf) const;

  private:
    std::map<std::string, std::string, std::less<>> m_values;
};

} // namespace tlm::kafka
