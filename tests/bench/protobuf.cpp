// SPDX-License-Identifier: Apache-2.0
// Protobuf to JSON: the walk by tables beside libprotobuf's own way, the same messages in one run.
//
//   build/release/tests/bench/bench_protobuf [SECONDS]
//
// The message has 99 bytes: five metrics, each with a name or alias, a time, a type and a value.
#include "common/formats/protobuf.hpp"

#include "common/base/units.hpp"

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace {

namespace pb = google::protobuf;
using namespace tlm;

constexpr std::string_view kProto = R"(
    syntax = "proto3";
    message Reading {
        message Metric {
            uint64 alias = 1; uint64 at = 2; uint32 type = 3;
            oneof value { uint32 whole = 10; uint64 large = 11; float real = 12; double exact = 13;
                          bool flag = 14; string text = 15; }
        }
        uint64 ts = 1; repeated Metric metrics = 2; uint64 seq = 3;
    })";

constexpr const char* kMessage = R"(
    ts: 1763800000000 seq: 17
    metrics { alias: 1 at: 1763800000000 type: 10 exact: 21.537 }
    metrics { alias: 2 at: 1763800000000 type: 3 whole: 1480 }
    metrics { alias: 3 at: 1763800000000 type: 9 real: 3.25 }
    metrics { alias: 4 at: 1763800000000 type: 11 flag: true }
    metrics { alias: 5 at: 1763800000000 type: 12 text: "runs" })";

pb::FileDescriptorProto parse_proto()
{
    pb::io::ArrayInputStream input(kProto.data(), static_cast<int>(kProto.size()));
    pb::io::Tokenizer tokens(&input, nullptr);
    pb::FileDescriptorProto file;
    file.set_name("bench.proto");
    if (!pb::compiler::Parser{}.Parse(&tokens, &file)) {
        throw std::runtime_error("the bench's own .proto does not parse");
    }
    return file;
}

double cpu_seconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Messages a second of CPU time of `once`, the best of many slices: others use the machine.
template <typename Once>
double rate(double seconds, Once once)
{
    constexpr int kSlice = 1000;
    double best = 0;
    double spent = 0;
    while (spent < seconds) {
        const double begin = cpu_seconds();
        for (int i = 0; i < kSlice; ++i) {
            once();
        }
        const double took = cpu_seconds() - begin;
        spent += took;
        best = std::max(best, kSlice / took);
    }
    return best;
}

void say(const char* what, double per_second)
{
    std::printf("%-44s %7.3f M msg/s  %6.2f us\n", what, per_second / 1e6, 1e6 / per_second);
}

void run(double seconds)
{
    const auto file = parse_proto();
    pb::FileDescriptorSet set;
    *set.add_file() = file;
    pb::DescriptorPool pool;
    const auto* type = pool.BuildFile(file)->message_type(0);
    pb::DynamicMessageFactory factory(&pool);
    const std::unique_ptr<pb::Message> message{factory.GetPrototype(type)->New()};
    pb::TextFormat::ParseFromString(kMessage, message.get());
    const auto bytes = message->SerializeAsString();

    const formats::ProtobufSchema schema{set.SerializeAsString()};
    const auto our_type = schema.type("Reading");
    formats::ProtobufDecoder decoder;
    std::string json;
    const auto walk = [&] {
        json.clear();
        if (std::holds_alternative<Reject>(decoder.decode(our_type, bytes, json))) {
            throw std::runtime_error("the bench's own message is rejected");
        }
    };
    walk();
    std::printf("%zu bytes become %zu bytes of JSON: %s\n", bytes.size(), json.size(),
                json.c_str());
    const double ours = rate(seconds, walk);
    say("tables along the wire to JSON", ours);

    const double parse = rate(seconds, [&] { message->ParseFromString(bytes); });
    say("DynamicMessage, parsed only", parse);
    const double theirs = rate(seconds, [&] {
        message->ParseFromString(bytes);
        json.clear();
        if (!pb::util::MessageToJsonString(*message, &json).ok()) {
            throw std::runtime_error("libprotobuf does not write the bench's own message");
        }
    });
    say("DynamicMessage and util::MessageToJsonString", theirs);
    std::printf("ratio: %.1f\n", ours / theirs);
}

} // namespace

int main(int argc, char** argv)
try {
    run(argc > 1 ? parse_number(argv[1]).value_or(2) : 2);
    return 0;

} catch (const std::exception& error) {
    std::fprintf(stderr, "bench_protobuf: %s\n", error.what());
    return 1;
}
