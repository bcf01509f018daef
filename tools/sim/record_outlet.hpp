// SPDX-License-Identifier: Apache-2.0
// Messages as records on a descriptor.
#pragma once

#include "common/ndjson/line_sink.hpp"
#include "tools/sim/outlet.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// Writes records as lines, received at the moment of their `ts`.
class RecordOutlet final : public Outlet {
  public:
    RecordOutlet(int fd, const std::string& name) : m_sink(fd, name) {}

    [[nodiscard]] bool ready() const override { return true; }

    [[nodiscard]] bool has_room() const override { return !m_sink.reader_gone(); }

    void send(const Message& message) override;
    void flush(Monotonic now) override;

    [[nodiscard]] bool flush_waits() const override { return true; }

    [[nodiscard]] pollfd interest() const override { return {-1, 0, 0}; }

    [[nodiscard]] std::optional<Monotonic> deadline() const override { return std::nullopt; }

    void serve(short /*revents*/, Monotonic /*now*/) override {}

    void collect(std::vector<Confirmation>& out) override;

    void hang_up(std::uint32_t /*device*/) override {}

    [[nodiscard]] std::uint64_t unconfirmed() const override { return 0; }

    [[nodiscard]] OutletCounts counts() const override { return {}; }

    [[nodiscard]] bool reader_gone() const override { return m_sink.reader_gone(); }

    void close() override { m_sink.close(); }

    [[nodiscard]] std::string status() const override { return {}; }

    [[nodiscard]] std::string summary() const override;

  private:
    ndjson::LineSink m_sink;
    std::string m_lines; ///< not given to the sink before flush(): that writes when it likes
    std::vector<std::size_t> m_ends; ///< of each line in m_lines
    std::deque<Confirmation> m_open; ///< given to the sink, in order
    std::vector<Confirmation> m_confirmed;
    std::vector<Delivery> m_deliveries;
    std::uint64_t m_written = 0;
};

} // namespace tlm::sim
