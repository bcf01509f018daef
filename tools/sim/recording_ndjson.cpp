// SPDX-License-Identifier: Apache-2.0
#include "common/record/raw_json.hpp"
#include "common/record/record.hpp"
#include "tools/sim/recording.hpp"

#include <algorithm>

namespace tlm::sim {
namespace {

/// The member's value without quotes, if it is a string that needs no escapes; else empty.
std::string_view plain_member(std::string_view object, std::string_view key)
{
    for (RawMembers members{object, object.find('{')}; members.next();) {
        const auto value = members.value();
        if (members.key() == key && value.size() > 2 && value.front() == '"') {
            return value.substr(1, value.size() - 2);
        }
    }
    return {};
}

void append_members(std::string& out, std::string_view object)
{
    bool first = true;
    for (RawMembers members{object, object.find('{')}; members.next();) {
        const auto key = members.key();
        if (is_reserved_member(key.substr(1, key.size() - 2))) {
            continue;
        }
        out.append(first ? "" : ",").append(key).append(":").append(members.value());
        first = false;
    }
}

class NdjsonRecording {
  public:
    explicit NdjsonRecording(const std::string& device) : m_device(device) {}

    /// Empty, or what is wrong with the line.
    std::string add(std::string_view line)
    {
        auto verdict = m_records.read(line);
        if (std::holds_alternative<Reject>(verdict)) {
            verdict = read_payload(line);
        }
        if (const auto* const reject = std::get_if<Reject>(&verdict)) {
            return reject->detail;
        }
        const auto& record = std::get<Record>(verdict);
        if (record.ts_from_bridge) {
            return "there is no ts: neither a record nor a payload with a time";
        }
        append_members(m_rows.add(std::string{record.device_id}, record.ts), record.data);
        return {};
    }

    [[nodiscard]] RecordingBuilder take() { return std::move(m_rows); }

  private:
    /// A payload says itself which device it is from, or the file does.
    Verdict<Record> read_payload(std::string_view line)
    {
        auto verdict = m_payloads.read(m_device, line, 0);
        const auto* const reject = std::get_if<Reject>(&verdict);
        if (reject != nullptr && reject->reason == Reason::spoofed_id) {
            m_named = plain_member(line, R"("deviceId")");
            if (is_device_id(m_named)) {
                verdict = m_payloads.read(m_named, line, 0);
            }
        }
        return verdict;
    }

    const std::string& m_device;
    std::string m_named;
    RecordReader m_records;
    PayloadReader m_payloads;
    RecordingBuilder m_rows;
};

} // namespace

ParsedRows parse_ndjson(std::string_view text, const std::string& device)
{
    NdjsonRecording recording{device};
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.find_first_not_of(kJsonWhiteSpace) == std::string_view::npos) {
            continue;
        }
        if (auto bad = recording.add(line); !bad.empty()) {
            return BadLine{number, std::move(bad)};
        }
    }
    return recording.take();
}

} // namespace tlm::sim
