// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/ws/http_response.hpp"

#include <algorithm>
#include <array>
#include <string>

using namespace tlm;
using namespace tlm::ws;

namespace {

constexpr std::array kAssets{
    Asset{"/", "text/html", "<p>page</p>", "GZIPPED"},
    Asset{"/plain", "text/plain", "plain", ""},
};

struct World {
    LastValues values{{}};
    Admission admission{{}, true};
    Responder responder{values, admission, kAssets};

    [[nodiscard]] Response get(const std::string& path) const
    {
        Request request;
        request.path = path;
        request.host = "localhost";
        return responder.answer(request);
    }

    void add(const std::string& device, const std::string& data)
    {
        Record record;
        record.device_id = device;
        record.data = data;
        REQUIRE(values.put(record, {0, 1}) == Put::stored);
    }
};

std::string whole_body(Response& response)
{
    std::string body;
    for (auto piece = response.body(); !piece.empty(); piece = response.body()) {
        body += piece;
    }
    return body;
}

std::string header(const Response& response, const std::string& name)
{
    const auto mark = "\r\n" + name + ": ";
    const auto at = response.head().find(mark);
    if (at == std::string::npos) {
        return {};
    }
    const auto begin = at + mark.size();
    return response.head().substr(begin, response.head().find("\r\n", begin) - begin);
}

} // namespace

TEST_CASE("http: assets are given as they are or gzipped", "[ws]")
{
    const World world;
    auto plain = world.get("/");
    CHECK(plain.status() == 200);
    CHECK(header(plain, "content-length") == "11");
    CHECK(header(plain, "content-security-policy").find("default-src 'none'") == 0);
    CHECK(whole_body(plain) == "<p>page</p>");
    CHECK_FALSE(plain.close_after());

    Request request;
    request.path = "/";
    request.host = "localhost";
    request.accepts_gzip = true;
    auto gzipped = world.responder.answer(request);
    CHECK(header(gzipped, "content-encoding") == "gzip");
    CHECK(whole_body(gzipped) == "GZIPPED");

    request.path = "/plain";
    auto never = world.responder.answer(request);
    CHECK(header(never, "content-encoding").empty());
    CHECK(whole_body(never) == "plain");

    request.if_none_match = header(never, "etag");
    auto known = world.responder.answer(request);
    CHECK(known.status() == 304);
    CHECK(whole_body(known).empty());
}

TEST_CASE("http: the list of devices is made while it is sent", "[ws]")
{
    World world;
    const std::string data = "{\"x\":\"" + std::string(10'000, 'y') + "\"}";
    for (int i = 0; i < 20; ++i) {
        world.add("d" + std::to_string(i), data);
    }
    Request request;
    request.path = "/api/v1/devices";
    request.host = "localhost";
    request.http_1_1 = false;
    auto response = world.responder.answer(request);
    CHECK(response.close_after());
    std::string body;
    for (auto piece = response.body(); !piece.empty(); piece = response.body()) {
        CHECK(piece.size() <= Response::kPiece + 11'000);
        body += piece;
        if (world.values.size() < 21) {
            world.add("late", data); // one that appears meanwhile is at the end
        }
    }
    CHECK(std::count(body.begin(), body.end(), '\n') == 21);

    request.http_1_1 = true;
    auto chunked = world.responder.answer(request);
    CHECK(header(chunked, "transfer-encoding") == "chunked");
    CHECK(whole_body(chunked).ends_with("\r\n0\r\n\r\n"));
}

TEST_CASE("http: one device, no device, a list of none", "[ws]")
{
    World world;
    auto nothing = world.get("/api/v1/devices");
    CHECK(whole_body(nothing) == "0\r\n\r\n");

    world.add("pump-1", R"({"x":1})");
    auto one = world.get("/api/v1/devices/pump-1");
    CHECK(one.status() == 200);
    const auto body = whole_body(one);
    CHECK(header(one, "content-length") == std::to_string(body.size()));
    CHECK(body.find(R"("deviceId":"pump-1")") != std::string::npos);
    CHECK(world.get("/api/v1/devices/pump-2").status() == 404);
    CHECK(world.get("/api/v1/devices/").status() == 404);
    CHECK(world.get("/api/v1/devicesx").status() == 404);
}

TEST_CASE("http: other methods and names are refused", "[ws]")
{
    const World world;
    Request request;
    request.path = "/";
    request.host = "localhost";
    request.method = Method::other;
    auto other = world.responder.answer(request);
    CHECK(other.status() == 405);
    CHECK(header(other, "allow") == "GET, HEAD");
    CHECK(other.close_after());

    request.method = Method::head;
    auto head = world.responder.answer(request);
    CHECK(head.status() == 200);
    CHECK(header(head, "content-length") == "11");
    CHECK(whole_body(head).empty());

    request.method = Method::get;
    request.host = "evil.example";
    CHECK(world.responder.answer(request).status() == 421);
}
