// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/zstd_stream.hpp"

#include "common/base/error.hpp"
#include "common/base/whole_file.hpp"

#include <fcntl.h>
#include <zstd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace tlm::replay {

namespace {

constexpr int kLevel = 6;        // slower levels win a few per cent on telemetry
constexpr mode_t kOnlyUs = 0600; // what devices say may be confidential
constexpr std::string_view kMagic{"\x28\xB5\x2F\xFD"}; // RFC 8878, 3.1.1

std::string quoted(const std::filesystem::path& path)
{
    return "'" + path.string() + "'";
}

} // namespace

Error damaged(const std::filesystem::path& path, std::string_view how)
{
    return usage_error(quoted(path) + " is damaged: " + std::string(how) +
                       "; copy it again, or make it anew");
}

void ZstdWriter::End::operator()(ZSTD_CCtx_s* context) const noexcept
{
    ZSTD_freeCCtx(context);
}

ZstdWriter::ZstdWriter(std::filesystem::path path)
    : m_path(replaceable_file(std::move(path), "--to-file")),
      m_part(m_path),
      m_context(ZSTD_createCCtx()),
      m_out(ZSTD_CStreamOutSize())
{
    m_part += ".part";
    m_fd.reset(
        ::open(m_part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kOnlyUs));
    if (!m_fd) {
        throw usage_error("cannot write " + quoted(m_part) + ": " + errno_text(errno));
    }
    if (m_context == nullptr) {
        throw fatal_error("no memory to compress " + quoted(m_path));
    }
    ZSTD_CCtx_setParameter(m_context.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(m_context.get(), ZSTD_c_checksumFlag, 1);
}

ZstdWriter::~ZstdWriter()
{
    if (m_fd) {
        ::unlink(m_part.c_str());
    }
}

void ZstdWriter::write(std::string_view bytes)
{
    compress(bytes, Step::more);
}

void ZstdWriter::close()
{
    compress({}, Step::last);
    if (::fsync(m_fd.get()) != 0 || std::rename(m_part.c_str(), m_path.c_str()) != 0) {
        throw fatal_error("cannot write " + quoted(m_path) + ": " + errno_text(errno));
    }
    m_fd.reset();
    if (const int error = sync_folder_of(m_path)) {
        throw fatal_error("cannot write " + quoted(m_path) + ": " + errno_text(error));
    }
}

void ZstdWriter::compress(std::string_view bytes, Step step)
{
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    const auto directive = step == Step::last ? ZSTD_e_end : ZSTD_e_continue;
    for (;;) {
        ZSTD_outBuffer out{m_out.data(), m_out.size(), 0};
        const auto left = ZSTD_compressStream2(m_context.get(), &out, &in, directive);
        if (ZSTD_isError(left) != 0) {
            throw fatal_error("cannot compress " + quoted(m_path) + ": " + ZSTD_getErrorName(left));
        }
        write_out({m_out.data(), out.pos});
        if (step == Step::last ? left == 0 : in.pos == in.size) {
            return;
        }
    }
}

void ZstdWriter::write_out(std::span<const char> bytes)
{
    if (const int error = write_all(m_fd.get(), {bytes.data(), bytes.size()})) {
        throw fatal_error("cannot write " + quoted(m_part) + ": " + errno_text(error));
    }
}

void ZstdReader::End::operator()(ZSTD_DCtx_s* context) const noexcept
{
    ZSTD_freeDCtx(context);
}

ZstdReader::ZstdReader(std::filesystem::path path)
    : m_path(std::move(path)),
      m_fd(::open(m_path.c_str(), O_RDONLY | O_CLOEXEC)),
      m_context(ZSTD_createDCtx()),
      m_in(ZSTD_DStreamInSize())
{
    if (!m_fd) {
        throw usage_error("cannot read " + quoted(m_path) + ": " + errno_text(errno));
    }
    if (m_context == nullptr) {
        throw fatal_error("no memory to read " + quoted(m_path));
    }
    constexpr int kLargestWindow = 27; // 128 MiB, as a power of two
    ZSTD_DCtx_setParameter(m_context.get(), ZSTD_d_windowLogMax, kLargestWindow);
}

ZstdReader::~ZstdReader() = default;

/// False at the end of the file.
bool ZstdReader::fill()
{
    for (;;) {
        const auto count = ::read(m_fd.get(), m_in.data(), m_in.size());
        if (count >= 0) {
            m_at = 0;
            m_filled = static_cast<std::size_t>(count);
            return count > 0;
        }
        if (errno != EINTR) {
            throw fatal_error("cannot read " + quoted(m_path) + ": " + errno_text(errno));
        }
    }
}

std::size_t ZstdReader::read(std::span<char> into)
{
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (out.pos == 0) {
        if (m_at == m_filled && !fill()) {
            if (m_in_frame) {
                throw damaged(m_path, "it is cut short");
            }
            return 0;
        }
        ZSTD_inBuffer in{m_in.data(), m_filled, m_at};
        const auto left = ZSTD_decompressStream(m_context.get(), &out, &in);
        if (ZSTD_isError(left) != 0) {
            throw damaged(m_path, ZSTD_getErrorName(left));
        }
        m_at = in.pos;
        m_in_frame = left != 0;
    }
    return out.pos;
}

bool ZstdReader::recognises(const std::filesystem::path& path)
{
    std::array<char, kMagic.size()> start{};
    if (path == "-") { // standard input, whatever files there are
        return false;
    }
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    const auto count = fd ? ::pread(fd.get(), start.data(), start.size(), 0) : 0;
    if (fd && path.extension() == ".capsule") { // of no byte, it may be
        return true;
    }
    return count > 0 && begins({start.data(), static_cast<std::size_t>(count)});
}

bool ZstdReader::begins(std::string_view bytes) noexcept
{
    if (bytes.size() < kMagic.size()) {
        return !bytes.empty() && kMagic.starts_with(bytes);
    }
    std::size_t same = 0;
    for (std::size_t i = 0; i < kMagic.size(); ++i) {
        same += bytes[i] == kMagic[i] ? 1 : 0;
    }
    return same + 1 >= kMagic.size();
}

} // namespace tlm::replay
