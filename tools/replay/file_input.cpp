// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/file_input.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"
#include "tools/replay/zstd_stream.hpp"

#include <utility>

namespace tlm::replay {

namespace {

// A record of 4 MiB whose every byte is written as \u00xx, and more.
constexpr std::size_t kMaxLine = 32ULL * 1024 * 1024;
constexpr std::size_t kLinesAtOnce = 1000;

} // namespace

FileInput::FileInput(std::string file, std::int64_t first, Refusals& refusals)
    : m_lines({std::move(file)}, kMaxLine), m_first(first), m_refusals(refusals)
{}

MessageSource::Next FileInput::next(Message& message)
{
    for (;;) {
        while (m_at < m_batch.size()) {
            if (take(m_batch[m_at++], message)) {
                return Next::message;
            }
        }
        if (m_state == SourceState::finished) {
            return Next::finished;
        }
        m_state = m_lines.poll(m_batch, kLinesAtOnce, milliseconds{0});
        m_at = 0;
        if (m_batch.empty() && m_state == SourceState::open) {
            return Next::waiting;
        }
    }
}

bool FileInput::take(const Input& line, Message& message)
{
    m_place = {0, line.position.offset};
    if (line.position.offset == 1 && ZstdReader::begins(line.value)) {
        throw usage_error("--from-file: a capsule must be a file, not standard input or a pipe");
    }
    if (line.position.offset < m_first) {
        return false;
    }
    auto read = line.too_long ? Verdict<Message>(Reject{Reason::too_long, "", "beyond 32 MiB"})
                              : m_reader.read(line.value);
    if (const auto* const reject = std::get_if<Reject>(&read)) {
        m_refusals.add(Refusal::not_a_record);
        log::error("line {} is not a record: {}{}{}", line.position.offset, reject->path,
                   reject->path.empty() ? "" : " ", reject->detail);
        return false;
    }
    message = std::get<Message>(read);
    return true;
}

} // namespace tlm::replay
