// SPDX-License-Identifier: Apache-2.0
// Records as lines on standard output.
#pragma once

#include "common/ndjson/line_sink.hpp"
#include "tools/replay/outlet.hpp"
#include "tools/replay/settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tlm::replay {

/// Values or whole records, one a line, see Format. A null value has no line of its own in
/// Format::value: it is counted.
class LineOutlet final : public Outlet {
  public:
    explicit LineOutlet(Format format);

    [[nodiscard]] bool write(const Message& message, Place place) override;
    void serve(milliseconds wait) override;

    [[nodiscard]] bool reader_gone() const override { return m_sink.reader_gone(); }

    void close() override;

    [[nodiscard]] std::uint64_t tombstones() const noexcept { return m_tombstones; }

  private:
    [[nodiscard]] std::string_view line_of(const Message& message);

    ndjson::LineSink m_sink;
    Format m_format;
    std::string m_line;
    std::vector<Delivery> m_deliveries;
    std::uint64_t m_tombstones = 0;
    std::size_t m_uncollected = 0;
};

} // namespace tlm::replay
