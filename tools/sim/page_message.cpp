// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/page_message.hpp"

#include "common/record/guarded_json.hpp"
#include "common/record/raw_json.hpp"

#include <simdjson.h>

#include <variant>

namespace tlm::sim {

struct PageReader::Impl {
    static constexpr std::size_t kDepth = 64; ///< more than a record's data may have
    GuardedJson parser{kDepth};
};

PageReader::PageReader() : m_impl(std::make_unique<Impl>()) {}

PageReader::PageReader(PageReader&&) noexcept = default;
PageReader& PageReader::operator=(PageReader&&) noexcept = default;
PageReader::~PageReader() = default;

PageMessage PageReader::read(std::string_view text)
{
    PageMessage message;
    const auto parsed = m_impl->parser.parse_unguarded(text);
    const auto* const root = std::get_if<simdjson::dom::element>(&parsed);
    std::string_view type;
    simdjson::dom::array devices;
    if (root == nullptr || (*root)["type"].get(type) != simdjson::SUCCESS ||
        (*root)["devices"].get(devices) != simdjson::SUCCESS) {
        return message;
    }
    message.snapshot = type == "snapshot";
    message.more = (*root)["more"].get(message.more) == simdjson::SUCCESS && message.more;
    RawMembers members(text, skip_white_space(text, 0));
    while (members.next()) {
        if (members.key() != "\"devices\"") {
            continue;
        }
        RawMembers records(text, members.value_begin());
        while (records.next()) {
            message.records.push_back(records.value());
        }
    }
    return message;
}

} // namespace tlm::sim
