// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "common/base/whole_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

using namespace tlm;

namespace {

constexpr mode_t kOwnerOnly = 0600;

std::string text_of(const std::filesystem::path& path)
{
    return read_text_file(path, 1U << 20U, "the file");
}

} // namespace

TEST_CASE("whole file: the new bytes take the place of the old", "[base]")
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "file";
    CHECK(replace_file(path, "a longer text", kOwnerOnly) == 0);
    CHECK(text_of(path) == "a longer text");
    CHECK(replace_file(path, "short", kOwnerOnly) == 0);
    CHECK(text_of(path) == "short");
    CHECK(replace_file(path, "", kOwnerOnly) == 0);
    CHECK(text_of(path).empty());

    struct stat status {};

    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & ALLPERMS) == kOwnerOnly);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "file.part"));
}

TEST_CASE("whole file: after a failure the old one is there, and no part of the new", "[base]")
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "file";
    std::filesystem::create_directory(path);
    CHECK(replace_file(path, "text", kOwnerOnly) == EISDIR);
    CHECK(std::filesystem::is_directory(path));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "file.part"));
    CHECK(replace_file(folder.path() / "none" / "file", "text", kOwnerOnly) == ENOENT);
}

TEST_CASE("whole file: a link in its way is not followed", "[base]")
{
    const TemporaryFolder folder;
    const auto victim = folder.write("victim", "its own");
    std::filesystem::create_symlink(victim, folder.path() / "file.part");
    CHECK(replace_file(folder.path() / "file", "text", kOwnerOnly) == ELOOP);
    CHECK(text_of(victim) == "its own");
}

TEST_CASE("whole file: links lead to the one that is replaced", "[base]")
{
    const TemporaryFolder folder;
    const auto file = folder.path() / "file";
    std::filesystem::create_symlink("file", folder.path() / "link");
    std::filesystem::create_symlink(folder.path() / "link", folder.path() / "second");
    CHECK(replaceable_file(file, "it") == file);
    CHECK(replaceable_file(folder.path() / "second", "it") == file); // which is not there yet
    folder.write("file", "text");
    CHECK(replaceable_file(folder.path() / "second", "it") == file);
    CHECK(replaceable_file("bare", "it") == "bare");
    std::filesystem::create_symlink("loop", folder.path() / "loop");
    CHECK_THROWS_AS(replaceable_file(folder.path() / "loop", "it"), Error);
}

TEST_CASE("whole file: what is no regular file is not replaced", "[base]")
{
    const TemporaryFolder folder;
    const auto pipe = folder.path() / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), kOwnerOnly) == 0);
    std::filesystem::create_symlink("pipe", folder.path() / "link");
    CHECK_THROWS_WITH(replaceable_file(pipe, "--it"),
                      "--it: '" + pipe.string() + "' is not a regular file");
    CHECK_THROWS_AS(replaceable_file(folder.path() / "link", "--it"), Error);
    CHECK_THROWS_AS(replaceable_file(folder.path(), "--it"), Error);
}

TEST_CASE("whole file: a device that is full is an error", "[base]")
{
    const auto full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    CHECK(write_all(full, "x") == ENOSPC);
    ::close(full);
}
