// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/formats/descriptors.hpp"

#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>

namespace tlm::test {

namespace pb = google::protobuf;

namespace {

/// Protobuf's own files, where Debian has them, and one that is in memory.
class Sources final : public pb::compiler::SourceTree {
  public:
    explicit Sources(const std::string& proto) : m_proto(proto)
    {
        m_disk.MapPath("", "/usr/include");
    }

    pb::io::ZeroCopyInputStream* Open(const std::string& name) override
    {
        if (name == "t.proto") {
            return std::make_unique<pb::io::ArrayInputStream>(m_proto.data(),
                                                              static_cast<int>(m_proto.size()))
                .release();
        }
        return m_disk.Open(name);
    }

  private:
    const std::string& m_proto;
    pb::compiler::DiskSourceTree m_disk;
};

class Strict final : public pb::compiler::MultiFileErrorCollector {
  public:
    void AddError(const std::string& file, int line, int /*column*/,
                  const std::string& message) override
    {
        throw std::runtime_error(file + ":" + std::to_string(line + 1) + ": " + message);
    }
};

} // namespace

std::string descriptor_set(const std::string& proto)
{
    Sources sources(proto);
    Strict strict;
    pb::compiler::Importer importer(&sources, &strict);
    pb::FileDescriptorSet set;
    std::set<const pb::FileDescriptor*> added;
    const std::function<void(const pb::FileDescriptor*)> add = [&](const pb::FileDescriptor* file) {
        for (int i = 0; i < file->dependency_count(); ++i) {
            add(file->dependency(i));
        }
        if (added.insert(file).second) {
            auto* written = set.add_file();
            file->CopyTo(written);
            file->CopyJsonNameTo(written);
        }
    };
    add(importer.Import("t.proto"));
    return set.SerializeAsString();
}

const std::string& all_kinds_proto()
{
    static const std::string proto = R"(
        syntax = "proto3";
        package test;
        import "google/protobuf/timestamp.proto";
        import "google/protobuf/duration.proto";
        import "google/protobuf/wrappers.proto";
        import "google/protobuf/struct.proto";
        enum Mode { OFF = 0; ON = 1; alias_is_fine = 7; BROKEN = -3; }
        message Point { double x = 1; double y = 2; }
        message All {
            message Inner { string name = 1; All back = 2; map<string, Inner> more = 3; }
            int32 a_int32 = 1; int64 a_int64 = 2; uint32 a_uint32 = 3; uint64 a_uint64 = 4;
            sint32 a_sint32 = 5; sint64 a_sint64 = 6; fixed32 a_fixed32 = 7; fixed64 a_fixed64 = 8;
            sfixed32 a_sfixed32 = 9; sfixed64 a_sfixed64 = 10; float a_float = 11;
            double a_double = 12; bool a_bool = 13; string a_string = 14; bytes a_bytes = 15;
            Mode mode = 16; Point point = 17; Inner inner = 18;
            repeated int32 r_int32 = 21; repeated sint64 r_sint64 = 22 [packed = false];
            repeated double r_double = 23; repeated bool r_bool = 24; repeated string r_string = 25;
            repeated Mode r_mode = 26; repeated Point r_point = 27; repeated fixed32 r_fixed32 = 28;
            repeated bytes r_bytes = 29; repeated float r_float = 30 [packed = false];
            map<string, int32> m_string = 31; map<int64, Point> m_int64 = 32;
            map<bool, string> m_bool = 33; map<uint32, Mode> m_mode = 34;
            map<sint32, bytes> m_sint32 = 35;
            oneof choice { int32 c_int32 = 41; string c_string = 42; Point c_point = 43; }
            optional int32 o_int32 = 51; optional string o_string = 52;
            string other = 53 [json_name = "called \"else\""];
            google.protobuf.Timestamp time = 61; google.protobuf.Duration span = 62;
            google.protobuf.DoubleValue w_double = 63; google.protobuf.Int64Value w_int64 = 64;
            google.protobuf.StringValue w_string = 65; google.protobuf.BoolValue w_bool = 66;
            google.protobuf.BytesValue w_bytes = 67; google.protobuf.Struct structure = 68;
            google.protobuf.Value value = 69; google.protobuf.ListValue list = 70;
            google.protobuf.NullValue null = 71; repeated google.protobuf.Timestamp times = 72;
            map<string, google.protobuf.Value> m_value = 73;
            int32 far = 100000;
        })";
    return proto;
}

} // namespace tlm::test
