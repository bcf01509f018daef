// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/codebook/sparkplug_state_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/formats/wire_writer.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace tlm;
using codebook::SparkplugStateFile;
using formats::SparkplugCheckpoint;
using formats::SparkplugDecoder;
using test::WireWriter;

namespace {

namespace fs = std::filesystem;

std::string born(unsigned seq, std::string_view name)
{
    return WireWriter{}
        .varint(1, 1000)
        .varint(3, seq)
        .bytes(2, WireWriter{}.bytes(1, name).varint(2, 1).varint(4, 3).varint(10, 5).text())
        .text();
}

std::string data(unsigned seq)
{
    return WireWriter{}
        .varint(1, 1000)
        .varint(3, seq)
        .bytes(2, WireWriter{}.varint(2, 1).varint(10, 7).text())
        .text();
}

/// The JSON, or the reason.
std::string decode(SparkplugDecoder& decoder, const std::string& type, const std::string& payload,
                   const std::string& edge = "E")
{
    std::string out;
    const auto verdict = decoder.decode("spBv1.0/G/" + type + "/" + edge, payload, 1000, out);
    const auto* const reject = std::get_if<Reject>(&verdict);
    return reject == nullptr ? out : std::string{reason_name(reject->reason)};
}

std::string text_of(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>{file}, {}};
}

const std::string kTemp7 = R"({"ts":1000,"sparkplug":"NDATA","temp":7})";

} // namespace

TEST_CASE("state file: names and aliases are there after a restart", "[codebook]")
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "state";
    {
        SparkplugDecoder decoder;
        SparkplugStateFile file(path, "t");
        CHECK(file.load(decoder).offsets.empty());
        decode(decoder, "NBIRTH", born(0, "temp"));
        file.keep(decoder, {{{0, 5}, {3, 9}}, {}});
        decode(decoder, "NDATA", data(1));
        file.keep(decoder, {{{0, 6}, {3, 9}}, {{"spBv1.0/G/NDATA/E", "00ff"}}});
    }
    SparkplugDecoder decoder;
    SparkplugStateFile file(path, "t");
    const auto checkpoint = file.load(decoder);
    CHECK(checkpoint.offsets == std::map<std::int32_t, std::int64_t>{{0, 6}, {3, 9}});
    REQUIRE(checkpoint.elsewhere.size() == 1);
    CHECK(checkpoint.elsewhere[0] == SparkplugCheckpoint::Elsewhere{"spBv1.0/G/NDATA/E", "00ff"});
    CHECK(decode(decoder, "NDATA", data(2)) == kTemp7); // seq goes on where it was
}

TEST_CASE("state file: what was not finished does not count, at whichever byte", "[codebook]")
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "state";
    std::size_t finished = 0;
    {
        SparkplugDecoder decoder;
        SparkplugStateFile file(path, "t");
        static_cast<void>(file.load(decoder));
        decode(decoder, "NBIRTH", born(0, "temp"));
        file.keep(decoder, {{{0, 5}}, {}});
        finished = fs::file_size(path);
        decode(decoder, "NBIRTH", born(0, "other"));
        decode(decoder, "NBIRTH", born(0, "second"), "F");
        file.keep(decoder, {{{0, 7}}, {}});
    }
    const auto whole = text_of(path);
    for (std::size_t size = finished; size <= whole.size(); ++size) {
        const auto cut = folder.write("cut", whole.substr(0, size));
        SparkplugDecoder decoder;
        const auto checkpoint = SparkplugStateFile(cut, "t").load(decoder);
        const bool all = size == whole.size();
        CHECK(checkpoint.offsets.at(0) == (all ? 7 : 5));
        CHECK((decode(decoder, "NDATA", data(1)).find("other") != std::string::npos) == all);
        CHECK(decode(decoder, "NDATA", data(1), "F") ==
              (all ? R"({"ts":1000,"sparkplug":"NDATA","second":7})" : "no_birth"));
    }
}

TEST_CASE("state file: offsets of another topic do not count", "[codebook]")
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "state";
    {
        SparkplugDecoder decoder;
        SparkplugStateFile file(path, "t");
        decode(decoder, "NBIRTH", born(0, "temp"));
        file.keep(decoder, {{{0, 5}}, {{"a", "b"}}});
    }
    SparkplugDecoder decoder;
    const auto checkpoint = SparkplugStateFile(path, "u").load(decoder);
    CHECK(checkpoint.offsets.empty());
    CHECK(checkpoint.elsewhere.empty());
    CHECK(decode(decoder, "NDATA", data(1)) == kTemp7);
}

TEST_CASE("state file: a death is remembered as well", "[codebook]")
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "state";
    {
        SparkplugDecoder decoder;
        SparkplugStateFile file(path, "t");
        decode(decoder, "NBIRTH", born(0, "temp"));
        file.keep(decoder, {});
        decode(decoder, "NDEATH", WireWriter{}.varint(1, 1000).text());
        file.keep(decoder, {});
    }
    SparkplugDecoder decoder;
    static_cast<void>(SparkplugStateFile(path, "t").load(decoder));
    CHECK(decode(decoder, "NDATA", data(1)) == "no_birth");
}

TEST_CASE("state file: it does not grow without bound", "[codebook]")
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "state";
    SparkplugDecoder decoder;
    SparkplugStateFile file(path, "t");
    decode(decoder, "NBIRTH", born(0, "temp"));
    std::size_t largest = 0;
    for (unsigned i = 1; i <= 30'000; ++i) {
        decode(decoder, "NDATA", data(i % 256));
        file.keep(decoder, {{{0, i}}, {{"spBv1.0/G/NDATA/E", std::to_string(i)}}});
        largest = std::max(largest, static_cast<std::size_t>(fs::file_size(path)));
    }
    CHECK(largest < 4'000'000);
    SparkplugDecoder next;
    const auto copy = folder.write("copy", text_of(path));
    const auto checkpoint = SparkplugStateFile(copy, "t").load(next);
    CHECK(checkpoint.offsets.at(0) == 30'000);
    CHECK(checkpoint.elsewhere.back().hash == "30000");
    CHECK(decode(next, "NDATA", data(30'001 % 256)) == kTemp7);
}

TEST_CASE("state file: only files of its kind, and one process", "[codebook]")
{
    const TemporaryFolder folder;
    const auto other = folder.write("other", "precious\n");
    SparkplugDecoder decoder;
    SparkplugStateFile wrong(other, "t");
    CHECK_THROWS_AS(static_cast<void>(wrong.load(decoder)), Error);
    CHECK(text_of(other) == "precious\n");
    CHECK_THROWS_AS(SparkplugStateFile(other, "t"), Error); // in use
    CHECK_THROWS_AS(SparkplugStateFile(folder.path(), "t"), Error);

    const auto damaged = folder.write("damaged", "{\"v\":1,nonsense\n"
                                                 "{\"v\":1,\"topic\":\"t\",\"offsets\":{},"
                                                 "\"elsewhere\":[]}\n");
    CHECK(SparkplugStateFile(damaged, "t").load(decoder).offsets.empty());
}

TEST_CASE("state file: what could not be written is written whole the next time", "[codebook]")
{
    const TemporaryFolder folder;
    const auto away = folder.path() / "folder";
    fs::create_directory(away);
    const auto path = away / "state";
    SparkplugDecoder decoder;
    SparkplugStateFile file(path, "t");
    decode(decoder, "NBIRTH", born(0, "temp"));
    fs::rename(away, folder.path() / "moved");
    try {
        file.keep(decoder, {{{0, 1}}, {}});
        FAIL("kept in a folder that is not there");
    } catch (const Error& error) {
        CHECK(error.retriable());
    }
    fs::rename(folder.path() / "moved", away);
    file.keep(decoder, {{{0, 1}}, {}});
    SparkplugDecoder next;
    const auto copy = folder.write("copy", text_of(path));
    CHECK(SparkplugStateFile(copy, "t").load(next).offsets.at(0) == 1);
    CHECK(decode(next, "NDATA", data(1)) == kTemp7);
}
