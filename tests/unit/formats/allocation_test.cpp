// SPDX-License-Identifier: Apache-2.0
// A warm decoder allocates nothing: operator new is counted, in this whole program. Not under a
// sanitizer: it has an operator new of its own, which sees more.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include "common/formats/cloud_event.hpp"
#include "common/formats/confluent.hpp"
#include "common/formats/protobuf.hpp"
#include "common/formats/sparkplug.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/formats/descriptors.hpp"
#include "tests/unit/formats/wire_writer.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

namespace {

std::atomic<std::size_t> g_allocations{0};

} // namespace

// NOLINTBEGIN(misc-new-delete-overloads)
void* operator new(std::size_t size)
{
    ++g_allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc{};
}

void operator delete(void* memory) noexcept
{
    std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept
{
    std::free(memory);
}

// NOLINTEND(misc-new-delete-overloads)

using namespace tlm;
using namespace tlm::formats;
using tlm::test::WireWriter;

namespace {

/// How often `decode` allocates once it has been called.
template <typename Decode>
std::size_t allocations(Decode decode)
{
    std::string out;
    REQUIRE_FALSE(std::holds_alternative<Reject>(decode(out)));
    REQUIRE(out.size() > 40);
    out.clear();
    const auto before = g_allocations.load();
    for (int i = 0; i < 10; ++i) {
        out.clear();
        static_cast<void>(decode(out));
    }
    return g_allocations.load() - before;
}

std::string message()
{
    const auto axis = WireWriter{}.fixed64(1, 0.5).text();
    WireWriter wire;
    wire.varint(1, 5).bytes(14, "text that is \"escaped\", and long").bytes(15, "bytes");
    for (int i = 0; i < 20; ++i) {
        wire.bytes(27, axis);
    }
    return wire.bytes(31, WireWriter{}.bytes(1, "a").varint(2, 1).text())
        .bytes(31, WireWriter{}.bytes(1, "b").varint(2, 1).text())
        .text();
}

} // namespace

TEST_CASE("a warm decoder allocates nothing", "[formats]")
{
    SECTION("protobuf")
    {
        const ProtobufSchema schema{test::descriptor_set(test::all_kinds_proto())};
        ProtobufDecoder decoder;
        const auto bytes = message();
        const auto type = schema.type("test.All");
        CHECK(allocations([&](std::string& out) { return decoder.decode(type, bytes, out); }) == 0);
    }
    SECTION("sparkplug")
    {
        const auto metric = [](unsigned alias) {
            return WireWriter{}.varint(2, alias).varint(10, 7);
        };
        WireWriter birth;
        WireWriter data;
        for (unsigned alias = 0; alias < 20; ++alias) {
            birth.bytes(2, metric(alias)
                               .varint(4, 3)
                               .bytes(1, "a metric with a long name " + std::to_string(alias))
                               .text());
            data.bytes(2, metric(alias).text());
        }
        SparkplugDecoder decoder;
        std::string out;
        REQUIRE(std::holds_alternative<SparkplugMessage>(
            decoder.decode("spBv1.0/G/DBIRTH/E/d", birth.text(), 0, out)));
        CHECK(allocations([&](std::string& json) {
                  return decoder.decode("spBv1.0/G/DDATA/E/d", data.text(), 0, json);
              }) == 0);
    }
    SECTION("cloud events")
    {
        CloudEventDecoder decoder;
        const std::string event =
            R"({"specversion":"1.0","id":"an id that is long","source":"/a/long/source/of/events",)"
            R"("type":"t","time":"2026-01-01T00:00:00.123Z","data":{"temp":21.5}})";
        CHECK(allocations([&](std::string& out) { return decoder.structured(event, out); }) == 0);
    }
    SECTION("confluent")
    {
        SchemaFiles files{[](const std::string& name) {
            return name == "1.desc" ? std::optional{test::descriptor_set(test::all_kinds_proto())}
                                    : std::nullopt;
        }};
        SchemaCache cache{files};
        ConfluentDecoder decoder{cache};
        const auto bytes = std::string{"\0\0\0\0\x01\x02\x02", 7} + message();
        CHECK(allocations([&](std::string& out) { return decoder.decode(bytes, {}, out); }) == 0);
    }
}

#endif
