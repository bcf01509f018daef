// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/watch.hpp"

#include "common/base/error.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"
#include "common/pg/connection.hpp"
#include "common/record/record.hpp"
#include "tools/sim/arrivals.hpp"
#include "tools/sim/hop_watch.hpp"
#include "tools/sim/page_message.hpp"
#include "tools/sim/wall_clock.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tlm::sim {
namespace {

constexpr std::size_t kAtOnce = 1'000;

/// How often PostgreSQL is asked: a row counts as visible up to so much too late.
constexpr milliseconds kAsk{10};

/// A message that was seen somewhere. It waits until the ledger has been read: that is written
/// before the message goes out, but we may be quicker at the other end.
struct Sighting {
    std::string device_id;
    std::int64_t boot = 0;
    std::uint64_t seq = 0;
    EpochMicros at = 0; ///< 0: nobody saw when
};

using Sightings = std::vector<Sighting>;

void add_record(RecordReader& reader, std::string_view line, EpochMicros at, Sightings& seen)
{
    const auto read = reader.read(line);
    const auto* const record = std::get_if<Record>(&read);
    if (record != nullptr && record->boot && record->seq) {
        seen.push_back({std::string{record->device_id}, *record->boot,
                        static_cast<std::uint64_t>(*record->seq), at});
    }
}

/// A place that is looked at.
class Place {
  public:
    Place() = default;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    virtual ~Place() = default;

    /// Readable when there is something to look at; -1: look again after kAsk.
    [[nodiscard]] virtual int fd() const = 0;

    virtual void look(Sightings& seen) = 0;

    /// Once a second while nothing more is sent but something is missing: looks everywhere.
    virtual void look_everywhere(Sightings& /*seen*/) {}
};

class TopicPlace final : public Place {
  public:
    TopicPlace(const VerifySettings& settings, ops::Shutdown& shutdown)
        : m_source(options(settings))
    {
        (void)m_source.wait_until_known(settings.connect_timeout, shutdown.fd());
        const auto deadline = std::chrono::steady_clock::now() + settings.connect_timeout;
        while (!ready() && !shutdown.requested()) {
            if (std::chrono::steady_clock::now() >= deadline) {
                throw fatal_error("Kafka does not say where the topic ends");
            }
            Sightings before; // they have no latency
            look(before, milliseconds{100});
        }
    }

    [[nodiscard]] int fd() const override { return m_source.wake_fd(); }

    void look(Sightings& seen) override { look(seen, milliseconds{0}); }

  private:
    static kafka::SourceOptions options(const VerifySettings& settings)
    {
        kafka::SourceOptions options;
        options.properties = settings.kafka.value();
        options.topic = settings.topic;
        options.start.at = kafka::Start::At::end;
        return options;
    }

    /// From here on everything new is seen.
    [[nodiscard]] bool ready() const
    {
        const auto partitions = m_source.partitions();
        return !partitions.empty() &&
               std::all_of(partitions.begin(), partitions.end(), [](const auto& partition) {
                   return partition.position >= 0 && partition.high >= 0;
               });
    }

    void look(Sightings& seen, milliseconds wait)
    {
        static_cast<void>(m_source.poll(m_inputs, kAtOnce, wait));
        const auto at = now_micros();
        for (const auto& input : m_inputs) {
            add_record(m_reader, input.value, at, seen);
        }
    }

    kafka::KafkaSource m_source;
    RecordReader m_reader;
    std::vector<Input> m_inputs;
};

/// New rows stand at the end of a table that only grows. Several writers fill several pages at a
/// time, so a few before the last are looked at again; what is found elsewhere is not measured.
class TablePlace final : public Place {
  public:
    TablePlace(const VerifySettings& settings, ops::Shutdown& shutdown)
        : m_settings(settings),
          m_shutdown(shutdown),
          m_connection(connect(settings, shutdown)),
          m_table(settings.table.quoted())
    {
        m_settings.connect_timeout = milliseconds{0};
        if (m_connection) {
            const auto answer = ask("SELECT (pg_relation_size('" + m_table +
                                    "') / current_setting('block_size')::int)::bigint");
            m_page = answer.integer(0, 0);
        }
    }

    [[nodiscard]] int fd() const override { return -1; }

    void look(Sightings& seen) override
    {
        while_connected([&] { look_at_end(seen); });
    }

    void look_everywhere(Sightings& seen) override
    {
        while_connected([&] {
            const auto rows = ask("SELECT device_id, boot, seq FROM " + m_table +
                                  " WHERE boot >= 0 AND seq >= 0");
            for (int row = 0; row < rows.rows(); ++row) {
                add(rows, row, 0, seen);
            }
        });
    }

  private:
    /// A server that goes away during the run comes back: it may be what is tested.
    template <typename Look>
    void while_connected(const Look& look)
    {
        try {
            if (!m_connection) {
                m_connection = connect(m_settings, m_shutdown);
            }
            if (m_connection) {
                look();
            }
        } catch (const Error& error) {
            if (!error.retriable()) {
                throw;
            }
            log::debug("{}", error.what());
            m_connection.reset();
        }
    }

    void look_at_end(Sightings& seen)
    {
        constexpr std::int64_t kAgain = 8; // pages
        const auto from = std::max<std::int64_t>(0, m_page - kAgain);
        const auto rows =
            ask(fmt::format("SELECT device_id, boot, seq, (ctid::text::point)[0]::bigint FROM {} "
                            "WHERE ctid >= '({},0)'::tid AND boot >= 0 AND seq >= 0",
                            m_table, from));
        const auto at = now_micros();
        for (int row = 0; row < rows.rows(); ++row) {
            add(rows, row, at, seen);
            m_page = std::max(m_page, rows.integer(row, 3));
        }
    }

    pg::Result ask(const std::string& sql) { return m_connection->exec(sql, "look for new rows"); }

    static void add(const pg::Result& rows, int row, EpochMicros at, Sightings& seen)
    {
        seen.push_back({std::string{rows.text(row, 0)}, rows.integer(row, 1),
                        static_cast<std::uint64_t>(rows.integer(row, 2)), at});
    }

    VerifySettings m_settings; ///< for connecting again: without patience, others wait
    ops::Shutdown& m_shutdown;
    std::unique_ptr<pg::Connection> m_connection; ///< null: the server is away
    std::string m_table;
    std::int64_t m_page = 0; ///< the last one that has rows
};

class PagePlace final : public Place {
  public:
    PagePlace(const VerifySettings& settings, ops::Shutdown& shutdown)
        : m_url(settings.page.value()), m_stop_fd(shutdown.fd())
    {
        m_client.emplace(m_url, settings.connect_timeout, m_stop_fd);
    }

    [[nodiscard]] int fd() const override { return m_client ? m_client->fd() : -1; }

    /// A server that goes away during the run comes back: it may be what is tested.
    void look(Sightings& seen) override
    {
        constexpr milliseconds kAttempt{100};
        try {
            if (!m_client) {
                m_client.emplace(m_url, kAttempt, m_stop_fd);
            }
            read(seen);
        } catch (const Error& error) {
            log::debug("{}", error.what());
            m_client.reset();
        }
    }

  private:
    void read(Sightings& seen)
    {
        while (const auto text = m_client->next()) {
            const auto at = now_micros();
            const auto message = m_pages.read(*text);
            for (const auto record : message.records) {
                add_record(m_reader, record, message.snapshot ? 0 : at, seen);
            }
        }
    }

    WsUrl m_url;
    int m_stop_fd;
    std::optional<WsClient> m_client; ///< none: the server is away
    PageReader m_pages;
    RecordReader m_reader;
};

/// A place, and what was seen there.
struct Watched {
    std::string_view name;
    std::unique_ptr<Place> place;
    HopWatch watch;
    Sightings seen{};
};

class Watch {
  public:
    Watch(const VerifySettings& settings, LedgerFiles& ledgers, SentMessages& sent,
          ops::Shutdown& shutdown)
        : m_patience(settings.timeout), m_ledgers(ledgers), m_sent(sent), m_shutdown(shutdown)
    {
        ledgers.read(sent);
        ledgers.forget_ended();
        if (settings.kafka) {
            add(kKafkaHop, std::make_unique<TopicPlace>(settings, shutdown), true);
        }
        if (settings.conninfo) {
            add(kPostgresHop, std::make_unique<TablePlace>(settings, shutdown), true);
        }
        if (settings.page) {
            add(kPageHop, std::make_unique<PagePlace>(settings, shutdown), false);
        }
    }

    [[nodiscard]] WatchEnd run()
    {
        log::info("watching: the run may begin");
        auto last_news = std::chrono::steady_clock::now();
        auto next_search = last_news;
        auto next_check = last_news;
        while (!m_shutdown.requested()) {
            wait();
            const auto now = std::chrono::steady_clock::now();
            if (look() || m_ledgers.lines() == 0) {
                last_news = now;
            }
            if (now - last_news < kQuiet || now < next_check) {
                continue;
            }
            next_check = now + kQuiet;
            const bool ended = m_ledgers.all_ended();
            if (ended && complete()) {
                return WatchEnd::complete;
            }
            if (now - last_news >= m_patience) {
                if (!ended) {
                    log::warn("nothing new for {} s and no end of the run in the ledger: it was "
                              "killed, or over before the watch began",
                              std::chrono::duration<double>{m_patience}.count());
                }
                return WatchEnd::timeout;
            }
            if (ended && now >= next_search) {
                search();
                next_search = now + kSearch;
            }
        }
        return WatchEnd::stopped;
    }

    void report(Latencies& latencies) const
    {
        for (const auto& watched : m_places) {
            latencies[std::string{watched.name}].merge(watched.watch.histogram());
        }
    }

  private:
    static constexpr milliseconds kQuiet{100}; ///< without news before the end is considered
    static constexpr milliseconds kSearch{1'000};

    void add(std::string_view name, std::unique_ptr<Place> place, bool all)
    {
        m_places.push_back({name, std::move(place), HopWatch{m_sent, all}});
    }

    void wait() const
    {
        std::vector<pollfd> entries{{m_shutdown.fd(), POLLIN, 0}};
        for (const auto& watched : m_places) {
            entries.push_back({watched.place->fd(), POLLIN, 0});
        }
        static_cast<void>(::poll(entries.data(), entries.size(), poll_timeout(kAsk)));
    }

    /// True when something new was sent or arrived.
    [[nodiscard]] bool look()
    {
        for (auto& watched : m_places) {
            watched.place->look(watched.seen);
        }
        return take_note();
    }

    void search()
    {
        for (auto& watched : m_places) {
            if (!watched.watch.complete()) {
                watched.place->look_everywhere(watched.seen);
            }
        }
        static_cast<void>(take_note());
    }

    [[nodiscard]] bool take_note()
    {
        const auto lines = m_ledgers.lines();
        m_ledgers.read(m_sent);
        bool news = m_ledgers.lines() > lines;
        for (auto& watched : m_places) {
            const auto before = watched.watch.histogram().count();
            for (const auto& one : watched.seen) {
                if (one.at > 0) {
                    watched.watch.arrived(one.device_id, one.boot, one.seq, one.at);
                } else {
                    watched.watch.found(one.device_id, one.boot, one.seq);
                }
            }
            watched.seen.clear();
            news = news || watched.watch.histogram().count() > before;
        }
        return news;
    }

    [[nodiscard]] bool complete() const
    {
        return std::all_of(m_places.begin(), m_places.end(),
                           [](const Watched& watched) { return watched.watch.complete(); });
    }

    milliseconds m_patience;
    LedgerFiles& m_ledgers;
    SentMessages& m_sent;
    ops::Shutdown& m_shutdown;
    std::vector<Watched> m_places;
};

} // namespace

WatchEnd watch(const VerifySettings& settings, LedgerFiles& ledgers, SentMessages& sent,
               ops::Shutdown& shutdown, Latencies& latencies)
{
    Watch watch(settings, ledgers, sent, shutdown);
    const auto end = watch.run();
    watch.report(latencies);
    return end;
}

} // namespace tlm::sim
