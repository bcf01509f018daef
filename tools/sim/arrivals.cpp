// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/arrivals.hpp"

#include "common/base/error.hpp"
#include "common/base/hash.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/ndjson/line_source.hpp"
#include "common/ops/signals.hpp"
#include "common/pg/connection.hpp"
#include "common/record/record.hpp"
#include "tools/sim/page_message.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace tlm::sim {
namespace {

constexpr std::size_t kAtOnce = 1'000;
constexpr milliseconds kSlice{200};

/// The ends of the partitions as they were when they became known: an active topic has no other.
class Bounds {
  public:
    /// True when all that was there at the beginning has been given out.
    [[nodiscard]] bool reached(const std::vector<kafka::PartitionState>& partitions)
    {
        bool all = !partitions.empty();
        for (const auto& state : partitions) {
            if (state.high >= 0) {
                m_ends.try_emplace(state.partition, state.high);
            }
            const auto end = m_ends.find(state.partition);
            all = all && end != m_ends.end() && (state.at_end || state.position >= end->second);
        }
        return all;
    }

  private:
    std::map<std::int32_t, std::int64_t> m_ends;
};

/// Identity and bytes of a record; empty for what is none or has no identity.
struct Arrival {
    std::string_view device_id;
    std::int64_t boot = 0;
    std::uint64_t seq = 0;
    Shown shown;
};

std::optional<Arrival> arrival_of(RecordReader& reader, std::string_view line)
{
    const auto read = reader.read(line);
    const auto* const record = std::get_if<Record>(&read);
    if (record == nullptr || !record->boot || !record->seq) {
        return std::nullopt;
    }
    return Arrival{record->device_id, *record->boot, static_cast<std::uint64_t>(*record->seq),
                   Shown{fnv1a(record->data), std::nullopt}};
}

} // namespace

void give_record(RecordReader& reader, std::string_view line, Hop& hop)
{
    if (const auto arrival = arrival_of(reader, line)) {
        hop.arrived(arrival->device_id, arrival->boot, arrival->seq, arrival->shown);
    } else {
        hop.arrived_foreign();
    }
}

bool read_topic(const VerifySettings& settings, const std::string& topic, ops::Shutdown& shutdown,
                const std::function<void(const Input&)>& take)
{
    kafka::SourceOptions options;
    options.properties = settings.kafka.value();
    options.topic = topic;
    options.stop_at_end = true;
    options.skip_gaps = true;
    kafka::KafkaSource source(options);
    if (source.wait_until_known(settings.connect_timeout, shutdown.fd()) == kafka::Wait::stopped) {
        return false;
    }
    Bounds bounds;
    std::vector<Input> inputs;
    bool done = false;
    while (!done && !shutdown.requested()) {
        const auto state = source.poll(inputs, kAtOnce, kSlice);
        std::for_each(inputs.begin(), inputs.end(), take);
        done = state == SourceState::finished || bounds.reached(source.partitions());
    }
    source.close();
    return done;
}

bool read_lines(const std::string& file, ops::Shutdown& shutdown,
                const std::function<void(const Input&)>& take)
{
    ndjson::LineSource source({file});
    std::vector<Input> inputs;
    auto state = SourceState::open;
    while (state == SourceState::open && !shutdown.requested()) {
        state = source.poll(inputs, kAtOnce, kSlice);
        std::for_each(inputs.begin(), inputs.end(), take);
    }
    source.close();
    return state == SourceState::finished;
}

std::unique_ptr<pg::Connection> connect(const VerifySettings& settings, ops::Shutdown& shutdown)
{
    pg::ConnectionSettings connection;
    connection.conninfo = settings.conninfo.value();
    connection.purpose = "tlm-sim verify";
    const auto deadline = std::chrono::steady_clock::now() + settings.connect_timeout;
    for (;;) {
        try {
            return std::make_unique<pg::Connection>(connection);
        } catch (const Error& error) {
            if (!error.retriable() || std::chrono::steady_clock::now() >= deadline) {
                throw;
            }
        }
        pollfd stop{shutdown.fd(), POLLIN, 0};
        if (::poll(&stop, 1, poll_timeout(kSlice)) > 0) {
            return nullptr;
        }
    }
}

bool read_table(const VerifySettings& settings, ops::Shutdown& shutdown, Hop& hop)
{
    constexpr std::string_view kDoing = "read the rows";
    const auto connection = connect(settings, shutdown);
    if (!connection) {
        return false;
    }
    connection->exec("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", kDoing);
    connection->exec(fmt::format("DECLARE rows NO SCROLL CURSOR FOR SELECT device_id, boot, seq, "
                                 "floor(extract(epoch FROM ts) * 1000)::bigint FROM {}",
                                 settings.table.quoted()),
                     kDoing);
    while (!shutdown.requested()) {
        const auto rows = connection->exec("FETCH 10000 FROM rows", kDoing);
        for (int row = 0; row < rows.rows(); ++row) {
            if (rows.is_null(row, 1) || rows.is_null(row, 2)) {
                hop.arrived_foreign();
                continue;
            }
            hop.arrived(rows.text(row, 0), rows.integer(row, 1),
                        static_cast<std::uint64_t>(rows.integer(row, 2)),
                        Shown{std::nullopt, rows.integer(row, 3)});
        }
        if (rows.rows() == 0) {
            return true;
        }
    }
    return false;
}

bool read_page(const VerifySettings& settings, ops::Shutdown& shutdown, LastValueHop& hop)
{
    WsClient client(settings.page.value(), settings.connect_timeout, shutdown.fd());
    PageReader pages;
    RecordReader reader;
    auto deadline = std::chrono::steady_clock::now() + settings.connect_timeout;
    while (!shutdown.requested()) {
        const auto text = client.wait_next(deadline);
        if (!text) {
            throw fatal_error("tlm-ws: the snapshot did not come");
        }
        const auto message = pages.read(*text);
        if (!message.snapshot) {
            continue;
        }
        deadline = std::chrono::steady_clock::now() + settings.connect_timeout;
        for (const auto record : message.records) {
            if (const auto arrival = arrival_of(reader, record)) {
                hop.shows(arrival->device_id, arrival->boot, arrival->seq, arrival->shown);
            } else {
                hop.shows_foreign();
            }
        }
        if (!message.more) {
            return true;
        }
    }
    return false;
}

} // namespace tlm::sim
