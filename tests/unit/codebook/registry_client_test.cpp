// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"
#include "common/codebook/codebook.hpp"
#include "common/ops/listen.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/formats/wire_writer.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace tlm;
using namespace tlm::formats;
using namespace std::chrono_literals;
using namespace std::string_literals;
using test::WireWriter;

namespace {

/// A registry that answers what it was told to; 404 else.
class StubRegistry {
  public:
    StubRegistry() : m_listener(ops::listen_on({"127.0.0.1", 0}, "--flag", 8)) {}

    ~StubRegistry()
    {
        m_stop = true;
        if (m_thread.joinable()) {
            m_thread.join();
        }
    }

    void start()
    {
        m_thread = std::thread{[this] { run(); }};
    }

    void answer(const std::string& path, const std::string& body, int status = 200)
    {
        const std::lock_guard lock{m_mutex};
        m_answers[path] = {status, body};
    }

    [[nodiscard]] std::string url() const
    {
        return "http://127.0.0.1:" + std::to_string(ops::bound_address(m_listener.get()).port);
    }

    [[nodiscard]] std::vector<std::string> requests()
    {
        const std::lock_guard lock{m_mutex};
        return m_requests;
    }

  private:
    void run()
    {
        while (!m_stop) {
            pollfd wanted{m_listener.get(), POLLIN, 0};
            if (::poll(&wanted, 1, 20) > 0) {
                const UniqueFd client{::accept(m_listener.get(), nullptr, nullptr)};
                serve(client.get());
            }
        }
    }

    void serve(int fd)
    {
        std::string head;
        std::array<char, 4096> bytes{};
        while (head.find("\r\n\r\n") == std::string::npos) {
            const auto size = ::recv(fd, bytes.data(), bytes.size(), 0);
            if (size <= 0) {
                return;
            }
            head.append(bytes.data(), static_cast<std::size_t>(size));
        }
        const auto path = head.substr(4, head.find(' ', 4) - 4);
        const std::lock_guard lock{m_mutex};
        const bool signed_in = head.find("Authorization: Basic dTpw\r\n") != std::string::npos;
        m_requests.push_back(path + (signed_in ? " as u:p" : ""));
        const auto found = m_answers.find(path);
        const auto [status, body] =
            found == m_answers.end() ? std::pair{404, "{}"s} : found->second;
        const auto text = "HTTP/1.1 " + std::to_string(status) +
                          " X\r\nContent-Length: " + std::to_string(body.size()) +
                          "\r\nConnection: close\r\n\r\n" + body;
        static_cast<void>(::send(fd, text.data(), text.size(), MSG_NOSIGNAL));
    }

    UniqueFd m_listener;
    std::mutex m_mutex;
    std::map<std::string, std::pair<int, std::string>> m_answers;
    std::vector<std::string> m_requests;
    std::atomic<bool> m_stop = false;
    std::thread m_thread;
};

FormatSources sources_at(const std::string& url)
{
    FormatSources sources;
    sources.format = Format::confluent;
    sources.registry = url;
    return sources;
}

/// Asks until there is an answer; the first one must be that it is not known yet.
std::string decode(PayloadDecoder& decoder, const std::string& payload)
{
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    for (int attempt = 0;; ++attempt) {
        std::string json;
        try {
            const auto verdict = decoder.decode({"t", payload}, json);
            const auto* const reject = std::get_if<Reject>(&verdict);
            return reject == nullptr ? json : std::string{reason_name(reject->reason)};
        } catch (const Error& error) {
            REQUIRE(error.retriable());
            REQUIRE(std::chrono::steady_clock::now() < deadline);
            static_cast<void>(::poll(nullptr, 0, 2));
        }
    }
}

constexpr const char* kMotor =
    R"({"schemaType":"PROTOBUF","schema":"syntax = \"proto3\"; import \"unit.proto\"; )"
    R"(import \"google/protobuf/timestamp.proto\"; message Motor { google.protobuf.Timestamp ts )"
    R"(= 1; Unit unit = 2; sint32 rpm = 3; }",)"
    R"("references":[{"name":"unit.proto","subject":"unit/é","version":2}]})";
constexpr const char* kUnit =
    R"({"subject":"unit/é","id":3,"schemaType":"PROTOBUF","schema":"syntax = \"proto3\"; )"
    R"(enum Unit { NONE = 0; RPM = 1; }"})";

const std::string kMotorBytes = "\0\0\0\0\5\0"s + WireWriter{}.varint(2, 1).varint(3, 9).text();
const std::string kMotorJson = R"({"unit":"RPM","rpm":-5})";

} // namespace

TEST_CASE("registry: Protobuf with references, JSON, Avro and what is not there", "[codebook]")
{
    StubRegistry registry;
    registry.answer("/schemas/ids/5", kMotor);
    registry.answer("/subjects/unit%2F%C3%A9/versions/2", kUnit);
    registry.answer("/schemas/ids/6", R"({"schemaType":"JSON","schema":"{}"})");
    registry.answer("/schemas/ids/7", R"({"schema":"\"string\""})");
    registry.answer("/schemas/ids/8", R"({"schemaType":"PROTOBUF","schema":"message {"})");
    registry.start();
    const auto book = codebook::open_codebook(sources_at(registry.url() + "/"), {});
    CHECK(decode(*book.decoder, kMotorBytes) == kMotorJson);
    CHECK(decode(*book.decoder, "\0\0\0\0\6{\"a\":1}"s) == R"({"a":1})");
    CHECK(decode(*book.decoder, "\0\0\0\0\7\2"s) == "unknown_schema_id");
    CHECK(decode(*book.decoder, "\0\0\0\0\10\0"s) == "unknown_schema_id");
    CHECK(decode(*book.decoder, "\0\0\0\0\11\0"s) == "unknown_schema_id");
    const auto asked = registry.requests().size();
    CHECK(asked == 6);
    CHECK(decode(*book.decoder, kMotorBytes) == kMotorJson);
    CHECK(decode(*book.decoder, "\0\0\0\0\11\0"s) == "unknown_schema_id");
    CHECK(registry.requests().size() == asked); // nothing is asked twice
}

TEST_CASE("registry: one id that it refuses for good holds up nobody", "[codebook]")
{
    StubRegistry registry;
    registry.answer("/schemas/ids/4294967295", "no such number", 422);
    registry.answer("/schemas/ids/5", kMotor); // what it refers to is not there
    registry.start();
    const auto book = codebook::open_codebook(sources_at(registry.url()), {});
    CHECK(decode(*book.decoder, "\0\xff\xff\xff\xff\0"s) == "unknown_schema_id");
    CHECK(decode(*book.decoder, kMotorBytes) == "unknown_schema_id");
}

TEST_CASE("registry: a message says why the schema that is there is of no use", "[codebook]")
{
    constexpr std::size_t kTooLong = 5UL * 1024 * 1024;
    StubRegistry registry;
    registry.answer("/schemas/ids/5", kMotor); // what it refers to is not there
    registry.answer("/schemas/ids/7", R"({"schema":"\"string\""})");
    registry.answer("/schemas/ids/8", R"({"schemaType":"PROTOBUF","schema":"message {"})");
    registry.answer("/schemas/ids/10",
                    R"({"schemaType":"JSON","schema":")" + std::string(kTooLong, ' ') + "\"}");
    registry.start();
    const auto book = codebook::open_codebook(sources_at(registry.url()), {});
    const auto why = [&](const std::string& payload) {
        CHECK(decode(*book.decoder, payload) == "unknown_schema_id");
        std::string json;
        return std::get<Reject>(book.decoder->decode({"t", payload}, json)).detail;
    };
    CHECK(why("\0\0\0\0\7\2"s) ==
          "the schema registered under the id 7 cannot be used: it is Avro, "
          "which tlm does not read");
    CHECK(why(kMotorBytes).find("does not have unit/é, which it refers to") != std::string::npos);
    CHECK(why("\0\0\0\0\10\0"s).find("id 8 cannot be used: ") != std::string::npos);
    CHECK(why("\0\0\0\0\11\0"s) == "no schema is registered under the id 9");
    CHECK(why("\0\0\0\0\12\0"s).find("longer than 4194304 bytes") != std::string::npos);
}

TEST_CASE("registry: a message waits while the registry is away, and is no reject", "[codebook]")
{
    StubRegistry registry; // it listens, and answers later
    registry.answer("/schemas/ids/5", "busy", 503);
    registry.answer("/subjects/unit%2F%C3%A9/versions/2", kUnit);
    const auto book = codebook::open_codebook(sources_at(registry.url()), {});
    std::string json;
    // Nobody is waited for: there is no registry yet.
    CHECK_THROWS_AS(static_cast<void>(book.decoder->decode({"t", kMotorBytes}, json)), Error);
    registry.start();
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    for (std::string said; said.find("503") == std::string::npos;) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        try {
            static_cast<void>(book.decoder->decode({"t", kMotorBytes}, json));
        } catch (const Error& error) {
            said = error.what();
        }
        static_cast<void>(::poll(nullptr, 0, 2));
    }
    registry.answer("/schemas/ids/5", kMotor);
    CHECK(decode(*book.decoder, kMotorBytes) == kMotorJson);
}

TEST_CASE("registry: what it gave is in the folder for the next start", "[codebook]")
{
    const TemporaryFolder folder;
    auto sources = sources_at("http://127.0.0.1:1"); // nobody listens there
    {
        StubRegistry registry;
        registry.answer("/schemas/ids/5", kMotor);
        registry.answer("/subjects/unit%2F%C3%A9/versions/2", kUnit);
        registry.start();
        auto first = sources_at(registry.url());
        first.registry_cache = folder.path();
        first.registry_login = folder.write("login", "u:p\n");
        const auto book = codebook::open_codebook(first, {});
        CHECK(decode(*book.decoder, kMotorBytes) == kMotorJson);
        CHECK(registry.requests().front() == "/schemas/ids/5 as u:p");
    }
    sources.registry_cache = folder.path();
    const auto book = codebook::open_codebook(sources, {});
    std::string json;
    CHECK(std::holds_alternative<Unwrapped>(book.decoder->decode({"t", kMotorBytes}, json)));
    CHECK(json == kMotorJson);
}
