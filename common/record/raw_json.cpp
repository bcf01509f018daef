// SPDX-License-Identifier: Apache-2.0
#include "common/record/raw_json.hpp"

namespace tlm {
namespace {

bool ends_scalar(char c)
{
    return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

} // namespace

std::size_t skip_string(std::string_view json, std::size_t at)
{
    for (++at; json[at] != '"'; ++at) {
        if (json[at] == '\\') {
            ++at;
        }
    }
    return at + 1;
}

std::size_t skip_value(std::string_view json, std::size_t at)
{
    if (json[at] == '"') {
        return skip_string(json, at);
    }
    if (json[at] != '{' && json[at] != '[') {
        while (at < json.size() && !ends_scalar(json[at])) {
            ++at;
        }
        return at;
    }
    std::size_t depth = 0;
    do {
        switch (json[at]) {
        case '"':
            at = skip_string(json, at);
            continue;
        case '{':
        case '[':
            ++depth;
            break;
        case '}':
        case ']':
            --depth;
            break;
        default:
            break;
        }
        ++at;
    } while (depth > 0);
    return at;
}

RawMembers::RawMembers(std::string_view json, std::size_t begin)
    : m_json(json), m_at(begin + 1), m_is_object(json[begin] == '{')
{}

bool RawMembers::next()
{
    m_at = skip_white_space(m_json, m_at);
    if (m_json[m_at] == ',') {
        m_at = skip_white_space(m_json, m_at + 1);
    }
    if (m_json[m_at] == '}' || m_json[m_at] == ']') {
        return false;
    }
    m_key = m_at;
    m_key_end = m_at;
    if (m_is_object) {
        m_key_end = skip_string(m_json, m_at);
        m_at = skip_white_space(m_json, m_json.find(':', m_key_end) + 1);
    }
    m_value = m_at;
    m_value_end = skip_value(m_json, m_at);
    m_at = m_value_end;
    return true;
}

} // namespace tlm
