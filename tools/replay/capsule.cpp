// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/capsule.hpp"

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

namespace tlm::replay {

namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::string_view kEndBegins = R"({"capsuleEnd":)"; // no record begins so

/// The JSON text on one line.
std::string minified(std::string_view schema)
{
    simdjson::dom::parser parser;
    simdjson::dom::element element;
    if (parser.parse(schema.data(), schema.size()).get(element) != simdjson::SUCCESS) {
        throw usage_error("--schema: the file is not JSON");
    }
    std::string text(schema.size(), '\0');
    std::size_t length = 0;
    if (simdjson::minify(schema.data(), schema.size(), text.data(), length) != simdjson::SUCCESS) {
        throw usage_error("--schema: the file is not JSON");
    }
    text.resize(length);
    return text;
}

} // namespace

void CapsuleEnd::add(EpochMs timestamp) noexcept
{
    ++records;
    if (timestamp >= 0) {
        first = first < 0 ? timestamp : std::min(first, timestamp);
        last = std::max(last, timestamp);
    }
}

std::string capsule_head(EpochMs now, std::string_view topic, std::span<const PartitionPlan> plans,
                         std::string_view schema)
{
    auto line = fmt::format(R"({{"capsule":{},"createdAt":{},"topic":)", kVersion, now);
    append_json_string(line, topic);
    line += R"(,"ranges":[)";
    for (const auto& plan : plans) {
        line += fmt::format(R"({}{{"partition":{},"begin":{},"end":{}}})",
                            line.back() == '[' ? "" : ",", plan.partition, plan.begin, plan.end);
    }
    line += ']';
    if (!schema.empty()) {
        line += R"(,"schema":)" + minified(schema);
    }
    return line + '}';
}

std::string capsule_end(const CapsuleEnd& end)
{
    return fmt::format(R"({}{{"records":{},"firstTimestamp":{},"lastTimestamp":{}}}}})", kEndBegins,
                       end.records, end.first, end.last);
}

void check_capsule_head(std::string_view line, const std::string& file)
{
    simdjson::dom::parser parser;
    std::uint64_t version = 0;
    if (parser.parse(line.data(), line.size())["capsule"].get(version) != simdjson::SUCCESS) {
        throw usage_error("'" + file + "' is compressed, but not a capsule of tlm-replay");
    }
    if (version != kVersion) {
        throw usage_error(
            fmt::format("'{}' is a capsule of version {}, of a later tlm-replay; this "
                        "one reads version {}",
                        file, version, kVersion));
    }
}

bool parse_capsule_end(std::string_view line, CapsuleEnd& end)
{
    if (!line.starts_with(kEndBegins)) {
        return false;
    }
    simdjson::dom::parser parser;
    simdjson::dom::element body;
    return parser.parse(line.data(), line.size())["capsuleEnd"].get(body) == simdjson::SUCCESS &&
           body["records"].get(end.records) == simdjson::SUCCESS &&
           body["firstTimestamp"].get(end.first) == simdjson::SUCCESS &&
           body["lastTimestamp"].get(end.last) == simdjson::SUCCESS;
}

} // namespace tlm::replay
