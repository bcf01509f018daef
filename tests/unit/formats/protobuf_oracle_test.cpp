// SPDX-License-Identifier: Apache-2.0
// The decoder against libprotobuf: what that writes at random must come out the same, and what it
// does not read must not be read.
#include "common/formats/protobuf.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/formats/descriptors.hpp"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <map>
#include <memory>
#include <random>
#include <string>

using namespace tlm;
using namespace tlm::formats;
namespace pb = google::protobuf;

namespace {

class Oracle {
  public:
    Oracle() : m_set(test::descriptor_set(test::all_kinds_proto())), m_schema(m_set)
    {
        pb::SetLogHandler(nullptr); // it would say on stderr what it does not like
        pb::FileDescriptorSet set;
        set.ParseFromString(m_set);
        for (const auto& file : set.file()) {
            m_pool.BuildFile(file);
        }
    }

    std::unique_ptr<pb::Message> make()
    {
        const auto* type = m_pool.FindMessageTypeByName("test.All");
        return std::unique_ptr<pb::Message>{m_factory.GetPrototype(type)->New()};
    }

    ProtobufType type() const { return m_schema.type("test.All"); }

  private:
    std::string m_set;
    ProtobufSchema m_schema;
    pb::DescriptorPool m_pool;
    pb::DynamicMessageFactory m_factory{&m_pool};
};

class Filler {
  public:
    explicit Filler(unsigned seed) : m_random(seed) {}

    void fill(pb::Message& message, int depth)
    {
        const auto& name = message.GetDescriptor()->full_name();
        const auto* type = message.GetDescriptor();
        if (name == "google.protobuf.Timestamp" || name == "google.protobuf.Duration") {
            set(message, *type->field(0), static_cast<std::int64_t>(below(2'000'000'000)));
            set(message, *type->field(1), static_cast<std::int64_t>(below(1'000'000'000)));
            return;
        }
        if (name == "google.protobuf.Value") { // one kind must be set
            const auto kinds = static_cast<unsigned>(type->field_count() - (depth > 0 ? 0 : 2));
            fill(message, *type->field(static_cast<int>(below(kinds))), depth);
            return;
        }
        for (int i = 0; i < type->field_count(); ++i) {
            if (below(3) == 0) {
                fill(message, *type->field(i), depth);
            }
        }
    }

  private:
    std::uint64_t below(std::uint64_t n) { return m_random() % n; }

    void fill(pb::Message& message, const pb::FieldDescriptor& field, int depth)
    {
        if (field.message_type() != nullptr && depth == 0) {
            return;
        }
        for (auto count = field.is_repeated() ? below(4) : 1; count > 0; --count) {
            if (field.message_type() != nullptr) {
                const auto& reflection = *message.GetReflection();
                fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                         : *reflection.MutableMessage(&message, &field),
                     depth - 1);
            } else {
                set_anything(message, field);
            }
        }
    }

    void set_anything(pb::Message& message, const pb::FieldDescriptor& field)
    {
        using F = pb::FieldDescriptor;
        switch (field.cpp_type()) {
        case F::CPPTYPE_STRING:
            put(message, field, &pb::Reflection::SetString, &pb::Reflection::AddString,
                text(field));
            break;
        case F::CPPTYPE_DOUBLE:
            put(message, field, &pb::Reflection::SetDouble, &pb::Reflection::AddDouble,
                static_cast<double>(static_cast<std::int64_t>(m_random())) / 1024);
            break;
        case F::CPPTYPE_FLOAT:
            put(message, field, &pb::Reflection::SetFloat, &pb::Reflection::AddFloat,
                static_cast<float>(below(1'000'000)) / 64);
            break;
        default:
            set(message, field, static_cast<std::int64_t>(m_random() >> below(64)));
        }
    }

    void set(pb::Message& message, const pb::FieldDescriptor& field, std::int64_t value)
    {
        using F = pb::FieldDescriptor;
        using R = pb::Reflection;
        switch (field.cpp_type()) {
        case F::CPPTYPE_INT32:
            return put(message, field, &R::SetInt32, &R::AddInt32,
                       static_cast<std::int32_t>(value));
        case F::CPPTYPE_INT64:
            return put(message, field, &R::SetInt64, &R::AddInt64, value);
        case F::CPPTYPE_UINT32:
            return put(message, field, &R::SetUInt32, &R::AddUInt32,
                       static_cast<std::uint32_t>(value));
        case F::CPPTYPE_UINT64:
            return put(message, field, &R::SetUInt64, &R::AddUInt64,
                       static_cast<std::uint64_t>(value));
        case F::CPPTYPE_BOOL:
            return put(message, field, &R::SetBool, &R::AddBool, value % 2 == 0);
        case F::CPPTYPE_ENUM:
            return put(message, field, &R::SetEnumValue, &R::AddEnumValue,
                       field.enum_type()->full_name() == "google.protobuf.NullValue"
                           ? 0
                           : static_cast<int>(value % 9) - 4);
        default:
            FAIL("a kind that the test does not know: " << field.full_name());
        }
    }

    template <typename Set, typename Add, typename Value>
    void put(pb::Message& message, const pb::FieldDescriptor& field, Set set_one, Add add_one,
             Value value)
    {
        const auto& reflection = *message.GetReflection();
        if (field.is_repeated()) {
            (reflection.*add_one)(&message, &field, value);
        } else {
            (reflection.*set_one)(&message, &field, value);
        }
    }

    std::string text(const pb::FieldDescriptor& field)
    {
        static const std::vector<std::string> pieces = {
            "a", "temperature", "\"", "\\", "\n", "\x01", "\x7f",
            "é", "\xC2\x85",    "€",  "𝄞",  " ",  "/"};
        std::string result;
        for (auto count = below(6); count > 0; --count) {
            result += pieces[below(pieces.size())];
        }
        if (field.type() == pb::FieldDescriptor::TYPE_BYTES) {
            result += static_cast<char>(below(256));
        }
        return result;
    }

    std::mt19937_64 m_random;
};

/// Of equal keys the last counts; a DynamicMessage keeps them all.
void keep_last_of_keys(pb::Message& message, const pb::FieldDescriptor& field)
{
    const auto& reflection = *message.GetReflection();
    const auto* key = field.message_type()->field(0);
    const auto key_of = [&](int index) {
        std::string text;
        pb::TextFormat::PrintFieldValueToString(
            reflection.GetRepeatedMessage(message, &field, index), key, -1, &text);
        return text;
    };
    std::map<std::string, int> place;
    int kept = 0;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        const auto [found, is_new] = place.try_emplace(key_of(i), kept);
        reflection.SwapElements(&message, &field, i, found->second);
        kept += is_new ? 1 : 0;
    }
    while (reflection.FieldSize(message, &field) > kept) {
        reflection.RemoveLast(&message, &field);
    }
}

/// The same message in the form in which JSON gives it back: without unknown fields, and a Value
/// without a kind is null.
void normalise(pb::Message& message)
{
    const auto& reflection = *message.GetReflection();
    const auto* type = message.GetDescriptor();
    reflection.MutableUnknownFields(&message)->Clear();
    if (type->full_name() == "google.protobuf.Value" &&
        !reflection.HasOneof(message, type->oneof_decl(0))) {
        reflection.SetEnumValue(&message, type->field(0), 0);
    }
    const auto is_entry = type->options().map_entry();
    for (int i = 0; i < type->field_count(); ++i) {
        const auto& field = *type->field(i);
        if (field.message_type() == nullptr) {
            const auto* type_of_null = field.enum_type(); // null, whatever its number
            if (type_of_null != nullptr &&
                type_of_null->full_name() == "google.protobuf.NullValue" &&
                reflection.HasField(message, &field)) {
                reflection.SetEnumValue(&message, &field, 0);
            }
            continue;
        }
        if (!field.is_repeated()) {
            if (is_entry || reflection.HasField(message, &field)) {
                normalise(*reflection.MutableMessage(&message, &field));
            }
            continue;
        }
        if (field.is_map()) {
            keep_last_of_keys(message, field);
        }
        for (int k = 0; k < reflection.FieldSize(message, &field); ++k) {
            normalise(*reflection.MutableRepeatedMessage(&message, &field, k));
        }
    }
}

std::string difference(const pb::Message& a, const pb::Message& b)
{
    std::string result;
    pb::util::MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&result);
    return differencer.Compare(a, b) ? std::string{} : result;
}

/// Ours, or empty and why.
struct Ours {
    std::string json;
    Decoded decoded;
    std::string why;
    Reason reason{};
};

Ours decode(ProtobufDecoder& decoder, const Oracle& oracle, const std::string& bytes)
{
    Ours ours;
    const auto verdict = decoder.decode(oracle.type(), bytes, ours.json);
    if (const auto* reject = std::get_if<Reject>(&verdict)) {
        ours.reason = reject->reason;
        ours.why = reject->detail + " at " + reject->path;
    } else {
        ours.decoded = std::get<Decoded>(verdict);
    }
    return ours;
}

} // namespace

TEST_CASE("protobuf: what libprotobuf writes comes back as the same message", "[formats]")
{
    Oracle oracle;
    ProtobufDecoder decoder;
    for (unsigned seed = 0; seed < 400; ++seed) {
        const auto message = oracle.make();
        Filler{seed}.fill(*message, 4);
        const auto ours = decode(decoder, oracle, message->SerializeAsString());
        normalise(*message);
        INFO("seed " << seed << ": " << ours.why << ours.json.substr(0, 2000));
        REQUIRE(ours.why.empty());
        const auto back = oracle.make();
        const auto status = pb::util::JsonStringToMessage(ours.json, back.get());
        INFO(status.ToString());
        REQUIRE(status.ok());
        REQUIRE(difference(*message, *back) == "");
    }
}

TEST_CASE("protobuf: a changed byte is judged as libprotobuf judges it", "[formats]")
{
    Oracle oracle;
    ProtobufDecoder decoder;
    std::mt19937 random{7};
    unsigned refused = 0;
    for (unsigned seed = 0; seed < 3000; ++seed) {
        const auto message = oracle.make();
        Filler{seed % 300}.fill(*message, 2);
        auto bytes = message->SerializeAsString();
        if (bytes.empty()) {
            continue;
        }
        bytes[random() % bytes.size()] = static_cast<char>(random());
        const auto theirs = oracle.make();
        const bool reads = theirs->ParseFromString(bytes);
        const auto ours = decode(decoder, oracle, bytes);
        INFO("seed " << seed << ": " << ours.why << ours.json.substr(0, 2000));
        if (!reads) {
            REQUIRE_FALSE(ours.why.empty());
            ++refused;
            continue;
        }
        if (ours.why.starts_with("a field number")) {
            continue; // libprotobuf cuts a tag of five bytes to 32 bits
        }
        if (!ours.why.empty()) { // libprotobuf reads any Timestamp, and refuses it as JSON
            std::string json;
            REQUIRE_FALSE(pb::util::MessageToJsonString(*theirs, &json).ok());
            continue;
        }
        const auto back = oracle.make();
        const auto status = pb::util::JsonStringToMessage(ours.json, back.get());
        normalise(*theirs);
        if (ours.decoded.not_finite == 0) {
            INFO(status.ToString());
            REQUIRE(status.ok());
            REQUIRE(difference(*theirs, *back) == "");
        }
    }
    CHECK(refused > 300);
}

TEST_CASE("protobuf: a message cut anywhere, and any byte changed, does no harm", "[formats]")
{
    Oracle oracle;
    ProtobufDecoder decoder;
    const auto message = oracle.make();
    Filler{11}.fill(*message, 3);
    const auto whole = message->SerializeAsString();
    const auto judge = [&](const std::string& bytes) {
        // A copy of its own size, so that a sanitizer sees the first byte read beyond it.
        const std::vector<char> exact(bytes.begin(), bytes.end());
        std::string out;
        static_cast<void>(decoder.decode(oracle.type(), {exact.data(), exact.size()}, out));
    };
    for (std::size_t size = 0; size < whole.size(); ++size) {
        judge(whole.substr(0, size));
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int change : {0x01, 0x07, 0x08, 0x40, 0x80, 0xFF}) {
            auto bytes = whole;
            bytes[at] = static_cast<char>(bytes[at] ^ change);
            judge(bytes);
        }
    }
}
