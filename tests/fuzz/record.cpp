// SPDX-License-Identifier: Apache-2.0
// Any bytes as a record and as a payload: what is accepted says the same when it is read again.
#include "common/record/record.hpp"

#include "common/record/raw_json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace tlm;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

/// The bytes are those of what was parsed.
void require_same(std::string_view bytes, simdjson::dom::element parsed)
{
    static simdjson::dom::parser parser;
    simdjson::dom::element again;
    require(parser.parse(simdjson::padded_string{bytes}).get(again) == simdjson::SUCCESS);
    require(simdjson::to_string(again) == simdjson::to_string(parsed));
}

void require_same(const Record& one, const Record& other)
{
    // White space around a value does not belong to it.
    const auto begin = one.data.find_first_not_of(kJsonWhiteSpace);
    std::string data{
        one.data.substr(begin, one.data.find_last_not_of(kJsonWhiteSpace) + 1 - begin)};
    std::replace_if(
        data.begin(), data.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    require(data == other.data && one.device_id == other.device_id && one.ts == other.ts &&
            one.ts_from_bridge == other.ts_from_bridge && one.received_at == other.received_at &&
            one.seq == other.seq && one.boot == other.boot);
}

void read_back(const Record& record)
{
    static RecordReader reader;
    std::string line;
    append_record(line, record);
    require(line.find('\n') == std::string::npos);
    const auto verdict = reader.read(line);
    const auto* const again = std::get_if<Record>(&verdict);
    require(again != nullptr);
    require_same(record, *again);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static RecordReader records;
    static PayloadReader payloads;
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto record = records.read(bytes);
    if (const auto* accepted = std::get_if<Record>(&record)) {
        require_same(accepted->data, records.data());
        require(accepted->tags.empty() != records.tags().has_value());
        if (const auto tags = records.tags()) {
            require_same(accepted->tags, *tags);
        }
        read_back(*accepted);
    }
    const auto payload = payloads.read("d", bytes, 1);
    if (const auto* accepted = std::get_if<Record>(&payload)) {
        require(accepted->data == bytes);
        read_back(*accepted);
    }
    return 0;
}
