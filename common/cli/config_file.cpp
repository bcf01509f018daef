// SPDX-License-Identifier: Apache-2.0
#include "common/cli/config_file.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"

#include <fmt/format.h>

namespace tlm::cli {

namespace {

constexpr std::size_t kMaxConfig = 1U << 20U;
constexpr std::string_view kBlank = " \t\r";

std::string_view trim(std::string_view text)
{
    const auto begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// A value in double quotes; after it only blanks or a comment.
std::string quoted_value(std::string_view text, const std::string& where)
{
    std::string value;
    std::size_t i = 1;
    for (; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] != '\\') {
            value += text[i];
            continue;
        }
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (next != '"' && next != '\\' && next != 'n') {
            throw usage_error(
                where +
                R"(: after \ in quotes only ", \ or n may stand; write \\ for a backslash)");
        }
        value += next == 'n' ? '\n' : next;
        ++i;
    }
    if (i >= text.size()) {
        throw usage_error(where + ": the closing quote is missing");
    }
    const std::string_view rest = trim(text.substr(i + 1));
    if (!rest.empty() && rest.front() != '#') {
        throw usage_error(where + ": text after the closing quote");
    }
    return value;
}

/// A value without quotes ends where ` #` begins a comment.
std::string plain_value(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '#' && (i == 0 || kBlank.find(text[i - 1]) != std::string_view::npos)) {
            text = text.substr(0, i);
            break;
        }
    }
    return std::string{trim(text)};
}

/// Calls entry(key, value, where) for each line that is neither blank nor a comment.
template <typename Function>
void for_each_line(std::string_view text, const std::string& name, Function entry)
{
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const std::string_view line = trim(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::string where = fmt::format("{}:{}", name, number);
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || equals == 0) {
            throw usage_error(where + ": expected key = value");
        }
        entry(trim(line.substr(0, equals)), trim(line.substr(equals + 1)), where);
    }
}

} // namespace

std::vector<ConfigEntry> parse_config(std::string_view text, const std::string& name)
{
    std::vector<ConfigEntry> entries;
    for_each_line(text, name, [&entries](auto key, auto value, const std::string& where) {
        const bool quoted = !value.empty() && value.front() == '"';
        entries.push_back(
            {std::string{key}, quoted ? quoted_value(value, where) : plain_value(value), where});
    });
    return entries;
}

std::vector<ConfigEntry> parse_properties(std::string_view text, const std::string& name)
{
    std::vector<ConfigEntry> entries;
    for_each_line(text, name, [&entries](auto key, auto value, const std::string& where) {
        entries.push_back({std::string{key}, std::string{value}, where});
    });
    return entries;
}

std::vector<ConfigEntry> read_config_file(const std::filesystem::path& path)
{
    return parse_config(read_plain_file(path, kMaxConfig, "--config"), path.string());
}

std::string quote_config_value(std::string_view value)
{
    const bool plain = !value.empty() && trim(value) == value &&
                       value.find_first_of("\"#\\\n\r") == std::string_view::npos;
    if (plain) {
        return std::string{value};
    }
    std::string quoted = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
        }
        if (c == '\n') {
            quoted += "\\n";
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

} // namespace tlm::cli
