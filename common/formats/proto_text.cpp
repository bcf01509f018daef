// SPDX-License-Identifier: Apache-2.0
#include "common/formats/proto_text.hpp"

#include "common/base/error.hpp"

// Headers of libprotobuf that define every well-known type, so that the pool has them.
#include <google/protobuf/any.pb.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include <set>

namespace tlm::formats {
namespace {

namespace pb = google::protobuf;

/// Keeps the first error.
class FirstSyntaxError final : public pb::io::ErrorCollector {
  public:
    void AddError(int line, pb::io::ColumnNumber /*column*/, const std::string& message) override
    {
        if (m_text.empty()) {
            m_text = "line " + std::to_string(line + 1) + ": " + message;
        }
    }

    [[nodiscard]] const std::string& text() const noexcept { return m_text; }

  private:
    std::string m_text;
};

class SetBuilder {
  public:
    void add(const ProtoFile& file)
    {
        pb::io::ArrayInputStream bytes(file.text.data(), static_cast<int>(file.text.size()));
        FirstSyntaxError error;
        pb::io::Tokenizer tokenizer(&bytes, &error);
        pb::compiler::Parser parser;
        parser.RecordErrorsTo(&error);
        pb::FileDescriptorProto parsed;
        if (!parser.Parse(&tokenizer, &parsed) || !error.text().empty()) {
            throw usage_error(file.name + ": " + error.text());
        }
        parsed.set_name(file.name);
        m_names.insert(file.name);
        for (const auto& import : parsed.dependency()) {
            add_built_in(import);
        }
        *m_set.add_file() = parsed;
    }

    [[nodiscard]] std::string text() const { return m_set.SerializeAsString(); }

  private:
    void add_built_in(const std::string& name)
    {
        const auto* const known = name.starts_with("google/protobuf/")
                                      ? pb::DescriptorPool::generated_pool()->FindFileByName(name)
                                      : nullptr;
        if (known == nullptr || !m_names.insert(name).second) {
            return;
        }
        for (int i = 0; i < known->dependency_count(); ++i) {
            add_built_in(known->dependency(i)->name());
        }
        known->CopyTo(m_set.add_file());
    }

    pb::FileDescriptorSet m_set;
    std::set<std::string> m_names;
};

} // namespace

std::string compile_proto(std::span<const ProtoFile> files)
{
    const pb::LogSilencer quiet; // it would warn of a missing `syntax` on standard error
    SetBuilder builder;
    for (const auto& file : files) {
        builder.add(file);
    }
    return builder.text();
}

} // namespace tlm::formats
