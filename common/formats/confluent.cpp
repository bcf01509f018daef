// SPDX-License-Identifier: Apache-2.0
#include "common/formats/confluent.hpp"

#include "common/formats/wire.hpp"

namespace tlm::formats {
namespace {

Reject bad_framing(const char* detail)
{
    return {Reason::bad_framing, "", detail};
}

/// A number written as zigzag varint; false when there is none, or it is negative or too large.
bool read_index(WireReader& reader, std::string_view& rest, std::uint64_t limit,
                std::uint32_t& index)
{
    std::uint64_t bits = 0;
    if (reader.at_end() || !reader.read_varint(bits)) {
        return false;
    }
    const auto number = unzigzag(bits);
    if (number < 0 || static_cast<std::uint64_t>(number) > limit) {
        return false;
    }
    rest = reader.rest();
    index = static_cast<std::uint32_t>(number);
    return true;
}

} // namespace

Verdict<ConfluentFrame> parse_confluent_frame(std::string_view bytes)
{
    constexpr std::size_t kFrame = 5;
    if (bytes.empty() || bytes[0] != 0) {
        return bad_framing("the message does not begin with the byte 0 of a framed message");
    }
    if (bytes.size() < kFrame) {
        return bad_framing("the message ends inside the id of its schema");
    }
    ConfluentFrame frame;
    for (std::size_t i = 1; i < kFrame; ++i) {
        frame.schema_id = frame.schema_id << 8U | static_cast<std::uint8_t>(bytes[i]);
    }
    frame.body = bytes.substr(kFrame);
    return frame;
}

Verdict<MessageIndexes> MessageIndexes::parse(std::string_view body)
{
    MessageIndexes result;
    WireReader reader(body);
    std::uint32_t count = 0;
    if (!read_index(reader, result.m_body, kDeepest, count)) {
        return bad_framing("the message does not say which message of its schema it is");
    }
    for (; result.m_count < count; ++result.m_count) {
        constexpr std::uint64_t kLargest = 0x7FFFFFFF;
        if (!read_index(reader, result.m_body, kLargest, result.m_indexes[result.m_count])) {
            return bad_framing("the message does not say which message of its schema it is");
        }
    }
    if (count == 0) {
        result.m_count = 1; // of the index 0
    }
    return result;
}

ConfluentDecoder::ConfluentDecoder(SchemaCache& schemas, ProtobufOptions options)
    : m_schemas(schemas), m_protobuf(options), m_limits(options.limits)
{}

Verdict<ConfluentMessage> ConfluentDecoder::decode(std::string_view bytes, Monotonic now,
                                                   std::string& out)
{
    if (bytes.size() > m_limits.max_bytes) {
        return Reject{Reason::too_long, "", "the message is longer than the limit"};
    }
    auto framed = parse_confluent_frame(bytes);
    if (auto* reject = std::get_if<Reject>(&framed)) {
        return std::move(*reject);
    }
    const auto& frame = std::get<ConfluentFrame>(framed);
    ConfluentMessage message{frame.schema_id, m_schemas.find(frame.schema_id, now), {}};
    if (message.schema == nullptr) {
        return Reject{Reason::unknown_schema_id, "", m_schemas.why_not(frame.schema_id)};
    }
    if (!message.schema->protobuf) {
        out += frame.body;
        return message;
    }
    auto parsed = MessageIndexes::parse(frame.body);
    if (auto* reject = std::get_if<Reject>(&parsed)) {
        return std::move(*reject);
    }
    const auto& indexes = std::get<MessageIndexes>(parsed);
    const auto* type = message.schema->protobuf->type(indexes.indexes());
    if (type == nullptr) {
        return bad_framing("the schema does not have the message that the indexes name");
    }
    auto decoded = m_protobuf.decode(*type, indexes.body(), out);
    if (auto* reject = std::get_if<Reject>(&decoded)) {
        return std::move(*reject);
    }
    message.decoded = std::get<Decoded>(decoded);
    return message;
}

} // namespace tlm::formats
