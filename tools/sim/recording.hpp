// SPDX-License-Identifier: Apache-2.0
// Recorded series: CSV, NDJSON and InfluxDB's line protocol.
#pragma once

#include "common/base/time.hpp"
#include "tools/sim/bad_line.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tlm::sim {

/// What one device said, in time order; of the same time in the order of the file.
struct Recording {
    struct Row {
        EpochMs ts = 0;
        std::size_t begin = 0; ///< of its members in `text`
        std::size_t size = 0;
    };

    std::string device;
    std::vector<Row> rows; ///< not empty
    std::string text;      ///< members of payloads as JSON, but for ts, boot, seq and deviceId

    [[nodiscard]] std::string_view members(const Row& row) const noexcept
    {
        return std::string_view{text}.substr(row.begin, row.size);
    }
};

enum class RecordingFormat { csv, ndjson, line_protocol };

/// By the end of the name: `.lp`, `.line` and `.influx` are line protocol, `.ndjson`, `.jsonl` and
/// `.json` NDJSON, everything else CSV.
[[nodiscard]] RecordingFormat recording_format(std::string_view path);

/// Reads a whole file. Rows that name no device belong to `device`. A file without a row is bad.
///
/// - CSV (RFC 4180): the first column is the time, each other one a metric, named by a header; two
///   columns need none and are `timestamp,value`. A column `deviceId` says which device a row is
///   from. Empty cells are not said, nor rows without a value. A column is numbers (or true and
///   false) or text, as its first cell is.
/// - NDJSON: records (tlm-record(5)), or payloads with a member `ts`, and perhaps `deviceId`.
/// - Line protocol: the tag deviceId, device_id, device or host is the device, fields are metrics.
///   The measurement and other tags are passed over. Every line must have a time.
[[nodiscard]] std::variant<std::vector<Recording>, BadLine>
parse_recording(std::string_view text, RecordingFormat format, const std::string& device);

/// Moves all recordings in time so that each begins where the latest of them does.
void align_starts(std::vector<Recording>& recordings);

/// From the earliest to the latest time of all of them.
[[nodiscard]] milliseconds span_of(const std::vector<Recording>& recordings);

/// The device that a file stands for: its name without folders and the endings above, each
/// character that no device id may have replaced by `_`, cut to 128. Empty when nothing is left.
[[nodiscard]] std::string device_id_of(std::string_view path);

/// `text` with each character that no device id may have replaced by `_`, cut to 128.
[[nodiscard]] std::string as_device_id(std::string_view text);

/// Members that a replay writes itself.
[[nodiscard]] bool is_reserved_member(std::string_view name) noexcept;

/// Collects the rows of a file by device. For the readers of formats.
class RecordingBuilder {
  public:
    /// A row; what the caller appends to the result until the next call are its members.
    [[nodiscard]] std::string& add(const std::string& device, EpochMs ts);

    /// The recordings, sorted by time; devices in the order in which they came.
    [[nodiscard]] std::vector<Recording> finish();

  private:
    void end_row();

    std::vector<Recording> m_recordings;
    std::map<std::string, std::size_t, std::less<>> m_index;
    Recording* m_open = nullptr;
};

/// A time as recordings have it: RFC 3339, without a zone UTC, or epoch seconds or milliseconds.
[[nodiscard]] std::optional<EpochMs> parse_recorded_time(std::string_view text);

using ParsedRows = std::variant<RecordingBuilder, BadLine>;
[[nodiscard]] ParsedRows parse_csv(std::string_view text, const std::string& device);
[[nodiscard]] ParsedRows parse_ndjson(std::string_view text, const std::string& device);
[[nodiscard]] ParsedRows parse_line_protocol(std::string_view text, const std::string& device);

} // namespace tlm::sim
