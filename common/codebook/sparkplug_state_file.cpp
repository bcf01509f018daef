// SPDX-License-Identifier: Apache-2.0
#include "common/codebook/sparkplug_state_file.hpp"

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "common/base/text_file.hpp"
#include "common/base/whole_file.hpp"
#include "common/ops/log.hpp"

#include <fcntl.h>
#include <simdjson.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <map>
#include <utility>

namespace tlm::codebook {

namespace dom = simdjson::dom;

namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr std::size_t kMostBytes = 2048UL * 1024 * 1024;
constexpr std::size_t kSmall = 1024UL * 1024; // not worth writing anew below it
/// Messages elsewhere that are remembered; only those without proof may come again.
constexpr std::size_t kMostElsewhere = 10'000;
constexpr std::string_view kCheckpoint = R"({"v":1,"topic":)";
constexpr std::string_view kAnyLine = R"({"v":1,)";

/// The text up to the end of its last checkpoint.
std::string_view up_to_checkpoint(std::string_view text)
{
    auto end = text.rfind('\n');
    while (end != std::string_view::npos) {
        const auto before = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
        const auto begin = before == std::string_view::npos ? 0 : before + 1;
        if (text.substr(begin).starts_with(kCheckpoint)) {
            return text.substr(0, end + 1);
        }
        end = before;
    }
    return {};
}

bool read_offsets(dom::object object, std::map<std::int32_t, std::int64_t>& offsets)
{
    for (auto field : object) {
        std::int32_t partition = 0;
        std::int64_t offset = 0;
        const auto* const end = field.key.data() + field.key.size();
        const auto parsed = std::from_chars(field.key.data(), end, partition);
        if (parsed.ec != std::errc{} || parsed.ptr != end ||
            field.value.get_int64().get(offset) != simdjson::SUCCESS) {
            return false;
        }
        offsets[partition] = offset;
    }
    return true;
}

bool read_elsewhere(dom::array array, std::vector<SparkplugCheckpoint::Elsewhere>& messages)
{
    for (auto element : array) {
        std::string_view topic;
        std::string_view hash;
        if (element.at(0).get_string().get(topic) != simdjson::SUCCESS ||
            element.at(1).get_string().get(hash) != simdjson::SUCCESS) {
            return false;
        }
        messages.push_back({std::string{topic}, std::string{hash}});
    }
    return true;
}

} // namespace

SparkplugStateFile::SparkplugStateFile(std::filesystem::path path, std::string topic)
    : m_path(std::move(path)), m_topic(std::move(topic))
{
    const auto refuse = [this](const std::string& why) {
        return usage_error("--sparkplug-state: '" + m_path.string() + "' " + why);
    };
    m_file.reset(::open(m_path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kOwnerOnly));
    if (!m_file) {
        throw refuse("cannot be written: " + errno_text(errno));
    }
    if (::flock(m_file.get(), LOCK_EX | LOCK_NB) != 0) {
        throw refuse("is in use: one file a process");
    }
}

SparkplugCheckpoint SparkplugStateFile::load(formats::SparkplugDecoder& decoder)
{
    const auto whole = read_text_file(m_path, kMostBytes, "--sparkplug-state");
    if (!whole.empty() && !std::string_view{whole}.starts_with(kAnyLine)) {
        throw usage_error("--sparkplug-state: '" + m_path.string() +
                          "' is not a file of this kind");
    }
    SparkplugCheckpoint checkpoint;
    std::string state;
    bool well = true;
    for (auto text = up_to_checkpoint(whole); well && !text.empty();) {
        const auto line = text.substr(0, text.find('\n') + 1);
        text.remove_prefix(line.size());
        if (line.starts_with(kCheckpoint)) {
            well = read_checkpoint(line, checkpoint);
        } else {
            state += line;
        }
    }
    if (const auto reject = well ? decoder.import_state(state) : Reject{}; reject) {
        log::error("'{}' is damaged and counts as empty: births are waited for", m_path.string());
        return {};
    }
    remember(checkpoint);
    return checkpoint;
}

bool SparkplugStateFile::read_checkpoint(std::string_view line,
                                         SparkplugCheckpoint& checkpoint) const
{
    dom::parser parser;
    dom::object object;
    dom::object offsets;
    dom::array elsewhere;
    std::string_view topic;
    if (parser.parse(line.data(), line.size()).get_object().get(object) != simdjson::SUCCESS ||
        object["topic"].get_string().get(topic) != simdjson::SUCCESS ||
        object["offsets"].get_object().get(offsets) != simdjson::SUCCESS ||
        object["elsewhere"].get_array().get(elsewhere) != simdjson::SUCCESS) {
        return false;
    }
    return topic != m_topic || (read_offsets(offsets, checkpoint.offsets) &&
                                read_elsewhere(elsewhere, checkpoint.elsewhere));
}

void SparkplugStateFile::remember(const SparkplugCheckpoint& checkpoint)
{
    m_elsewhere.insert(m_elsewhere.end(), checkpoint.elsewhere.begin(), checkpoint.elsewhere.end());
    if (m_elsewhere.size() > kMostElsewhere) {
        m_elsewhere.erase(m_elsewhere.begin(),
                          m_elsewhere.end() - static_cast<std::ptrdiff_t>(kMostElsewhere));
    }
}

void SparkplugStateFile::keep(formats::SparkplugDecoder& decoder,
                              const SparkplugCheckpoint& checkpoint)
{
    m_text.clear();
    decoder.export_changes(m_text);
    if (m_text.empty() && !m_whole_wanted) {
        return; // what the checkpoint has more changes nothing when it is seen again
    }
    remember(checkpoint);
    if (m_whole_wanted || m_size > 2 * m_size_of_whole + kSmall) {
        m_whole_wanted = true;
        rewrite(decoder, checkpoint);
        m_whole_wanted = false;
        return;
    }
    append_checkpoint(m_text, checkpoint);
    append(m_text);
}

void SparkplugStateFile::append(std::string_view text)
{
    int error = write_all(m_file.get(), text);
    const bool told = text.find(R"("tables":)") != std::string_view::npos;
    if (error == 0 && told && ::fdatasync(m_file.get()) != 0) {
        error = errno;
    }
    if (error != 0) {
        m_whole_wanted = true; // the decoder says nothing twice
        fail(error);
    }
    m_size += text.size();
}

void SparkplugStateFile::rewrite(const formats::SparkplugDecoder& decoder,
                                 const SparkplugCheckpoint& checkpoint)
{
    m_text.clear();
    decoder.export_state(m_text);
    append_checkpoint(m_text, {checkpoint.offsets, m_elsewhere});
    const auto part = m_path.string() + ".part";
    UniqueFd file{::open(
        part.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly)};
    int error = file ? write_all(file.get(), m_text) : errno;
    if (error == 0 && (::fsync(file.get()) != 0 || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 ||
                       ::rename(part.c_str(), m_path.c_str()) != 0)) {
        error = errno;
    }
    if (error != 0) {
        static_cast<void>(::unlink(part.c_str()));
        fail(error);
    }
    m_file = std::move(file);
    m_size = m_size_of_whole = m_text.size();
    if (const int unsynced = sync_folder_of(m_path)) {
        fail(unsynced);
    }
}

void SparkplugStateFile::append_checkpoint(std::string& out,
                                           const SparkplugCheckpoint& checkpoint) const
{
    const auto close = [&out](char bracket) {
        if (out.back() == ',') {
            out.pop_back();
        }
        out += bracket;
    };
    out += kCheckpoint;
    append_json_string(out, m_topic);
    out += R"(,"offsets":{)";
    for (const auto& [partition, offset] : checkpoint.offsets) {
        out += '"' + std::to_string(partition) + "\":" + std::to_string(offset) + ',';
    }
    close('}');
    out += R"(,"elsewhere":[)";
    for (const auto& message : checkpoint.elsewhere) {
        out += '[';
        append_json_string(out, message.topic);
        out += ',';
        append_json_string(out, message.hash);
        out += "],";
    }
    close(']');
    out += "}\n";
}

void SparkplugStateFile::fail(int error) const
{
    throw transient_error("--sparkplug-state: '" + m_path.string() + "' cannot be written: " +
                          errno_text(error) + "; nothing is acknowledged before it is");
}

} // namespace tlm::codebook
