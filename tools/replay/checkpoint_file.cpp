// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/checkpoint_file.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "common/base/whole_file.hpp"

#include <filesystem>
#include <system_error>

namespace tlm::replay {

namespace {

constexpr std::size_t kLargest = 16ULL * 1024 * 1024;

} // namespace

CheckpointFile::CheckpointFile(const std::string& path)
    : m_path(replaceable_file(path, "--checkpoint").string())
{}

std::optional<Checkpoint> CheckpointFile::load() const
{
    std::error_code error;
    if (!std::filesystem::exists(m_path, error) && !error) {
        return std::nullopt;
    }
    return parse_checkpoint(read_text_file(m_path, kLargest, "--checkpoint"), m_path);
}

void CheckpointFile::save(const Checkpoint& checkpoint) const
{
    constexpr mode_t kEverybodyReads = 0644;
    if (const int error = replace_file(m_path, checkpoint_text(checkpoint), kEverybodyReads)) {
        throw fatal_error("cannot write '" + m_path + "': " + errno_text(error));
    }
}

} // namespace tlm::replay
