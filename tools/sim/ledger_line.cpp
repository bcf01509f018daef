// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/ledger_line.hpp"

#include "common/base/hash.hpp"
#include "common/base/hex.hpp"
#include "common/base/json_text.hpp"
#include "common/record/guarded_json.hpp"
#include "common/record/record.hpp"

#include <simdjson.h>

#include <charconv>
#include <utility>

namespace tlm::sim {
namespace {

constexpr std::size_t kDepth = 8;
constexpr int kHexBase = 16;

template <typename Number>
std::optional<Number> number(simdjson::dom::object object, std::string_view name)
{
    Number value{};
    return object[name].get(value) == simdjson::SUCCESS ? std::optional{value} : std::nullopt;
}

std::string_view text(simdjson::dom::object object, std::string_view name)
{
    std::string_view value;
    return object[name].get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

std::optional<std::uint64_t> parse_digest(std::string_view hex)
{
    std::uint64_t value = 0;
    const auto* const end = hex.data() + hex.size();
    const auto [rest, error] = std::from_chars(hex.data(), end, value, kHexBase);
    return error == std::errc{} && rest == end ? std::optional{value} : std::nullopt;
}

LedgerLine read_run(simdjson::dom::object object, std::string_view what)
{
    if (what == "begin") {
        return RunBegin{number<EpochMicros>(object, "at").value_or(0)};
    }
    RunEnd end;
    simdjson::dom::object summary;
    if (what != "end" || object["summary"].get(summary) != simdjson::SUCCESS) {
        return NotALedgerLine{};
    }
    bool valid = true;
    end.valid = summary["valid"].get(valid) != simdjson::SUCCESS || valid;
    simdjson::dom::element latency;
    if (summary["latency"].get(latency) == simdjson::SUCCESS) {
        end.latencies = read_latencies(latency).value_or(Latencies{});
    }
    return end;
}

LedgerLine read_message(simdjson::dom::object object)
{
    const auto device = text(object, "deviceId");
    const auto boot = number<std::int64_t>(object, "boot");
    const auto seq = number<std::uint64_t>(object, "seq");
    if (!is_device_id(device) || !boot || !seq) {
        return NotALedgerLine{};
    }
    const auto digest = parse_digest(text(object, "digest"));
    if (!digest) {
        return NotALedgerLine{.lacks_digest = true};
    }
    return LedgerEntry{.device_id = device,
                       .boot = *boot,
                       .seq = *seq,
                       .ts = number<EpochMs>(object, "ts"),
                       .digest = *digest,
                       .intended = number<EpochMicros>(object, "intended"),
                       .fault = text(object, "fault")};
}

} // namespace

void append_ledger_line(std::string& out, const Message& message, EpochMicros intended)
{
    out += R"({"deviceId":")";
    out += message.device_id; // valid ids need no escaping
    out += R"(","boot":)";
    append_number(out, message.boot);
    out += R"(,"seq":)";
    append_number(out, message.seq);
    out += R"(,"ts":)";
    append_number(out, message.ts);
    out += R"(,"digest":")";
    append_hex(out, fnv1a(message.payload));
    out += R"(","intended":)";
    append_number(out, intended);
    if (!message.fault.empty()) {
        out += R"(,"fault":")";
        out += message.fault;
        out += '"';
    }
    out += '}';
}

void append_run_begin(std::string& out, EpochMicros at)
{
    out += R"({"run":"begin","at":)";
    append_number(out, at);
    out += '}';
}

void append_run_end(std::string& out, EpochMicros at, const RunSummary& summary)
{
    out += R"({"run":"end","at":)";
    append_number(out, at);
    out += R"(,"summary":)";
    append_summary(out, summary, Buckets::with);
    out += '}';
}

struct LedgerReader::Impl {
    GuardedJson parser{kDepth};
};

LedgerReader::LedgerReader() : m_impl(std::make_unique<Impl>()) {}

LedgerReader::LedgerReader(LedgerReader&&) noexcept = default;
LedgerReader& LedgerReader::operator=(LedgerReader&&) noexcept = default;
LedgerReader::~LedgerReader() = default;

LedgerLine LedgerReader::read(std::string_view line)
{
    const auto parsed = m_impl->parser.parse_unguarded(line);
    const auto* const root = std::get_if<simdjson::dom::element>(&parsed);
    simdjson::dom::object object;
    if (root == nullptr || root->get(object) != simdjson::SUCCESS) {
        return NotALedgerLine{};
    }
    const auto run = text(object, "run");
    return run.empty() ? read_message(object) : read_run(object, run);
}

} // namespace tlm::sim
