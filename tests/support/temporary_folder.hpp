// SPDX-License-Identifier: Apache-2.0
// A folder for the files of one test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tlm {

/// Made empty, removed with all that is in it.
class TemporaryFolder {
  public:
    TemporaryFolder()
    {
        std::string name = std::filesystem::temp_directory_path() / "tlm-test-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("mkdtemp failed");
        }
        m_path = name;
    }

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    ~TemporaryFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }

    /// Writes a file, readable by its owner only, and returns its whole name.
    std::string write(const std::string& name, std::string_view text) const
    {
        const std::filesystem::path file = m_path / name;
        std::ofstream(file, std::ios::binary) << text;
        std::filesystem::permissions(file, std::filesystem::perms::owner_read |
                                               std::filesystem::perms::owner_write);
        return file;
    }

  private:
    std::filesystem::path m_path;
};

} // namespace tlm
