// SPDX-License-Identifier: Apache-2.0
#include "common/record/guarded_json.hpp"
#include "common/record/record.hpp"

namespace tlm {

namespace dom = simdjson::dom;

struct ValueReader::Impl {
    explicit Impl(Limits given) : limits(given), json(given.max_depth) {}

    Limits limits;
    GuardedJson json;
    dom::element value{};
};

ValueReader::ValueReader(Limits limits) : m_impl(std::make_unique<Impl>(limits)) {}

ValueReader::ValueReader(ValueReader&&) noexcept = default;
ValueReader& ValueReader::operator=(ValueReader&&) noexcept = default;
ValueReader::~ValueReader() = default;

std::optional<Reject> ValueReader::read(std::string_view text)
{
    if (text.size() > m_impl->limits.max_line_bytes) {
        return Reject{Reason::too_long, "",
                      "the value has " + std::to_string(text.size()) + " bytes, the limit is " +
                          std::to_string(m_impl->limits.max_line_bytes)};
    }
    auto parsed = m_impl->json.parse_unguarded(text);
    if (auto* reject = std::get_if<Reject>(&parsed)) {
        return std::move(*reject);
    }
    m_impl->value = std::get<dom::element>(parsed);
    return std::nullopt;
}

dom::element ValueReader::value() const
{
    return m_impl->value;
}

} // namespace tlm
