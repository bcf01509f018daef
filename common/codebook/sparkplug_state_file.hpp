// SPDX-License-Identifier: Apache-2.0
// What Sparkplug's births told, kept in a file over a restart.
#pragma once

#include "common/base/unique_fd.hpp"
#include "common/formats/sparkplug.hpp"
#include "common/formats/sparkplug_checkpoint.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::codebook {

using formats::SparkplugCheckpoint;

/// The file: lines of SparkplugDecoder's state, and behind each group of them a line with the
/// checkpoint; what stands behind the last checkpoint was never finished and does not count. Only
/// what changed is appended, and all is written anew when the file has grown to twice its size.
/// A change of names and aliases is on disk when keep() returns; a mere seq is in the system's
/// hands, so a crash of the machine makes aliases wait for the next birth, and no more. The file
/// belongs to one process at a time. Used by one thread.
class SparkplugStateFile {
  public:
    /// `topic` is that of the records: offsets of another one do not count. Throws Error usage when
    /// the file cannot be written, is in use, or is not of this kind.
    SparkplugStateFile(std::filesystem::path path, std::string topic);

    /// Gives the decoder what the file has. A file that is damaged is said to the log, and counts
    /// as empty: births are then asked for anew.
    [[nodiscard]] SparkplugCheckpoint load(formats::SparkplugDecoder& decoder);

    /// To be called before the messages of the checkpoint are acknowledged. Throws Error transient
    /// when the file cannot be written now; the next call writes all of it.
    void keep(formats::SparkplugDecoder& decoder, const SparkplugCheckpoint& checkpoint);

  private:
    void append(std::string_view text);
    void rewrite(const formats::SparkplugDecoder& decoder, const SparkplugCheckpoint& checkpoint);
    void remember(const SparkplugCheckpoint& checkpoint);
    void append_checkpoint(std::string& out, const SparkplugCheckpoint& checkpoint) const;
    [[nodiscard]] bool read_checkpoint(std::string_view line,
                                       SparkplugCheckpoint& checkpoint) const;
    [[noreturn]] void fail(int error) const;

    std::filesystem::path m_path;
    std::string m_topic;
    UniqueFd m_file;
    std::size_t m_size = 0;          ///< of the file, whole lines
    std::size_t m_size_of_whole = 0; ///< when all of it was written last
    bool m_whole_wanted = true;
    std::string m_text;
    std::vector<SparkplugCheckpoint::Elsewhere> m_elsewhere; ///< the newest of them
};

} // namespace tlm::codebook
