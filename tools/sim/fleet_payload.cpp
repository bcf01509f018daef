// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fleet_payload.hpp"

#include "common/formats/protobuf_schema.hpp"
#include "common/record/record.hpp"
#include "tools/sim/json_encoder.hpp"
#include "tools/sim/protobuf_encoder.hpp"
#include "tools/sim/sparkplug_encoder.hpp"
#include "tools/sim/template_encoder.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace tlm::sim {
namespace {

void use_json(std::size_t pad_to, Group& group)
{
    group.make_encoder = [signals = group.signals, pad_to] {
        return std::make_unique<JsonEncoder>(signals, pad_to);
    };
    group.traits.can_mistype =
        std::any_of(group.signals.begin(), group.signals.end(),
                    [](const Signal& signal) { return !signal.hidden && signal.labels.empty(); });
}

} // namespace

PayloadTraits traits_of(const Template& layout)
{
    const bool json = layout.makes_objects();
    return {.is_text = json,
            .can_spoof = layout.names_the_device(),
            .can_mistype = layout.has_numbers(),
            .is_free_text = !json};
}

namespace {

void use_template(const Setting& setting, std::string_view text, Group& group)
{
    auto compiled = Template::compile(text, group.signals);
    if (const auto* const wrong = std::get_if<std::string>(&compiled)) {
        throw setting.wrong(*wrong);
    }
    const auto made = std::make_shared<const Template>(std::get<Template>(std::move(compiled)));
    group.make_encoder = [made] { return std::make_unique<TemplateEncoder>(made); };
    group.traits = traits_of(*made);
}

/// The layout of a message type; throws Error usage without the place.
ProtobufLayout make_layout(const std::string& descriptors, const std::string& message,
                           const std::vector<Signal>& signals)
{
    auto schema =
        std::make_shared<const formats::ProtobufSchema>(descriptors, formats::ProtobufNames::proto);
    const auto type = schema->type(message);
    auto layout = ProtobufLayout::make(std::move(schema), type, signals);
    if (const auto* const wrong = std::get_if<std::string>(&layout)) {
        throw usage_error(*wrong);
    }
    return std::get<ProtobufLayout>(std::move(layout));
}

void use_protobuf(const Setting& file, const Setting& message, const ReadFile& read, Group& group)
{
    const auto descriptors = file.file(read);
    const auto name = message.text();
    try {
        const auto made =
            std::make_shared<const ProtobufLayout>(make_layout(descriptors, name, group.signals));
        group.make_encoder = [made] { return std::make_unique<ProtobufEncoder>(made); };
        group.traits = {false, made->names_the_device(), false, false};
    } catch (const Error& error) {
        throw message.wrong(file.text() + ": " + error.what());
    }
}

bool is_plain(const std::string& name)
{
    return is_device_id(name) && name.find(':') == std::string::npos;
}

/// `device`: what is behind each edge node; null: nothing, it speaks for itself.
void use_sparkplug(const Setting& setting, const Setting* device, Group& group)
{
    using Level = SparkplugEncoder::Level;
    const auto name = setting.text();
    const bool plain = is_plain(name) && is_plain(group.ids.prefix + '1' + group.ids.suffix);
    group.ids.prefix.insert(0, name + "::");
    if (device != nullptr) {
        group.ids.suffix.append("::").append(device->text());
        if (!is_plain(device->text())) {
            throw device->wrong("a Sparkplug device has A-Z a-z 0-9 . _ - in its name");
        }
    }
    if (!plain || group.topic || !is_device_id(group.ids.name(group.devices - 1, group.devices))) {
        throw setting.wrong("a Sparkplug group has A-Z a-z 0-9 . _ - in its name and ids, and "
                            "topics of its own");
    }
    group.make_encoder = [name, level = device == nullptr ? Level::node : Level::device,
                          signals = group.signals] {
        return std::make_unique<SparkplugEncoder>(name, level, signals);
    };
    group.traits = {false, false, false, true};
}

} // namespace

void read_payload(const Setting* setting, const ReadFile& read, std::size_t pad_to, Group& group)
{
    constexpr std::uint64_t kLargest = 16ULL * 1024 * 1024;
    if (setting == nullptr) {
        use_json(pad_to, group);
        return;
    }
    SettingMap map{*setting};
    if (const auto* const text = map.find("template")) {
        use_template(*text, text->text(), group);
    } else if (const auto* const file = map.find("template_file")) {
        auto bytes = file->file(read);
        bytes.resize(bytes.size() - (bytes.ends_with('\n') ? 1 : 0)); // it ends the file only
        use_template(*file, bytes, group);
    } else if (const auto* const descriptors = map.find("protobuf")) {
        use_protobuf(*descriptors, map.at("message"), read, group);
    } else if (const auto* const sparkplug = map.find("sparkplug")) {
        use_sparkplug(*sparkplug, map.find("device"), group);
    } else {
        const auto* const size = map.find("size");
        use_json(size != nullptr ? size->count(0, kLargest) : pad_to, group);
    }
    map.finish();
}

} // namespace tlm::sim
