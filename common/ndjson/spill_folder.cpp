// SPDX-License-Identifier: Apache-2.0
#include "common/ndjson/spill_folder.hpp"

#include "common/base/error.hpp"
#include "common/base/hex.hpp"
#include "common/base/whole_file.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tlm::ndjson {
namespace {

std::string reason(int error)
{
    return std::generic_category().message(error);
}

std::string sha256(std::string_view bytes)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw fatal_error("OpenSSL has no SHA-256");
    }
    std::string text;
    append_hex(text, std::span{digest}.first(size));
    return text;
}

} // namespace

SpillFolder::SpillFolder(std::string path) : m_path(std::filesystem::absolute(std::move(path)))
{
    m_folder.reset(::open(m_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!m_folder || ::faccessat(m_folder.get(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
        throw usage_error("--spill-dir: cannot write to '" + m_path + "': " + reason(errno));
    }
    if (::flock(m_folder.get(), LOCK_EX | LOCK_NB) != 0) {
        throw usage_error("--spill-dir: '" + m_path + "' is in use: one folder a process");
    }
}

bool SpillFolder::kept(const std::string& name, std::size_t size) const
{
    const UniqueFd fd{
        ::openat(m_folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};

    struct stat status {};

    return fd && ::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_size == static_cast<off_t>(size);
}

int SpillFolder::write(const std::string& name, std::string_view payload) const
{
    constexpr mode_t kOwnerOnly = 0600; // what devices sent, secrets included
    const std::string part = "." + name + ".part";
    int error = 0;
    {
        const UniqueFd fd{::openat(m_folder.get(), part.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                                   kOwnerOnly)};
        error = fd ? write_all(fd.get(), payload) : errno;
        if (error == 0 && ::fsync(fd.get()) != 0) {
            error = errno;
        }
    }
    if (error == 0 && ::renameat(m_folder.get(), part.c_str(), m_folder.get(), name.c_str()) != 0) {
        error = errno;
    }
    if (error != 0) {
        static_cast<void>(::unlinkat(m_folder.get(), part.c_str(), 0));
    }
    return error;
}

std::variant<Spilled, std::string> SpillFolder::store(std::string_view payload)
{
    Spilled spilled{payload.size(), sha256(payload), {}};
    const std::string name = spilled.sha256 + ".payload";
    spilled.file = m_path + "/" + name;
    int error = kept(name, payload.size()) ? 0 : write(name, payload);
    // Also for a file that was there: the crash may have come just before this.
    if (error == 0 && ::fsync(m_folder.get()) != 0) {
        error = errno;
    }
    if (error != 0) {
        return "cannot write " + spilled.file + ": " + reason(error);
    }
    return spilled;
}

} // namespace tlm::ndjson
