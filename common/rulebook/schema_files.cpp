// SPDX-License-Identifier: Apache-2.0
#include "common/rulebook/schema_files.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "common/schema/uri.hpp"

#include <simdjson.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace tlm::rulebook {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxSchema = 16UL * 1024 * 1024;
constexpr std::size_t kMaxRegistry = 1024UL * 1024 * 1024;
constexpr std::size_t kMaxMap = 1024UL * 1024;
constexpr std::size_t kMaxRules = 1024 * 1024;
constexpr std::size_t kMaxDocuments = 10'000;

/// The absolute path, so that relative references start at the file. Bytes that are not plain in
/// a URI are percent-encoded (RFC 3986 section 2.1).
std::string uri_of(const fs::path& path)
{
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                        "0123456789-._~/";
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string uri;
    for (const char c : fs::absolute(path).lexically_normal().string()) {
        if (kPlain.find(c) != std::string_view::npos) {
            uri += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            uri += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
        }
    }
    return uri;
}

/// `folder` joined with the rest of a URI; empty when that leads out of the folder.
std::optional<fs::path> inside(const fs::path& folder, std::string_view rest)
{
    const auto decoded = schema::percent_decode(rest);
    if (!decoded || decoded->find('\0') != std::string::npos) {
        return std::nullopt;
    }
    const auto relative = fs::path(*decoded).lexically_normal();
    if (relative.empty() || relative.is_absolute() || *relative.begin() == "..") {
        return std::nullopt;
    }
    return folder / relative;
}

std::optional<std::string> read_if_there(const std::optional<fs::path>& path)
{
    std::error_code ignored;
    if (!path || !fs::is_regular_file(*path, ignored)) {
        return std::nullopt;
    }
    return read_plain_file(*path, kMaxSchema, "--schema-dir");
}

/// The `$id` (draft 4: `id`) of a document, without an empty fragment; empty when it has none.
std::string id_of(const std::string& text)
{
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(text).get_object().get(object) != simdjson::SUCCESS) {
        return {};
    }
    for (const auto* const key : {"$id", "id"}) {
        std::string_view id;
        if (object.at_key(key).get_string().get(id) == simdjson::SUCCESS) {
            return std::string{schema::split_fragment(id).first};
        }
    }
    return {};
}

} // namespace

SchemaFolders::SchemaFolders(const std::vector<std::string>& folders)
{
    for (const auto& text : folders) {
        const auto equals = text.rfind('=');
        const bool prefixed = equals != std::string::npos && text.find(':') < equals;
        const fs::path folder = prefixed ? text.substr(equals + 1) : text;
        std::error_code ignored;
        if (!fs::is_directory(folder, ignored)) {
            throw usage_error("--schema-dir: '" + folder.string() + "' is not a folder");
        }
        if (prefixed) {
            m_prefixes.push_back({text.substr(0, equals), folder});
        } else {
            m_folders.push_back(folder);
        }
    }
    // The longest prefix knows best.
    std::stable_sort(m_prefixes.begin(), m_prefixes.end(),
                     [](const Prefix& a, const Prefix& b) { return a.uri.size() > b.uri.size(); });
}

std::optional<std::string> SchemaFolders::find(std::string_view uri, const fs::path& home)
{
    for (const auto& prefix : m_prefixes) {
        if (!uri.starts_with(prefix.uri)) {
            continue;
        }
        if (auto text = read_if_there(inside(prefix.folder, uri.substr(prefix.uri.size())))) {
            return text;
        }
    }
    const auto home_uri = uri_of(home / "");
    if (uri.starts_with(home_uri)) {
        if (auto text = read_if_there(inside(home, uri.substr(home_uri.size())))) {
            return text;
        }
    }
    index_by_id();
    const auto known = m_by_id.find(uri);
    return known == m_by_id.end() ? std::nullopt : read_if_there(known->second);
}

void SchemaFolders::index_by_id()
{
    if (std::exchange(m_indexed, true)) {
        return;
    }
    for (const auto& folder : m_folders) {
        for (const auto& entry : fs::recursive_directory_iterator(
                 folder, fs::directory_options::skip_permission_denied)) {
            if (!entry.is_regular_file() || entry.path().extension() != ".json") {
                continue;
            }
            const auto text = read_plain_file(entry.path(), kMaxSchema, "--schema-dir");
            if (auto id = id_of(text); !id.empty()) {
                m_by_id.emplace(std::move(id), entry.path());
            }
            if (m_by_id.size() > kMaxDocuments) {
                throw usage_error("--schema-dir: more than " + std::to_string(kMaxDocuments) +
                                  " documents in '" + folder.string() +
                                  "': name the folder of the schemas");
            }
        }
    }
}

std::shared_ptr<const schema::Schema> compile_file(const fs::path& path,
                                                   const validation::RuleSources& sources,
                                                   SchemaFolders& folders, std::string_view what)
{
    const auto text = read_plain_file(path, kMaxSchema, what);
    auto home = fs::absolute(path).lexically_normal().parent_path();
    schema::Options options;
    options.draft = sources.draft;
    options.assert_formats = sources.assert_formats;
    options.load = [&folders, home](std::string_view uri) { return folders.find(uri, home); };
    return schema::Schema::compile(text, uri_of(path), options);
}

std::shared_ptr<const validation::Rules> read_rules(const fs::path& path, std::string_view what)
{
    return validation::parse_rules(read_plain_file(path, kMaxRules, what), path.string());
}

namespace {

/// What is wrong with a file that a line of the map names begins with that line.
template <typename Read>
auto read_for_line(const std::string& line, Read read)
{
    try {
        return read();
    } catch (const Error& error) {
        const std::string_view text = error.what();
        throw usage_error(text.starts_with(line) ? std::string{text}
                                                 : line + ": " + std::string{text});
    }
}

void load_map(const fs::path& path, const validation::RuleSources& sources, SchemaFolders& folders,
              validation::SchemaSet& set)
{
    set.map =
        validation::SchemaMap::parse(read_plain_file(path, kMaxMap, "--schema-map"), path.string());
    const fs::path home = path.parent_path();
    for (std::size_t i = 0; i < set.map->schemas().size(); ++i) {
        const auto line = path.string() + ":" + std::to_string(set.map->numbers()[i]);
        const auto& rules = set.map->rules()[i];
        set.mapped.push_back(read_for_line(line, [&] {
            return compile_file(home / set.map->schemas()[i], sources, folders, line);
        }));
        set.mapped_rules.push_back(rules.empty() ? nullptr : read_for_line(line, [&] {
            return read_rules(home / rules, line);
        }));
    }
}

} // namespace

validation::SchemaSet load_schemas(const validation::RuleSources& sources)
{
    SchemaFolders folders(sources.schema_dirs);
    validation::SchemaSet set;
    if (sources.schema) {
        set.otherwise = compile_file(*sources.schema, sources, folders);
    }
    if (sources.rules) {
        set.otherwise_rules = read_rules(*sources.rules);
    }
    if (sources.schema_map) {
        load_map(*sources.schema_map, sources, folders, set);
    }
    return set;
}

std::shared_ptr<const validation::Registry> load_registry(const validation::RuleSources& sources)
{
    if (!sources.registry) {
        return nullptr;
    }
    return validation::Registry::parse(
        read_plain_file(*sources.registry, kMaxRegistry, "--registry"), sources.registry->string());
}

} // namespace tlm::rulebook
