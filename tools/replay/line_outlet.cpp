// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/line_outlet.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace tlm::replay {

LineOutlet::LineOutlet(Format format) : m_sink(STDOUT_FILENO, "standard output"), m_format(format)
{}

std::string_view LineOutlet::line_of(const Message& message)
{
    if (m_format == Format::record) {
        m_line.clear();
        append_message(m_line, message);
        return m_line;
    }
    const auto value = *message.value;
    const auto has = [value](char c) {
        return !value.empty() && std::memchr(value.data(), c, value.size()) != nullptr;
    };
    if (!has('\n') && !has('\r')) {
        return value;
    }
    m_line = value;
    std::replace_if(
        m_line.begin(), m_line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return m_line;
}

bool LineOutlet::write(const Message& message, Place)
{
    constexpr std::size_t kCollect = 4096;
    if (m_format == Format::value && !message.value) {
        ++m_tombstones;
        return true;
    }
    if (!m_sink.send({.value = line_of(message)}, 0)) {
        return false;
    }
    if (++m_uncollected == kCollect) {
        serve(milliseconds{-1});
    }
    return true;
}

void LineOutlet::serve(milliseconds wait)
{
    if (wait.count() >= 0) {
        static_cast<void>(m_sink.flush(wait));
    }
    m_sink.collect(m_deliveries);
    m_deliveries.clear();
    m_uncollected = 0;
}

void LineOutlet::close()
{
    m_sink.close();
}

} // namespace tlm::replay
