// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/ndjson/spill_folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

using tlm::Error;
using tlm::Spilled;
using tlm::TemporaryFolder;
using tlm::ndjson::SpillFolder;

namespace {

/// Of "abc" (FIPS 180-2, B.1).
const std::string abc_digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string contents(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t files_in(const std::filesystem::path& folder)
{
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

} // namespace

TEST_CASE("spill folder: a payload is one file, named by its digest", "[ndjson]")
{
    const TemporaryFolder folder;
    SpillFolder spill{folder.path()};
    const auto stored = std::get<Spilled>(spill.store("abc"));
    CHECK(stored.size == 3);
    CHECK(stored.sha256 == abc_digest);
    CHECK(stored.file == folder.path() / (abc_digest + ".payload"));
    CHECK(contents(stored.file) == "abc");

    struct stat status {};

    REQUIRE(::stat(stored.file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
    CHECK(std::get<Spilled>(spill.store("abc")) == stored);
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("spill folder: what a crash left is written again, what is no file is not followed",
          "[ndjson]")
{
    const TemporaryFolder folder;
    SpillFolder spill{folder.path()};
    const auto name = folder.path() / (abc_digest + ".payload");
    const std::string elsewhere = folder.write("elsewhere", "xyz");
    SECTION("a half-written part")
    {
        folder.write("." + abc_digest + ".payload.part", "garbage, and longer");
    }
    SECTION("a file of another size")
    {
        folder.write(abc_digest + ".payload", "ab");
    }
    SECTION("a link")
    {
        std::filesystem::create_symlink(elsewhere, name);
    }
    CHECK(std::get<Spilled>(spill.store("abc")).file == name);
    CHECK(contents(name) == "abc");
    CHECK_FALSE(std::filesystem::is_symlink(name));
    CHECK(contents(elsewhere) == "xyz");
    CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("spill folder: a link in place of the part is refused", "[ndjson]")
{
    const TemporaryFolder folder;
    SpillFolder spill{folder.path()};
    const std::string elsewhere = folder.write("elsewhere", "xyz");
    std::filesystem::create_symlink(elsewhere,
                                    folder.path() / ("." + abc_digest + ".payload.part"));
    CHECK(std::holds_alternative<std::string>(spill.store("abc")));
    CHECK(contents(elsewhere) == "xyz");
}

TEST_CASE("spill folder: a file that cannot be written whole is not there at all", "[ndjson]")
{
    const TemporaryFolder folder;
    SpillFolder spill{folder.path()};
    // As on a full disk: the file may not grow beyond this.
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{10'000, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const auto stored = spill.store(std::string(20'000, 'x'));
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    REQUIRE(std::holds_alternative<std::string>(stored));
    CHECK(std::get<std::string>(stored).find("File too large") != std::string::npos);
    CHECK(files_in(folder.path()) == 0);
    CHECK(std::holds_alternative<Spilled>(spill.store(std::string(20'000, 'x'))));
}

TEST_CASE("spill folder: a folder that is missing or in use is refused", "[ndjson]")
{
    const TemporaryFolder folder;
    CHECK_THROWS_AS(SpillFolder{folder.path() / "missing"}, Error);
    CHECK_THROWS_AS(SpillFolder{folder.write("file", "")}, Error);
    const SpillFolder first{folder.path()};
    CHECK_THROWS_AS(SpillFolder{folder.path()}, Error);
}
