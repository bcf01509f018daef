// SPDX-License-Identifier: Apache-2.0
#include "common/formats/sparkplug.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/formats/wire_writer.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace tlm;
using namespace tlm::formats;
using namespace std::string_literals;
using tlm::test::WireWriter;

namespace {

constexpr EpochMs kNow = 1'767'225'600'000;

/// The fields of a payload and of a metric that tests need, by the specification's numbers.
class Payload {
  public:
    explicit Payload(std::optional<unsigned> seq, std::optional<std::uint64_t> ts = 1000)
    {
        if (ts) {
            m_wire.varint(1, *ts);
        }
        if (seq) {
            m_wire.varint(3, *seq);
        }
    }

    Payload& metric(const WireWriter& metric)
    {
        m_wire.bytes(2, metric.text());
        return *this;
    }

    /// A metric as a birth has it, with an int_value.
    Payload& born(std::string_view name, unsigned alias, unsigned datatype, std::uint64_t value = 0)
    {
        return metric(
            WireWriter{}.bytes(1, name).varint(2, alias).varint(4, datatype).varint(10, value));
    }

    Payload& by_alias(unsigned alias, std::uint64_t value)
    {
        return metric(WireWriter{}.varint(2, alias).varint(10, value));
    }

    [[nodiscard]] std::string bytes() const { return m_wire.text(); }

  private:
    WireWriter m_wire;
};

/// A host with its decoder and what it got last.
struct Host {
    SparkplugDecoder decoder;
    SparkplugMessage message;
    EpochMs now = kNow;

    explicit Host(SparkplugOptions options = {}) : decoder(options) {}

    /// The JSON, or `reason at 'path'`.
    std::string takes(const std::string& topic, const std::string& payload)
    {
        std::string out = "before ";
        auto verdict = decoder.decode(topic, payload, now, out);
        if (const auto* reject = std::get_if<Reject>(&verdict)) {
            CHECK(out == "before ");
            CHECK_FALSE(reject->detail.empty());
            return std::string{reason_name(reject->reason)} + " at '" + reject->path + "'";
        }
        message = std::get<SparkplugMessage>(verdict);
        CHECK(message.forward == (out.size() > 7));
        return out.substr(7);
    }

    std::string nbirth(const Payload& payload)
    {
        return takes("spBv1.0/G/NBIRTH/E", payload.bytes());
    }

    std::string ndata(const Payload& payload)
    {
        return takes("spBv1.0/G/NDATA/E", payload.bytes());
    }

    std::string dbirth(const Payload& payload)
    {
        return takes("spBv1.0/G/DBIRTH/E/d", payload.bytes());
    }

    std::string ddata(const Payload& payload)
    {
        return takes("spBv1.0/G/DDATA/E/d", payload.bytes());
    }

    bool asks() { return decoder.take_rebirth().has_value(); }
};

/// One value of a metric in an NBIRTH, as JSON.
std::string value(const WireWriter& metric)
{
    Host host;
    const auto json =
        host.nbirth(Payload{0, std::nullopt}.metric(WireWriter{metric}.bytes(1, "m")));
    const auto begin = R"({"sparkplug":"NBIRTH","m":)"s;
    return json.starts_with(begin) ? json.substr(begin.size(), json.size() - begin.size() - 1)
                                   : json;
}

std::string integer(unsigned datatype, std::uint64_t bits, unsigned field = 10)
{
    return value(WireWriter{}.varint(4, datatype).varint(field, bits));
}

} // namespace

TEST_CASE("sparkplug: a topic says who speaks", "[formats]")
{
    const auto id = [](const char* text) {
        const auto verdict = parse_sparkplug_topic(text);
        if (std::holds_alternative<Reject>(verdict)) {
            return std::string{reason_name(std::get<Reject>(verdict).reason)};
        }
        const auto& topic = std::get<SparkplugTopic>(verdict);
        std::string result{sparkplug_type_name(topic.type)};
        append_sparkplug_device_id(result += ' ', topic);
        return result;
    };
    CHECK(id("spBv1.0/G/NBIRTH/E") == "NBIRTH G::E");
    CHECK(id("spBv1.0/Plant 1/DDATA/line.2/axis:3") == "DDATA Plant:201::line.2::axis:3A3");
    CHECK(id("spBv1.0/STATE/scada") == "STATE STATE::scada");
    for (const char* topic : {"spBv1.0", "spAv1.0/G/NBIRTH/E", "spBv1.0/G/NBIRTH",
                              "spBv1.0/G/NBIRTH/", "spBv1.0//NBIRTH/E", "spBv1.0/G/NBIRTH/E/d",
                              "spBv1.0/G/DBIRTH/E", "spBv1.0/G/DBIRTH/E/d/x", "spBv1.0/G/XBIRTH/E",
                              "spBv1.0/G/STATE/E", "spBv1.0/STATE", "spBv1.0/STATE/a/b", ""}) {
        INFO(topic);
        CHECK(id(topic) == "bad_topic");
    }
}

TEST_CASE("sparkplug: births are forwarded, and explain the aliases of data", "[formats]")
{
    Host host;
    CHECK(host.nbirth(Payload{0}
                          .metric(WireWriter{}.bytes(1, "bdSeq").varint(4, 4).varint(11, 3))
                          .born("temp", 1, 1, 4294967284)) ==
          R"({"ts":1000,"sparkplug":"NBIRTH","bdSeq":3,"temp":-12})");
    CHECK(host.message.device_id == "G::E");
    CHECK_FALSE(host.asks());
    CHECK(host.ndata(Payload{1}.by_alias(1, 4294967283)) ==
          R"({"ts":1000,"sparkplug":"NDATA","temp":-13})");
    CHECK(host.dbirth(Payload{2}.born("temp", 2, 3, 7)) ==
          R"({"ts":1000,"sparkplug":"DBIRTH","temp":7})");
    CHECK(host.message.device_id == "G::E::d");
    CHECK(host.ddata(Payload{3}.by_alias(2, 8)) == R"({"ts":1000,"sparkplug":"DDATA","temp":8})");
    CHECK(host.ddata(Payload{4}.by_alias(1, 8)) == "no_birth at ''"); // the edge node's, not ours
    CHECK(host.asks());
}

TEST_CASE("sparkplug: an integer has the sign of its datatype", "[formats]")
{
    CHECK(integer(1, 0xF4) == "-12");
    CHECK(integer(1, 0xFFFFFFF4) == "-12");
    CHECK(integer(1, 0xFFFFFFFFFFFFFFF4) == "-12");
    CHECK(integer(1, 127) == "127");
    CHECK(integer(1, 256) == "bad_sparkplug at '/m'");
    CHECK(integer(1, 0xFFFFFF7F) == "bad_sparkplug at '/m'");
    CHECK(integer(2, 0x8000) == "-32768");
    CHECK(integer(2, 0x10000) == "bad_sparkplug at '/m'");
    CHECK(integer(3, 0xFFFFFFFF) == "-1");
    CHECK(integer(3, 0x100000000) == "bad_sparkplug at '/m'");
    CHECK(integer(4, 0xFFFFFFFFFFFFFFFE, 11) == "-2");
    CHECK(integer(4, 5) == "5");
    CHECK(integer(5, 255) == "255");
    CHECK(integer(5, 256) == "bad_sparkplug at '/m'");
    CHECK(integer(6, 65535) == "65535");
    CHECK(integer(7, 4294967295, 11) == "4294967295");
    CHECK(integer(8, 0xFFFFFFFFFFFFFFFF, 11) == "18446744073709551615");
    CHECK(integer(13, 1700000000000, 11) == "1700000000000");
    CHECK(integer(0, 5) == "no_birth at '/m'");
    CHECK(integer(35, 5) == "bad_sparkplug at '/m'");
    CHECK(integer(12, 5) == "bad_sparkplug at '/m'");
}

TEST_CASE("sparkplug: other values", "[formats]")
{
    CHECK(value(WireWriter{}.varint(4, 9).fixed32(12, 21.5F)) == "21.5");
    CHECK(value(WireWriter{}.varint(4, 10).fixed64(13, 0.1)) == "0.1");
    CHECK(value(WireWriter{}.varint(4, 10).fixed64(13, std::numeric_limits<double>::infinity())) ==
          "null");
    CHECK(value(WireWriter{}.varint(4, 11).varint(14, 1)) == "true");
    CHECK(value(WireWriter{}.varint(4, 12).bytes(15, "a\"b")) == R"("a\"b")");
    CHECK(value(WireWriter{}.varint(4, 12).bytes(15, "\xff")) == "invalid_utf8 at '/m'");
    CHECK(value(WireWriter{}.varint(4, 17).bytes(16, "\x01\x02")) == R"("AQI=")");
    CHECK(value(WireWriter{}.varint(4, 3).varint(7, 1)) == "null");
    CHECK(value(WireWriter{}.varint(4, 3)) == "null");
    CHECK(value(WireWriter{}.bytes(19, "")) == "bad_sparkplug at '/m'");
}

TEST_CASE("sparkplug: arrays lie packed in bytes", "[formats]")
{
    const auto array = [](unsigned datatype, const std::string& bytes) {
        return value(WireWriter{}.varint(4, datatype).bytes(16, bytes));
    };
    CHECK(array(22, "\xef\x7b"s) == "[-17,123]");
    CHECK(array(23, "\xd0\x8a\x6b\x65"s) == "[-30000,25963]");
    CHECK(array(26, "\x17\xfa"s) == "[23,250]");
    CHECK(array(29, "\xff\xff\xff\xff\xff\xff\xff\xff"s) == "[18446744073709551615]");
    CHECK(array(30, "\x00\x00\xac\x41"s) == "[21.5]");
    CHECK(array(31, "\x00\x00\x00\x00\x00\x00\xe0\x3f"s) == "[0.5]");
    CHECK(array(34, "\x01\x00\x00\x00\x00\x00\x00\x00"s) == "[1]");
    CHECK(array(32, "\x0c\x00\x00\x00\x34\xd0"s) ==
          "[false,false,true,true,false,true,false,false,true,true,false,true]");
    CHECK(array(33, "ab\0\0"s) == R"(["ab",""])");
    CHECK(array(22, "") == "[]");
    CHECK(array(23, "x") == "bad_sparkplug at '/m'");
    CHECK(array(32, "\xff\xff\xff\xff\x01"s) == "bad_sparkplug at '/m'");
    CHECK(array(32, "\x01"s) == "bad_sparkplug at '/m'");
    CHECK(array(33, "ab") == "bad_sparkplug at '/m'");
}

TEST_CASE("sparkplug: data sets and templates are carried as JSON", "[formats]")
{
    const auto element = [](unsigned field, std::uint64_t bits) {
        return WireWriter{}.bytes(1, WireWriter{}.varint(field, bits).text()).text();
    };
    WireWriter set;
    set.varint(1, 2).bytes(2, "a").bytes(2, "b").varint(3, 1).varint(3, 11);
    const auto row = element(1, 0xF4) + element(5, 1);
    CHECK(value(WireWriter{}.varint(4, 16).bytes(17, WireWriter{set}.bytes(4, row).text())) ==
          R"({"columns":["a","b"],"types":["Int8","Boolean"],"rows":[[-12,true]]})");
    CHECK(value(WireWriter{}.varint(4, 16).bytes(
              17, WireWriter{set}.bytes(4, element(1, 1)).text())) == "bad_sparkplug at '/m'");
    CHECK(value(WireWriter{}.varint(4, 16).bytes(17, WireWriter{}.bytes(2, "a").text())) ==
          "bad_sparkplug at '/m'");

    const auto member = WireWriter{}.bytes(1, "x").varint(4, 1).varint(10, 0xFF).text();
    const auto parameter = WireWriter{}.bytes(1, "p").varint(2, 7).varint(3, 9).text();
    WireWriter data_template;
    data_template.bytes(1, "2").bytes(2, member).bytes(3, parameter).bytes(4, "Motor");
    CHECK(
        value(WireWriter{}.varint(4, 19).bytes(18, data_template.text())) ==
        R"({"ref":"Motor","version":"2","isDefinition":false,"parameters":{"p":9},"metrics":{"x":-1}})");

    std::string deep = WireWriter{}.bytes(1, "x").varint(4, 11).varint(14, 1).text();
    for (int i = 0; i < 70; ++i) {
        const auto inner = WireWriter{}.bytes(2, deep).text();
        deep = WireWriter{}.bytes(1, "x").varint(4, 19).bytes(18, inner).text();
    }
    Host host;
    CHECK(host.takes("spBv1.0/G/NBIRTH/E", WireWriter{}.bytes(2, deep).text())
              .starts_with("too_deep at '/x/x/x"));
}

TEST_CASE("sparkplug: seq runs over all messages of an edge node", "[formats]")
{
    Host host;
    host.nbirth(Payload{254}.born("t", 1, 3));
    host.dbirth(Payload{255}.born("t", 2, 3));
    host.ndata(Payload{0}.by_alias(1, 1));
    CHECK_FALSE(host.message.gap);
    host.ddata(Payload{1}.by_alias(2, 1));
    CHECK_FALSE(host.message.gap);
    host.ddata(Payload{1}.by_alias(2, 1));
    CHECK(host.message.repeated);
    CHECK_FALSE(host.asks());
    CHECK(host.ddata(Payload{3}.by_alias(2, 5)) == R"({"ts":1000,"sparkplug":"DDATA","t":5})");
    CHECK(host.message.gap);
    CHECK(host.asks());
    CHECK(host.ndata(Payload{256}) == "bad_sparkplug at ''");
}

TEST_CASE("sparkplug: who was not born is asked for a birth, not too often", "[formats]")
{
    SparkplugOptions options;
    options.rebirth_interval = milliseconds{1000};
    Host host{options};
    CHECK(host.ndata(Payload{9}.by_alias(1, 1)) == "no_birth at ''");
    const auto request = host.decoder.take_rebirth();
    REQUIRE(request);
    CHECK(request->topic == "spBv1.0/G/NCMD/E");
    CHECK(request->payload.find("Node Control/Rebirth") != std::string::npos);
    CHECK_FALSE(host.asks());
    host.ndata(Payload{10}.by_alias(1, 1));
    CHECK_FALSE(host.asks());
    host.now += 1000;
    host.ndata(Payload{11}.by_alias(1, 1));
    CHECK(host.asks());
    // With a name and a datatype it needs no birth to be understood.
    CHECK(host.ndata(Payload{12}.born("t", 1, 1, 5)) == R"({"ts":1000,"sparkplug":"NDATA","t":5})");
    CHECK(host.message.unborn == 1);
    host.nbirth(Payload{0}.born("t", 1, 1));
    CHECK_FALSE(host.asks());
    CHECK(host.ddata(Payload{1}) == R"({"ts":1000,"sparkplug":"DDATA"})");
    CHECK(host.asks()); // the edge node was born, the device was not
}

TEST_CASE("sparkplug: the dead have no aliases", "[formats]")
{
    const auto death = [](unsigned bd_seq) {
        return Payload{std::nullopt}.metric(
            WireWriter{}.bytes(1, "bdSeq").varint(4, 4).varint(11, bd_seq));
    };
    Host host;
    const auto birth = Payload{0}
                           .metric(WireWriter{}.bytes(1, "bdSeq").varint(4, 4).varint(11, 7))
                           .born("t", 1, 3);
    host.nbirth(birth);
    CHECK(host.takes("spBv1.0/G/NDEATH/E", death(6).bytes()).empty()); // of the connection before
    CHECK(host.ndata(Payload{1}.by_alias(1, 5)) == R"({"ts":1000,"sparkplug":"NDATA","t":5})");
    CHECK(host.takes("spBv1.0/G/NDEATH/E", death(7).bytes()) ==
          R"({"ts":1000,"sparkplug":"NDEATH","bdSeq":7})");
    CHECK_FALSE(host.asks());
    CHECK(host.ndata(Payload{2}.by_alias(1, 5)) == "no_birth at ''");
    CHECK(host.asks());

    host.nbirth(birth);
    host.dbirth(Payload{1}.born("t", 2, 3));
    CHECK(host.takes("spBv1.0/G/DDEATH/E/d", Payload{2}.bytes()) ==
          R"({"ts":1000,"sparkplug":"DDEATH"})");
    CHECK(host.ddata(Payload{3}.by_alias(2, 5)) == "no_birth at ''");
}

TEST_CASE("sparkplug: values of the past do not hide the present one", "[formats]")
{
    Host host;
    host.nbirth(Payload{0}.born("t", 1, 3));
    const auto at = [](unsigned ts, unsigned v) {
        return WireWriter{}.varint(2, 1).varint(3, ts).varint(10, v);
    };
    CHECK(
        host.ndata(Payload{1}.metric(at(1, 10)).metric(at(2, 20)).metric(at(3, 30).varint(5, 1))) ==
        R"({"ts":1000,"sparkplug":"NDATA","t":20,)"
        R"("history":[{"ts":1,"name":"t","value":10},{"ts":3,"name":"t","value":30}]})");
}

TEST_CASE("sparkplug: a metric with a name of ours stands under another", "[formats]")
{
    Host host;
    CHECK(host.nbirth(Payload{0}.born("ts", 1, 3, 4).born("deviceId", 2, 3, 5)) ==
          R"({"ts":1000,"sparkplug":"NBIRTH","metric/ts":4,"metric/deviceId":5})");
}

TEST_CASE("sparkplug: hosts' states are JSON, commands are not for us", "[formats]")
{
    Host host;
    CHECK(host.takes("spBv1.0/STATE/scada", R"({"online":true,"timestamp":5})") ==
          R"({"ts":5,"sparkplug":"STATE","online":true})");
    CHECK(host.takes("spBv1.0/STATE/scada", "OFFLINE") == "not_json at ''");
    CHECK(host.takes("spBv1.0/STATE/scada", R"({"online":1})") == "bad_sparkplug at ''");
    CHECK(host.takes("spBv1.0/STATE/scada", "[]") == "bad_sparkplug at ''");
    CHECK(host.takes("spBv1.0/G/NCMD/E", "anything").empty());
}

TEST_CASE("sparkplug: what is malformed is rejected", "[formats]")
{
    Host host;
    CHECK(host.takes("spBv1.0/G/NBIRTH/E", "\x08") == "bad_sparkplug at ''");
    CHECK(host.takes("spBv1.0/G/NBIRTH/E", WireWriter{}.bytes(1, "x").text()) ==
          "bad_sparkplug at ''");
    CHECK(host.nbirth(Payload{0}.metric(WireWriter{}.bytes(4, "x"))) == "bad_sparkplug at ''");
    CHECK(host.nbirth(Payload{0}.metric(WireWriter{}.varint(2, 1))) == "bad_sparkplug at ''");
    CHECK(host.nbirth(Payload{0}.born("a", 1, 3).born("b", 1, 3)) == "bad_sparkplug at ''");
    CHECK(host.nbirth(Payload{0}.born("\xff", 1, 3)).starts_with("invalid_utf8"));
    CHECK(host.nbirth(Payload{0}.born(std::string{"a\0b", 3}, 1, 3)) == "bad_sparkplug at ''");
    CHECK(host.takes("spBv1.0/G/NDATA/E",
                     WireWriter{}.bytes(4, "SPBV1.0_COMPRESSED").bytes(5, "x").text()) ==
          "bad_sparkplug at ''");
    CHECK(host.takes("spBv1.0/G/NDATA/" + std::string(200, 'e'), "") == "bad_device_id at ''");
    CHECK(host.takes("x", "") == "bad_topic at ''");
}

TEST_CASE("sparkplug: edge nodes and metrics are bounded", "[formats]")
{
    SparkplugOptions options;
    options.max_edge_nodes = 2;
    options.max_metrics = 3;
    Host host{options};
    CHECK(host.nbirth(Payload{0}.born("a", 1, 3).born("b", 2, 3)).starts_with("{"));
    CHECK(host.nbirth(Payload{0}.born("a", 1, 3).born("b", 2, 3)).starts_with("{"));
    CHECK(host.dbirth(Payload{1}) == "bad_sparkplug at ''");
    CHECK(host.takes("spBv1.0/G/NDATA/F", "") == R"({"sparkplug":"NDATA"})");
    CHECK(host.takes("spBv1.0/G/NDATA/H", "") == "bad_sparkplug at ''");
}

TEST_CASE("sparkplug: what births told survives a restart", "[formats]")
{
    Host host;
    host.nbirth(Payload{0}
                    .metric(WireWriter{}.bytes(1, "bdSeq").varint(4, 4).varint(11, 7))
                    .born("t\"1", 1, 1));
    host.dbirth(Payload{1}.born("u", 2, 3));
    const auto version = host.decoder.state_version();
    host.ndata(Payload{2}.by_alias(1, 1));
    CHECK(host.decoder.state_version() == version);
    std::string state;
    host.decoder.export_state(state);
    CHECK(state == R"({"v":1,"group":"G","edge":"E","bdSeq":7,"seq":2,)"
                   R"("tables":{"":[["bdSeq",4],["t\"1",1,1]],"d":[["u",3,2]]}})"
                   "\n");

    Host next;
    REQUIRE_FALSE(next.decoder.import_state(state));
    CHECK(next.ndata(Payload{3}.by_alias(1, 0xF4)) ==
          R"({"ts":1000,"sparkplug":"NDATA","t\"1":-12})");
    CHECK_FALSE(next.asks());

    Host late; // something was missed: perhaps a birth
    REQUIRE_FALSE(late.decoder.import_state(state));
    CHECK(late.ndata(Payload{5}.by_alias(1, 0xF4)) == "no_birth at ''");
    CHECK(late.asks());
    CHECK(late.ndata(Payload{6}.by_alias(1, 0xF4)) == "no_birth at ''"); // seq goes on, and says
    CHECK(late.ndata(Payload{6}.by_alias(1, 0xF4)) == "no_birth at ''"); // nothing about births
    CHECK(late.nbirth(Payload{0}.born("other", 1, 1)).starts_with("{"));
    CHECK(late.ndata(Payload{1}.by_alias(1, 1)).find("other") != std::string::npos);
}

TEST_CASE("sparkplug: changes one after the other are the whole state", "[formats]")
{
    Host host;
    std::string changes;
    const auto told = [&] {
        const auto before = changes.size();
        host.decoder.export_changes(changes);
        return changes.substr(before);
    };
    host.nbirth(Payload{0}.born("t", 1, 1));
    host.dbirth(Payload{1}.born("u", 2, 3));
    CHECK(told() == R"({"v":1,"group":"G","edge":"E","seq":1,"tables":{"":[["t",1,1]],)"
                    R"("d":[["u",3,2]]}})"
                    "\n");
    CHECK(told().empty());
    host.ndata(Payload{2}.by_alias(1, 1));
    host.ndata(Payload{3}.by_alias(1, 1));
    CHECK(told() == R"({"v":1,"group":"G","edge":"E","seq":3})"
                    "\n");
    host.takes("spBv1.0/G/NBIRTH/F", Payload{0}.born("x", 1, 1).bytes());
    told();
    host.takes("spBv1.0/G/NDEATH/F", Payload{std::nullopt}.bytes());
    CHECK(told() == R"({"v":1,"group":"G","edge":"F","tables":{}})"
                    "\n");
    host.takes("spBv1.0/G/DDEATH/E/d", Payload{4}.bytes());
    CHECK(told().find(R"("d":)") == std::string::npos);

    std::string whole;
    host.decoder.export_state(whole);
    Host next;
    REQUIRE_FALSE(next.decoder.import_state(changes));
    std::string again;
    next.decoder.export_state(again);
    CHECK(again == whole);
    CHECK(next.takes("spBv1.0/G/NDATA/F", Payload{1}.by_alias(1, 1).bytes()) == "no_birth at ''");
    CHECK(next.ndata(Payload{5}.by_alias(1, 0xF4)).find("-12") != std::string::npos);
}

TEST_CASE("sparkplug: aliases wait after an interruption until seq goes on", "[formats]")
{
    for (const unsigned missed : {0U, 1U}) {
        Host host;
        host.nbirth(Payload{0}.born("t", 1, 1));
        host.decoder.interrupted();
        const auto said = host.ndata(Payload{1 + missed}.by_alias(1, 5));
        CHECK((said == "no_birth at ''") == (missed > 0));
        CHECK(host.asks() == (missed > 0));
        CHECK((host.ndata(Payload{2 + missed}.by_alias(1, 5)) == "no_birth at ''") == (missed > 0));
    }
}

TEST_CASE("sparkplug: deaths of strangers are no change of state", "[formats]")
{
    Host host;
    const auto version = host.decoder.state_version();
    host.takes("spBv1.0/G/NDEATH/E", Payload{std::nullopt}.bytes());
    host.takes("spBv1.0/G/DDEATH/E/d", Payload{1}.bytes());
    CHECK(host.decoder.state_version() == version);
    host.dbirth(Payload{2});
    CHECK(host.decoder.state_version() != version);
}

TEST_CASE("sparkplug: a state that was damaged is refused as a whole", "[formats]")
{
    Host host;
    host.nbirth(Payload{0}.born("t", 1, 1));
    std::string state;
    host.decoder.export_state(state);
    for (std::size_t size = 1; size + 1 < state.size(); ++size) {
        Host other;
        other.nbirth(Payload{0}.born("kept", 1, 1));
        CHECK(other.decoder.import_state(state.substr(0, size)));
        CHECK(other.ndata(Payload{1}.by_alias(1, 1)).find("kept") != std::string::npos);
    }
}

TEST_CASE("sparkplug: a message cut anywhere, and any byte changed, does no harm", "[formats]")
{
    const auto whole =
        Payload{1}
            .born("a", 1, 3, 5)
            .metric(WireWriter{}.bytes(1, "b").varint(4, 33).bytes(16, "x\0y\0"s))
            .metric(WireWriter{}.bytes(1, "c").varint(4, 16).bytes(
                17, WireWriter{}.bytes(2, "k").varint(3, 1).bytes(4, "\x0a\x02\x08\x01").text()))
            .bytes();
    Host host;
    REQUIRE(host.takes("spBv1.0/G/NBIRTH/E", whole).starts_with("{"));
    const auto judge = [&](const std::string& bytes) {
        // A copy of its own size, so that a sanitizer sees the first byte read beyond it.
        const std::vector<char> exact(bytes.begin(), bytes.end());
        std::string out;
        for (const auto* topic :
             {"spBv1.0/G/NBIRTH/E", "spBv1.0/G/NDATA/E", "spBv1.0/G/NDEATH/E"}) {
            static_cast<void>(host.decoder.decode(topic, {exact.data(), exact.size()}, kNow, out));
        }
    };
    for (std::size_t size = 0; size < whole.size(); ++size) {
        judge(whole.substr(0, size));
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (int change = 1; change < 256; ++change) {
            auto bytes = whole;
            bytes[at] = static_cast<char>(bytes[at] ^ change);
            judge(bytes);
        }
    }
}
