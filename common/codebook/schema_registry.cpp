// SPDX-License-Identifier: Apache-2.0
#include "common/codebook/schema_registry.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "common/base/whole_file.hpp"
#include "common/codebook/registry_client.hpp"
#include "common/ops/log.hpp"

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

namespace tlm::codebook {

namespace fs = std::filesystem;
using formats::RegisteredSchema;

namespace {

constexpr std::size_t kMaxSchema = 16UL * 1024 * 1024;

/// The files of a folder, or of memory where there is none.
class SchemaFolder {
  public:
    /// `flag` is that which named the folder.
    SchemaFolder(fs::path folder, std::string flag)
        : m_folder(std::move(folder)), m_flag(std::move(flag))
    {
        std::error_code ignored;
        if (!m_folder.empty() && !fs::is_directory(m_folder, ignored)) {
            throw usage_error(m_flag + ": '" + m_folder.string() + "' is not a folder");
        }
    }

    [[nodiscard]] std::optional<std::string> read(const std::string& name) const
    {
        if (const auto kept = m_kept.find(name); kept != m_kept.end()) {
            return kept->second;
        }
        std::error_code ignored;
        if (m_folder.empty() || !fs::is_regular_file(m_folder / name, ignored)) {
            return std::nullopt;
        }
        return read_text_file(m_folder / name, kMaxSchema, m_flag);
    }

    /// In the folder; in memory when that fails.
    void write(const std::string& name, const std::string& bytes)
    {
        if (m_folder.empty() || !write_file(m_folder / name, bytes)) {
            m_kept[name] = bytes;
        }
    }

  private:
    static bool write_file(const fs::path& path, const std::string& bytes)
    {
        constexpr mode_t kReadable = 0644;
        const int error = replace_file(path, bytes, kReadable);
        if (error != 0) {
            log::warn("'{}' cannot be written: {}", path.string(), errno_text(error));
        }
        return error == 0;
    }

    fs::path m_folder;
    std::string m_flag;
    std::map<std::string, std::string> m_kept;
};

/// One folder, and the registry that fills it, if any.
class RegistryOrFolder final : public formats::SchemaSource {
  public:
    RegistryOrFolder(SchemaFolder folder, formats::ProtobufNames names,
                     std::unique_ptr<RegistryClient> client)
        : m_folder(std::move(folder)),
          m_files([this](const std::string& name) { return m_folder.read(name); }, names),
          m_client(std::move(client))
    {}

    [[nodiscard]] std::optional<RegisteredSchema> fetch(std::uint32_t id) override
    {
        try {
            auto found = m_files.fetch(id);
            return found || m_client == nullptr ? std::move(found) : ask(id);
        } catch (const Error& error) {
            if (error.retriable()) {
                throw;
            }
            return unusable(id, error.what());
        }
    }

  private:
    /// Said to the log, and with each message that needs it.
    [[nodiscard]] static RegisteredSchema unusable(std::uint32_t id, const std::string& why)
    {
        constexpr std::size_t kLongest = 500;
        log::error("the registered schema {} cannot be used: {}", id, why);
        RegisteredSchema none;
        none.unusable = why.substr(0, kLongest);
        return none;
    }

    /// What the registry has goes into the folder first.
    [[nodiscard]] std::optional<RegisteredSchema> ask(std::uint32_t id)
    {
        const auto answer = m_client->ask(id);
        if (const auto* unanswered = std::get_if<Unanswered>(&answer)) {
            throw transient_error(unanswered->why);
        }
        if (const auto* none = std::get_if<NotRegistered>(&answer)) {
            return none->why.empty() ? std::nullopt : std::optional{unusable(id, none->why)};
        }
        const auto& file = std::get<SchemaFile>(answer);
        const bool json = file.kind == SchemaFile::Kind::json;
        m_folder.write(std::to_string(id) + (json ? ".json" : ".desc"), file.bytes);
        log::info("schema {} of the registry is known now", id);
        return m_files.fetch(id);
    }

    SchemaFolder m_folder;
    formats::SchemaFiles m_files;
    std::unique_ptr<RegistryClient> m_client; ///< null: the folder has all of them
};

/// The one line of a file that the command line has looked at.
std::string login_of(const formats::FormatSources& sources)
{
    constexpr std::size_t kMaxLogin = 64UL * 1024;
    if (!sources.registry_login) {
        return {};
    }
    auto text = read_text_file(*sources.registry_login, kMaxLogin, "--schema-registry-login");
    text.erase(text.find_last_not_of("\r\n") + 1);
    if (text.find(':') == std::string::npos) {
        throw usage_error("--schema-registry-login: the file holds no USER:PASSWORD");
    }
    return text;
}

} // namespace

std::unique_ptr<formats::SchemaSource> open_registry(const formats::FormatSources& sources)
{
    if (!sources.registry_is_url()) {
        return std::make_unique<RegistryOrFolder>(
            SchemaFolder{sources.registry, "--schema-registry"}, sources.proto_names, nullptr);
    }
    RegistryOptions options;
    options.url = sources.registry.substr(0, sources.registry.find_last_not_of('/') + 1);
    options.login = login_of(sources);
    options.ca_file = sources.registry_ca.value_or("").string();
    return std::make_unique<RegistryOrFolder>(
        SchemaFolder{sources.registry_cache.value_or(""), "--schema-registry-cache"},
        sources.proto_names, std::make_unique<RegistryClient>(std::move(options)));
}

} // namespace tlm::codebook
