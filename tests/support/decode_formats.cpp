// SPDX-License-Identifier: Apache-2.0
// Decodes messages that other programs encoded, one a line, for tests:
//
//   decode_formats protobuf FILE.desc MESSAGE   < HEX
//   decode_formats sparkplug                    < TOPIC <tab> HEX
//   decode_formats confluent DIR                < HEX
//   decode_formats cloudevent kafka|mqtt        < CONTENT-TYPE <tab> NAME=HEX,… <tab> HEX
//
// One line comes out for each: the JSON, or `reason: detail (path)`; Sparkplug's begin with the
// device id, and with `rebirth HEX ` when one is asked for. Each message is also decoded cut at
// every byte, and with every byte changed: that must not end the program.
#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/formats/cloud_event.hpp"
#include "common/formats/confluent.hpp"
#include "common/formats/protobuf.hpp"
#include "common/formats/sparkplug.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tlm;
using namespace tlm::formats;

std::optional<std::string> read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

std::string bytes_of(std::string_view hex)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(kDigits.find(hex[i]) << 4U | kDigits.find(hex[i + 1]));
    }
    return bytes;
}

std::string hex_of(std::string_view bytes)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
        hex += kDigits[static_cast<std::uint8_t>(c) >> 4U];
        hex += kDigits[static_cast<std::uint8_t>(c) & 0xFU];
    }
    return hex;
}

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

template <typename T>
std::string line_of(const Verdict<T>& verdict, const std::string& json)
{
    if (const auto* reject = std::get_if<Reject>(&verdict)) {
        return std::string{reason_name(reject->reason)} + ": " + reject->detail + " (" +
               reject->path + ")";
    }
    return json;
}

/// Calls `decode` with what is left of `bytes` when they are damaged, each in memory of its own
/// size.
void damage(const std::string& bytes, const std::function<void(std::string_view)>& decode)
{
    const auto try_one = [&](const std::string& damaged) {
        const std::vector<char> exact(damaged.begin(), damaged.end());
        decode({exact.data(), exact.size()});
    };
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        try_one(bytes.substr(0, size));
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const unsigned change : {0x01U, 0x02U, 0x08U, 0x10U, 0x7FU, 0x80U, 0xFFU}) {
            auto damaged = bytes;
            damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ change);
            try_one(damaged);
        }
    }
}

using Lines = std::function<std::string(const std::vector<std::string>&)>;

Lines protobuf(const std::string& file, const std::string& message)
{
    const auto schema = std::make_shared<ProtobufSchema>(read_file(file).value());
    const auto decoder = std::make_shared<ProtobufDecoder>();
    return [=](const std::vector<std::string>& fields) {
        std::string json;
        const auto bytes = bytes_of(fields.at(0));
        const auto type = schema->type(message);
        auto line = line_of(decoder->decode(type, bytes, json), json);
        damage(bytes, [&](std::string_view damaged) {
            json.clear();
            static_cast<void>(decoder->decode(type, damaged, json));
        });
        return line;
    };
}

Lines sparkplug()
{
    const auto decoder = std::make_shared<SparkplugDecoder>();
    const auto victim = std::make_shared<SparkplugDecoder>();
    return [=](const std::vector<std::string>& fields) {
        constexpr EpochMs kNow = 1'700'000'000'000;
        std::string json;
        const auto bytes = bytes_of(fields.at(1));
        const auto verdict = decoder->decode(fields.at(0), bytes, kNow, json);
        std::string line;
        if (const auto* message = std::get_if<SparkplugMessage>(&verdict)) {
            line.append(message->device_id).append(" ");
        }
        line += line_of(verdict, json);
        if (const auto rebirth = decoder->take_rebirth()) {
            line.insert(0, "rebirth " + hex_of(rebirth->payload) + ' ');
        }
        damage(bytes, [&](std::string_view damaged) {
            json.clear();
            static_cast<void>(victim->decode(fields.at(0), damaged, kNow, json));
        });
        return line;
    };
}

Lines confluent(const std::string& folder)
{
    const auto files = std::make_shared<SchemaFiles>(
        [folder](const std::string& name) { return read_file(folder + '/' + name); });
    const auto cache = std::make_shared<SchemaCache>(*files);
    const auto decoder = std::make_shared<ConfluentDecoder>(*cache);
    return [files, cache, decoder](const std::vector<std::string>& fields) {
        std::string json;
        const auto bytes = bytes_of(fields.at(0));
        auto line = line_of(decoder->decode(bytes, {}, json), json);
        damage(bytes, [&](std::string_view damaged) {
            json.clear();
            static_cast<void>(decoder->decode(damaged, {}, json));
        });
        return line;
    };
}

Lines cloud_event(std::string_view protocol)
{
    const auto binding = protocol == "kafka" ? kKafkaBinding : kMqttBinding;
    const auto decoder = std::make_shared<CloudEventDecoder>();
    return [=](const std::vector<std::string>& fields) {
        std::vector<Header> headers;
        bool has_version = false;
        for (const auto& header : split(fields.at(1), ',')) {
            const auto equals = header.find('=');
            if (equals != std::string::npos) {
                headers.push_back({header.substr(0, equals), bytes_of(header.substr(equals + 1))});
                has_version = has_version ||
                              headers.back().name == std::string{binding.prefix} + "specversion";
            }
        }
        const auto mode = cloud_event_mode(fields.at(0), has_version);
        const auto decode = [&](std::string_view data, std::string& json) {
            return mode == CloudEventMode::structured
                       ? decoder->structured(data, json)
                       : decoder->binary(binding, headers, fields.at(0), data, json);
        };
        if (mode == CloudEventMode::none || mode == CloudEventMode::refused) {
            return std::string{"not an event of a known form"};
        }
        std::string json;
        const auto data = bytes_of(fields.at(2));
        auto line = line_of(decode(data, json), json);
        damage(data, [&](std::string_view damaged) {
            json.clear();
            static_cast<void>(decode(damaged, json));
        });
        return line;
    };
}

Lines decoder_of(const std::vector<std::string>& arguments)
{
    const auto argument = [&](std::size_t i) {
        if (i >= arguments.size()) {
            throw usage_error("too few arguments");
        }
        return arguments[i];
    };
    if (argument(0) == "protobuf") {
        return protobuf(argument(1), argument(2));
    }
    if (argument(0) == "sparkplug") {
        return sparkplug();
    }
    if (argument(0) == "confluent") {
        return confluent(argument(1));
    }
    if (argument(0) == "cloudevent") {
        return cloud_event(argument(1));
    }
    throw usage_error("unknown format " + argument(0));
}

} // namespace

int main(int argc, char** argv)
try {
    const auto decode = decoder_of({argv + 1, argv + argc});
    for (std::string line; std::getline(std::cin, line);) {
        std::puts(decode(split(line, '\t')).c_str());
    }
    return 0;

} catch (const std::exception& error) {
    std::fprintf(stderr, "decode_formats: %s\n", error.what());
    return 1;
}
