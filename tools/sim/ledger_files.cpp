// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/ledger_files.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace tlm::sim {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20U;
constexpr std::size_t kReadSize = std::size_t{256} * 1024;

} // namespace

LedgerFiles::File::File(std::string given) : name(std::move(given)), lines(kLongestLine) {}

LedgerFiles::LedgerFiles(const std::vector<std::string>& names, Missing missing)
    : m_missing(missing)
{
    for (const auto& name : names) {
        open(m_files.emplace_back(name));
    }
}

void LedgerFiles::open(File& file) const
{
    file.fd.reset(file.name == "-" ? ::dup(STDIN_FILENO)
                                   : ::open(file.name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file.fd && (errno != ENOENT || m_missing == Missing::fail)) {
        throw usage_error(fmt::format("{}: {}", file.name, errno_text(errno)));
    }
}

void LedgerFiles::read(SentMessages& sent)
{
    for (auto& file : m_files) {
        if (!file.fd) {
            open(file);
        }
        if (file.fd) {
            read(file, sent);
        }
    }
}

void LedgerFiles::read(File& file, SentMessages& sent)
{
    for (;;) {
        const auto space = file.lines.space(kReadSize);
        const auto got = ::read(file.fd.get(), space.data(), space.size());
        if (got < 0 && errno != EINTR) {
            throw usage_error(fmt::format("{}: {}", file.name, errno_text(errno)));
        }
        if (got == 0) {
            return;
        }
        if (got > 0) {
            file.lines.filled(static_cast<std::size_t>(got));
            take_lines(file, sent);
        }
    }
}

void LedgerFiles::finish(SentMessages& sent)
{
    read(sent);
    for (auto& file : m_files) {
        file.lines.finish();
        take_lines(file, sent);
        if (file.bad_line != 0) {
            log::warn("{}:{}: the line was cut short; its message was not sent", file.name,
                      file.bad_line);
        }
    }
}

void LedgerFiles::take_lines(File& file, SentMessages& sent)
{
    while (const auto line = file.lines.next()) {
        ++m_lines;
        auto read = m_reader.read(line->too_long() ? std::string_view{} : line->text);
        if (file.bad_line != 0 && !std::holds_alternative<RunBegin>(read)) {
            throw usage_error(fmt::format("{}:{}: not a ledger line", file.name, file.bad_line));
        }
        const auto* const wrong = std::get_if<NotALedgerLine>(&read);
        if (wrong != nullptr && wrong->lacks_digest) {
            throw usage_error(fmt::format("{}:{}: no digest: a record perhaps, not a line of what "
                                          "tlm-sim --ledger writes",
                                          file.name, line->number));
        }
        file.bad_line = 0;
        if (const auto* const entry = std::get_if<LedgerEntry>(&read)) {
            sent.add(*entry);
        } else if (std::holds_alternative<RunBegin>(read)) {
            ++file.begun;
            file.last_ended = false;
        } else if (auto* const end = std::get_if<RunEnd>(&read)) {
            ++file.ended;
            file.last_ended = true;
            m_valid = m_valid && end->valid;
            merge(m_latencies, end->latencies);
        } else {
            file.bad_line = line->number;
        }
    }
}

void LedgerFiles::forget_ended() noexcept
{
    for (auto& file : m_files) {
        file.forgotten = file.ended;
    }
}

bool LedgerFiles::all_ended() const noexcept
{
    return std::all_of(m_files.begin(), m_files.end(), [](const File& file) {
        return file.ended > file.forgotten && file.last_ended;
    });
}

std::uint64_t LedgerFiles::unfinished_runs() const noexcept
{
    std::uint64_t open = 0;
    for (const auto& file : m_files) {
        open += file.begun - std::min(file.begun, file.ended);
    }
    return open;
}

} // namespace tlm::sim
