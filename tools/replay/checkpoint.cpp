// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/checkpoint.hpp"

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "common/base/units.hpp"
#include "common/record/guarded_json.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace tlm::replay {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDepth = 8;

std::optional<std::pair<std::int32_t, Checkpoint::Span>> span_of(std::string_view name,
                                                                 dom::element element)
{
    Checkpoint::Span span;
    const auto partition = parse_unsigned(name);
    if (!partition || *partition > std::numeric_limits<std::int32_t>::max() ||
        element["next"].get(span.next) != simdjson::SUCCESS ||
        element["end"].get(span.end) != simdjson::SUCCESS ||
        element["from"].get(span.from) != simdjson::SUCCESS ||
        element["to"].get(span.to) != simdjson::SUCCESS || span.next < 0 || span.end < 0) {
        return std::nullopt;
    }
    return std::pair{static_cast<std::int32_t>(*partition), span};
}

std::optional<RunWords> words_of(dom::object object)
{
    RunWords words;
    for (const auto field : object) {
        std::string_view word;
        if (field.value.get(word) != simdjson::SUCCESS) {
            return std::nullopt;
        }
        words.emplace(field.key, word);
    }
    return words;
}

std::optional<Checkpoint> checkpoint_of(dom::element root)
{
    Checkpoint checkpoint;
    dom::object what;
    std::string_view id;
    std::string_view cluster;
    dom::object spans;
    if (root["what"].get(what) != simdjson::SUCCESS || root["id"].get(id) != simdjson::SUCCESS ||
        root["cluster"].get(cluster) != simdjson::SUCCESS ||
        root["done"].get(checkpoint.done) != simdjson::SUCCESS ||
        root["records"].get(checkpoint.records) != simdjson::SUCCESS ||
        root["deleted"].get(checkpoint.gone.deleted) != simdjson::SUCCESS ||
        root["truncated"].get(checkpoint.gone.truncated) != simdjson::SUCCESS ||
        root["refused"].get(checkpoint.refused) != simdjson::SUCCESS ||
        root["partitions"].get(spans) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    auto words = words_of(what);
    if (!words) {
        return std::nullopt;
    }
    checkpoint.what = *std::move(words);
    checkpoint.id = id;
    checkpoint.cluster = cluster;
    for (const auto field : spans) {
        const auto span = span_of(field.key, field.value);
        if (!span) {
            return std::nullopt;
        }
        checkpoint.spans.insert(*span);
    }
    return checkpoint;
}

} // namespace

std::string difference(const RunWords& was, const RunWords& is)
{
    auto names = was;
    names.insert(is.begin(), is.end());
    std::string text;
    for (const auto& [name, any] : names) {
        const auto before = was.find(name);
        const auto now = is.find(name);
        const bool both = before != was.end() && now != is.end();
        if (both && before->second == now->second) {
            continue;
        }
        text += (text.empty() ? "" : "; ") + name + ' ';
        text += now == is.end() ? "not given" : now->second;
        text += ", was " + (before == was.end() ? "not given" : before->second);
    }
    return text;
}

void require_cluster(Checkpoint& checkpoint, const std::string& cluster, std::string_view file)
{
    if (!checkpoint.cluster.empty() && !cluster.empty() && checkpoint.cluster != cluster) {
        throw usage_error("--checkpoint: '" + std::string(file) + "' is of the Kafka cluster " +
                          checkpoint.cluster + ", and this one is " + cluster +
                          ": name another file");
    }
    if (!cluster.empty()) {
        checkpoint.cluster = cluster;
    }
}

Gone go_on(PartitionPlan& plan, Checkpoint::Span& span) noexcept
{
    const auto left = [](std::int64_t from, std::int64_t to) {
        return static_cast<std::uint64_t>(std::max(std::int64_t{0}, to - from));
    };
    const Gone gone{left(span.next, std::min(plan.low, span.end)),
                    left(std::max(span.next, plan.high), span.end)};
    span.next += static_cast<std::int64_t>(gone.deleted);
    span.end -= static_cast<std::int64_t>(gone.truncated);
    plan.from = span.from;
    plan.to = span.to;
    plan.begin = span.next;
    plan.end = std::max(span.next, span.end); // --follow goes beyond the end
    return gone;
}

std::string checkpoint_text(const Checkpoint& checkpoint)
{
    std::string text = R"({"what":{)";
    for (const auto& [name, word] : checkpoint.what) {
        text += text.back() == '{' ? "" : ",";
        append_json_string(text, name);
        text += ':';
        append_json_string(text, word);
    }
    text += R"(},"id":)";
    append_json_string(text, checkpoint.id);
    text += R"(,"cluster":)";
    append_json_string(text, checkpoint.cluster);
    text += R"(,"partitions":{)";
    for (const auto& [partition, span] : checkpoint.spans) {
        text += text.back() == '{' ? "\"" : ",\"";
        append_number(text, partition);
        text += R"(":{"next":)";
        append_number(text, span.next);
        text += R"(,"end":)";
        append_number(text, span.end);
        text += R"(,"from":)";
        append_number(text, span.from);
        text += R"(,"to":)";
        append_number(text, span.to);
        text += '}';
    }
    text += R"(},"records":)";
    append_number(text, checkpoint.records);
    text += R"(,"deleted":)";
    append_number(text, checkpoint.gone.deleted);
    text += R"(,"truncated":)";
    append_number(text, checkpoint.gone.truncated);
    text += R"(,"refused":)";
    text += checkpoint.refused ? "true" : "false";
    text += R"(,"done":)";
    text += checkpoint.done ? "true}\n" : "false}\n";
    return text;
}

Checkpoint parse_checkpoint(std::string_view text, std::string_view file)
{
    GuardedJson json(kMaxDepth);
    auto parsed = json.parse(text);
    if (const auto* const root = std::get_if<dom::element>(&parsed)) {
        if (auto checkpoint = checkpoint_of(*root)) {
            return *std::move(checkpoint);
        }
    }
    throw usage_error("--checkpoint: '" + std::string(file) + "' is not a checkpoint");
}

} // namespace tlm::replay
