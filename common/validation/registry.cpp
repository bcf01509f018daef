// SPDX-License-Identifier: Apache-2.0
#include "common/validation/registry.hpp"

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "common/record/guarded_json.hpp"
#include "common/record/raw_json.hpp"
#include "common/record/record.hpp"
#include "common/validation/csv.hpp"

#include <algorithm>
#include <vector>

namespace tlm::validation {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kId = "deviceId";
constexpr std::size_t kMaxTags = 16 * 1024; ///< bytes of one device's
constexpr std::size_t kTagDepth = 8;

Error wrong(std::size_t line, const std::string& what)
{
    return usage_error("line " + std::to_string(line) + ": " + what);
}

void append_member(std::string& tags, std::string_view key, std::string_view value)
{
    tags += tags.empty() ? "{" : ",";
    tags.append(key).append(":").append(value);
}

void require_tag_name(std::string_view name, std::size_t line)
{
    if (name.empty() || name.starts_with("tlm-") || !is_utf8(name) ||
        name.find('\0') != std::string_view::npos) {
        throw wrong(line, "'" + std::string{name} +
                              "' cannot be a tag: it is empty, not UTF-8, or begins with tlm-");
    }
}

std::string json_string(std::string_view text)
{
    std::string out;
    append_json_string(out, text);
    return out;
}

/// Where in the header the id stands; every name must be a tag's and stand once.
std::size_t judge_header(const std::vector<std::string>& header, std::size_t line)
{
    const auto id = std::find(header.begin(), header.end(), kId);
    if (id == header.end()) {
        throw wrong(line, "the first row names the columns, and one must be deviceId");
    }
    for (auto name = header.begin(); name != header.end(); ++name) {
        require_tag_name(*name, line);
        if (std::find(header.begin(), name, *name) != name) {
            throw wrong(line, "the column " + *name + " stands twice");
        }
    }
    return static_cast<std::size_t>(id - header.begin());
}

/// The next row of a CSV file; false behind the last.
bool next_row(CsvReader& reader, std::vector<std::string>& cells)
{
    try {
        return reader.next(cells);
    } catch (const Error& error) {
        throw wrong(reader.line(), error.what());
    }
}

} // namespace

std::shared_ptr<const Registry> Registry::parse(std::string_view text, std::string_view name)
{
    auto registry = std::make_shared<Registry>();
    try {
        const auto first = text.find_first_not_of(" \t\r\n");
        if (first != std::string_view::npos && text[first] == '{') {
            registry->parse_ndjson(text);
        } else {
            registry->parse_csv(text);
        }
    } catch (const Error& error) {
        throw usage_error(std::string{name} + ": " + error.what());
    }
    return registry;
}

const std::string* Registry::find(std::string_view device_id) const
{
    const auto found = m_tags.find(device_id);
    return found == m_tags.end() ? nullptr : &found->second;
}

void Registry::add(std::string_view device_id, std::string tags, std::size_t line)
{
    if (!is_device_id(device_id)) {
        throw wrong(line, "'" + std::string{device_id.substr(0, 128)} + "' is not a device id");
    }
    if (tags.size() > kMaxTags) {
        throw wrong(line, "more than 16 KiB of tags");
    }
    tags += tags.empty() ? "" : "}";
    if (!m_tags.emplace(device_id, std::move(tags)).second) {
        throw wrong(line, "the device " + std::string{device_id} + " stands twice");
    }
}

void Registry::parse_csv(std::string_view text)
{
    CsvReader reader(text);
    std::vector<std::string> header;
    if (!next_row(reader, header)) {
        throw wrong(1, "the file is empty: a registry has at least a row of column names");
    }
    const std::size_t id = judge_header(header, reader.line());
    std::vector<std::string> keys;
    keys.reserve(header.size());
    for (const std::string& name : header) {
        keys.push_back(json_string(name));
    }
    for (std::vector<std::string> cells; next_row(reader, cells);) {
        if (cells.size() != header.size()) {
            throw wrong(reader.line(), std::to_string(cells.size()) + " cells where " +
                                           std::to_string(header.size()) + " columns are named");
        }
        std::string tags;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i == id || cells[i].empty()) {
                continue;
            }
            if (!is_utf8(cells[i]) || cells[i].find('\0') != std::string::npos) {
                throw wrong(reader.line(), "the cell " + header[i] + " is not UTF-8 text");
            }
            append_member(tags, keys[i], json_string(cells[i]));
        }
        add(cells[id], std::move(tags), reader.line());
    }
}

void Registry::parse_ndjson(std::string_view text)
{
    GuardedJson json(kTagDepth);
    for (std::size_t line = 1; !text.empty(); ++line) {
        auto row = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(row.size() + 1, text.size()));
        if (row.find_first_not_of(" \t\r") == std::string_view::npos) {
            continue;
        }
        auto parsed = json.parse(row);
        if (const auto* reject = std::get_if<Reject>(&parsed)) {
            throw wrong(line, reject->detail);
        }
        dom::object object;
        std::string_view id;
        if (std::get<dom::element>(parsed).get_object().get(object) != simdjson::SUCCESS ||
            object.at_key(kId).get_string().get(id) != simdjson::SUCCESS) {
            throw wrong(line, "is not an object with a deviceId that is a string");
        }
        std::string tags;
        RawMembers members(row, row.find('{'));
        for (const auto field : object) {
            static_cast<void>(members.next());
            if (field.key != kId) {
                require_tag_name(field.key, line);
                append_member(tags, members.key(), members.value());
            }
        }
        add(id, std::move(tags), line);
    }
}

} // namespace tlm::validation
