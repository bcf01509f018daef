// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fleet_payload.hpp"

#include "tools/sim/json_encoder.hpp"
#include "tools/sim/template_encoder.hpp"

#include <memory>
#include <utility>

namespace tlm::sim {
namespace {

void use_json(std::size_t pad_to, Group& group)
{
    group.make_encoder = [signals = group.signals, pad_to] {
        return std::make_unique<JsonEncoder>(signals, pad_to);
    };
}

void use_template(const Setting& setting, std::string_view text, Group& group)
{
    auto compiled = Template::compile(text, group.signals);
    if (const auto* const wrong = std::get_if<std::string>(&compiled)) {
        throw setting.wrong(*wrong);
    }
    const auto made = std::make_shared<const Template>(std::get<Template>(std::move(compiled)));
    group.make_encoder = [made] { return std::make_unique<TemplateEncoder>(made); };
    group.traits.can_spoof = made->names_the_device();
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
        use_template(*file, read(file->text()), group);
    } else {
        const auto* const size = map.find("size");
        use_json(size != nullptr ? size->count(0, kLargest) : pad_to, group);
    }
    map.finish();
}

} // namespace tlm::sim
