// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/payload.hpp"

#include "common/base/json_text.hpp"
#include "tools/sim/noise.hpp"

namespace tlm::sim {
namespace {

constexpr std::string_view kPadMember = R"(,"pad":"")";

} // namespace

void Payload::begin(EpochMs ts, std::int64_t boot, std::uint64_t seq)
{
    m_bytes = R"({"ts":)";
    append_number(m_bytes, ts);
    m_bytes += R"(,"boot":)";
    append_number(m_bytes, boot);
    m_bytes += R"(,"seq":)";
    append_number(m_bytes, seq);
}

void Payload::metric(std::string_view name, double value)
{
    m_bytes += ",\"";
    m_bytes += name;
    m_bytes += "\":";
    append_number(m_bytes, value);
}

void Payload::quoted_metric(std::string_view name, double value)
{
    m_bytes += ",\"";
    m_bytes += name;
    m_bytes += "\":\"";
    append_number(m_bytes, value);
    m_bytes += '"';
}

void Payload::text(std::string_view name, std::string_view value)
{
    m_bytes += ",\"";
    m_bytes += name;
    m_bytes += "\":";
    append_json_string(m_bytes, value);
}

void Payload::raw(std::string_view members)
{
    if (!members.empty()) {
        m_bytes += ',';
        m_bytes += members;
    }
}

std::string_view Payload::finish(std::uint64_t pad_key)
{
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    static_assert(kLetters.size() == 64);
    const std::size_t size = m_bytes.size() + 1;
    const std::size_t missing = size < m_pad_to ? m_pad_to - size : 0;
    if (missing > kPadMember.size()) {
        m_bytes.append(kPadMember.substr(0, kPadMember.size() - 1));
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < missing - kPadMember.size(); ++i) {
            bits = i % 10 == 0 ? derive(pad_key, i) : bits >> 6U; // ten letters a number
            m_bytes.push_back(kLetters[bits % kLetters.size()]);
        }
        m_bytes.push_back('"');
    } else {
        m_bytes.append(missing, ' ');
    }
    m_bytes.push_back('}');
    return m_bytes;
}

} // namespace tlm::sim
