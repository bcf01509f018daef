// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/config.hpp"

#include "common/base/error.hpp"
#include "common/base/kafka_names.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>

namespace tlm::kafka {

namespace {

struct Alias {
    std::string_view name;
    std::string_view canonical;
};

// Properties that librdkafka knows under two names.
constexpr std::array kAliases{
    Alias{"metadata.broker.list", "bootstrap.servers"},
    Alias{"request.required.acks", "acks"},
    Alias{"delivery.timeout.ms", "message.timeout.ms"},
    Alias{"queue.buffering.max.ms", "linger.ms"},
    Alias{"message.send.max.retries", "retries"},
    Alias{"compression.type", "compression.codec"},
    Alias{"max.in.flight", "max.in.flight.requests.per.connection"},
    Alias{"fetch.message.max.bytes", "max.partition.fetch.bytes"},
    Alias{"sasl.mechanism", "sasl.mechanisms"},
};

std::string_view canonical(std::string_view name)
{
    const auto* const found = std::find_if(kAliases.begin(), kAliases.end(),
                                           [&](const Alias& alias) { return alias.name == name; });
    return found == kAliases.end() ? name : found->canonical;
}

/// Values that librdkafka takes for the same thing.
std::string_view same_value(std::string_view value)
{
    return value == "-1" ? "all" : value;
}

} // namespace

Properties::Properties(std::span<const std::pair<std::string, std::string>> pairs)
{
    for (const auto& [name, value] : pairs) {
        set(name, value);
    }
}

void Properties::set(std::string_view name, std::string value)
{
    m_values.insert_or_assign(std::string(canonical(name)), std::move(value));
}

void Properties::set_default(std::string_view name, const std::string& value)
{
    m_values.try_emplace(std::string(canonical(name)), value);
}

void Properties::require(std::string_view name, std::string_view value, std::string_view why)
{
    demand(name, value, why);
    set(name, std::string(value));
}

void Properties::demand(std::string_view name, std::string_view value, std::string_view why) const
{
    const auto* const present = find(name);
    if (present != nullptr && same_value(*present) != same_value(value)) {
        throw usage_error("Kafka property '" + std::string(name) + "' must stay '" +
                          std::string(value) + "': " + std::string(why));
    }
}

const std::string* Properties::find(std::string_view name) const
{
    const auto found = m_values.find(canonical(name));
    return found == m_values.end() ? nullptr : &found->second;
}

std::vector<std::string> Properties::describe() const
{
    std::vector<std::string> lines;
    lines.reserve(m_values.size());
    for (const auto& [name, value] : m_values) {
        lines.push_back(name + '=' + (is_secret_property(name) ? "***" : value));
    }
    return lines;
}

void Properties::apply(rd_kafka_conf_s* conf) const
{
    std::array<char, 512> text{};
    for (const auto& [name, value] : m_values) {
        const auto result =
            rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size());
        if (result == RD_KAFKA_CONF_OK) {
            continue;
        }
        if (result == RD_KAFKA_CONF_UNKNOWN) {
            throw usage_error("there is no Kafka property '" + name + "'");
        }
        throw usage_error("Kafka property '" + name + "' cannot take its value" +
                          (is_secret_property(name)
                               ? std::string()
                               : " '" + value + "': " + std::string(text.data())));
    }
}

} // namespace tlm::kafka
