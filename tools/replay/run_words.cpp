// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/run_words.hpp"

#include "common/base/json_text.hpp"

#include <string>
#include <string_view>

namespace tlm::replay {

namespace {

void add(RunWords& words, std::string_view name, std::string_view word)
{
    if (!word.empty()) {
        words.emplace(name, word);
    }
}

/// In quotes, or two of them could look like one.
void add(RunWords& words, std::string_view name, const std::vector<Condition>& conditions)
{
    std::string text;
    for (const auto& [wanted, value] : conditions) {
        text += text.empty() ? "" : " ";
        append_json_string(text, value ? wanted + '=' + *value : wanted);
    }
    add(words, name, text);
}

void add_filters(RunWords& words, const Settings& settings)
{
    if (settings.conditions.key) {
        std::string key;
        append_json_string(key, *settings.conditions.key);
        add(words, settings.device ? "--device" : "--key", key);
    }
    add(words, "--header", settings.conditions.headers);
    add(words, "--where", settings.conditions.members);
    add(words, "--count", settings.count ? std::to_string(*settings.count) : "");
}

} // namespace

RunWords run_words(const Settings& settings)
{
    const bool redrives = settings.command == Command::redrive;
    RunWords words;
    add(words, "command", redrives ? "redrive" : "");
    add(words, "--topic", settings.topic);
    add(words, "--from-file", settings.file);
    add(words, "--offset", settings.ranges_text);
    add(words, "--slack", std::to_string(settings.slack.count()) + " ms");
    add(words, "--follow", settings.follow ? "given" : "");
    add(words, "--merge", settings.order == TimeMerge::Order::time ? "" : "none");
    if (const auto* const isolation = settings.kafka.find("isolation.level")) {
        add(words, "isolation.level", *isolation);
    }
    add_filters(words, settings);
    add(words, "--to-topic", settings.to_topic);
    add(words, "--partition", settings.by_key ? "key" : "");
    add(words, "--rebase", settings.rebase ? "now" : "");
    add(words, "--no-mark", settings.mark ? "" : "given");
    add(words, "--max-attempts", redrives ? std::to_string(settings.max_attempts) : "");
    return words;
}

} // namespace tlm::replay
