// SPDX-License-Identifier: Apache-2.0
// Files compressed with Zstandard (RFC 8878).
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace tlm::replay {

/// Writes a new compressed file, which has its name only once it is whole: close() syncs and
/// renames it. Without close() nothing is left behind. Failures throw Error fatal naming the file.
/// One thread.
class ZstdWriter {
  public:
    /// Throws Error usage when the file cannot be made, see also replaceable_file().
    explicit ZstdWriter(std::filesystem::path path);
    ~ZstdWriter();
    ZstdWriter(const ZstdWriter&) = delete;
    ZstdWriter& operator=(const ZstdWriter&) = delete;

    void write(std::string_view bytes);
    void close();

  private:
    struct End {
        void operator()(ZSTD_CCtx_s* context) const noexcept;
    };

    enum class Step { more, last };
    void compress(std::string_view bytes, Step step);
    void write_out(std::span<const char> bytes);

    std::filesystem::path m_path;
    std::filesystem::path m_part; ///< the name until it is whole
    UniqueFd m_fd;
    std::unique_ptr<ZSTD_CCtx_s, End> m_context;
    std::vector<char> m_out;
};

/// An Error usage that says how the file is damaged, and what to do.
[[nodiscard]] Error damaged(const std::filesystem::path& path, std::string_view how);

/// Reads a compressed file. Memory is bounded: what asks for a window beyond 128 MiB is refused.
/// Throws Error usage naming the file when it is no such file, or is damaged or cut short. One
/// thread.
class ZstdReader {
  public:
    explicit ZstdReader(std::filesystem::path path);
    ~ZstdReader();
    ZstdReader(const ZstdReader&) = delete;
    ZstdReader& operator=(const ZstdReader&) = delete;

    /// Fills `into`, which is not empty, with at least a byte; 0 at the end of the file.
    [[nodiscard]] std::size_t read(std::span<char> into);

    /// True when the file begins as a compressed one does, one damaged byte in it or cut short
    /// after the first: nothing else that is read begins so. Of a name that ends in `.capsule`
    /// nothing else is expected. False also for what cannot be opened, and for `-`, standard input.
    [[nodiscard]] static bool recognises(const std::filesystem::path& path);

    /// True when these are the first bytes of a compressed file, see recognises().
    [[nodiscard]] static bool begins(std::string_view bytes) noexcept;

  private:
    struct End {
        void operator()(ZSTD_DCtx_s* context) const noexcept;
    };

    [[nodiscard]] bool fill();

    std::filesystem::path m_path;
    UniqueFd m_fd;
    std::unique_ptr<ZSTD_DCtx_s, End> m_context;
    std::vector<char> m_in;
    std::size_t m_at = 0;     ///< first byte of m_in not taken
    std::size_t m_filled = 0; ///< end of what was read into m_in
    bool m_in_frame = false;  ///< what has begun has not ended
};

} // namespace tlm::replay
