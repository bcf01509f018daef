// SPDX-License-Identifier: Apache-2.0
#include "common/codebook/codebook.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "common/codebook/schema_registry.hpp"

#include <utility>

namespace tlm::codebook {

using formats::Format;

namespace {

constexpr std::size_t kMaxDescriptors = 64UL * 1024 * 1024;

std::unique_ptr<formats::PayloadDecoder> open_protobuf(const formats::FormatSources& sources,
                                                       const formats::ProtobufOptions& options)
{
    const auto set = read_text_file(sources.proto_desc.value(), kMaxDescriptors, "--proto-desc");
    try {
        return std::make_unique<formats::ProtobufPayloads>(
            formats::ProtobufSchema{set, sources.proto_names}, sources.proto_message, options);
    } catch (const Error& error) {
        throw usage_error("--proto-desc: " + sources.proto_desc->string() + ": " + error.what());
    }
}

} // namespace

Codebook open_codebook(const formats::FormatSources& sources, const formats::DecodeLimits& limits)
{
    const formats::ProtobufOptions options{limits, sources.int64_as_string, sources.write_defaults};
    Codebook book;
    switch (sources.format) {
    case Format::json:
        break;
    case Format::protobuf:
        book.decoder = open_protobuf(sources, options);
        break;
    case Format::cloudevents:
        book.decoder = std::make_unique<formats::CloudEventPayloads>(limits);
        break;
    case Format::confluent:
        book.schemas = open_registry(sources);
        book.decoder = std::make_unique<formats::ConfluentPayloads>(*book.schemas, options);
        break;
    case Format::sparkplug: {
        formats::SparkplugOptions sparkplug;
        sparkplug.limits = limits;
        auto decoder = std::make_unique<formats::SparkplugPayloads>(sparkplug);
        book.sparkplug = decoder.get();
        book.decoder = std::move(decoder);
        break;
    }
    }
    return book;
}

} // namespace tlm::codebook
