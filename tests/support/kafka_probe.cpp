// SPDX-License-Identifier: Apache-2.0
// Drives common/kafka against a real broker: tests and measurements script it.
//
//   kafka_probe produce topic=T count=N [size=200] [keys=100] [rate=0] [tick=3] [linger=5]
//               [window=10000] [headers=0] [ahead=I] [big=I] [from=0] [flush=60000]
//   kafka_probe consume topic=T [group=G] [member=M] [start=beginning|end|MS] [offsets=P:O,...]
//               [stop=end|N] [commit=0|1] [pause=0|1] [skip=0|1] [quiet=0|1] [tick=100]
//               [until=FILE] [interval=1000] [refresh=10000]
//   kafka_probe rebalance topic=T group=G
//   kafka_probe erase topic=T partition=P before=O
//
// Brokers come from TLM_BROKERS, librdkafka properties from words with a dot in their name. The
// value of message i is `key i padding`, its key `k<i mod keys>`. `ahead` and `big` make message I
// two hours ahead or 9 MiB large. tick=0 waits for wake_fd instead of polling every so many ms.
// rate=0 is as fast as it goes. It consumes until FILE is there. erase deletes records as retention
// would. What comes out is one fact a line.
#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/kafka/kafka_sink.hpp"
#include "common/kafka/kafka_source.hpp"

#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace tlm;
using SteadyClock = std::chrono::steady_clock;

class Arguments {
  public:
    Arguments(int argc, char** argv)
    {
        for (int i = 2; i < argc; ++i) {
            const std::string word = argv[i];
            const auto equals = word.find('=');
            m_values[word.substr(0, equals)] = word.substr(equals + 1);
        }
    }

    [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise = "") const
    {
        const auto found = m_values.find(name);
        return found == m_values.end() ? otherwise : found->second;
    }

    [[nodiscard]] std::int64_t number(const std::string& name, std::int64_t otherwise) const
    {
        return static_cast<std::int64_t>(
            parse_unsigned(text(name, std::to_string(otherwise))).value());
    }

    [[nodiscard]] kafka::Properties properties() const
    {
        kafka::Properties properties;
        const char* const brokers = std::getenv("TLM_BROKERS");
        properties.set("bootstrap.servers", brokers == nullptr ? "127.0.0.1:9092" : brokers);
        for (const auto& [name, value] : m_values) {
            if (name.find('.') != std::string::npos) {
                properties.set(name, value);
            }
        }
        return properties;
    }

  private:
    std::map<std::string, std::string> m_values;
};

double cpu_seconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Production {
  public:
    explicit Production(const Arguments& arguments)
        : m_count(static_cast<Ticket>(arguments.number("count", 1000))),
          m_keys(static_cast<Ticket>(arguments.number("keys", 100))),
          m_from(static_cast<Ticket>(arguments.number("from", 0))),
          m_ahead(static_cast<Ticket>(arguments.number("ahead", INT64_MAX))),
          m_big(static_cast<Ticket>(arguments.number("big", INT64_MAX))),
          m_size(static_cast<std::size_t>(arguments.number("size", 200))),
          m_rate(static_cast<double>(arguments.number("rate", 0))),
          m_tick(arguments.number("tick", 3)),
          m_flush(arguments.number("flush", 60'000)),
          m_headers(static_cast<std::size_t>(arguments.number("headers", 0)),
                    {"mqtt-topic", "devices/pump-17/telemetry"}),
          m_producer(std::make_shared<kafka::Producer>(kafka::ProducerOptions{
              .properties = arguments.properties(),
              .window = static_cast<std::size_t>(arguments.number("window", 10'000)),
              .linger = milliseconds(arguments.number("linger", 5)),
              .wake_on_delivery = m_tick.count() == 0})),
          m_sink(m_producer, arguments.text("topic"), m_flush)
    {
        const std::vector<std::string> topics{arguments.text("topic")};
        if (arguments.number("wait", 1) == 1) {
            static_cast<void>(m_producer->wait_until_known(topics, milliseconds{30'000}, -1));
        }
    }

    int run()
    {
        const auto cpu = cpu_seconds();
        const auto start = SteadyClock::now();
        m_sent_at.resize(m_count);
        while (m_done < m_count) {
            if (!send_due(start) && collect() == 0) {
                if (m_next == m_count && m_rate == 0 && m_tick.count() != 0) {
                    break;
                }
                wait();
            }
        }
        const bool flushed = m_sink.flush(m_flush);
        collect();
        const auto seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
        report(flushed, seconds, cpu_seconds() - cpu);
        m_sink.close();
        return m_failed.empty() && flushed ? 0 : 1;
    }

  private:
    bool send_due(SteadyClock::time_point start)
    {
        const auto now = SteadyClock::now();
        const auto due =
            m_rate == 0 ? m_count
                        : static_cast<Ticket>(
                              std::min(m_rate * std::chrono::duration<double>(now - start).count(),
                                       static_cast<double>(m_count)));
        const auto before = m_next;
        for (; m_next < due; ++m_next) {
            const auto number = m_from + m_next;
            m_key = "k" + std::to_string(number % m_keys);
            m_value.assign(m_key).append(" ").append(std::to_string(number)).append(" ");
            m_value.resize(m_next == m_big ? 9U << 20U : std::max(m_size, m_value.size()), 'x');
            Output output{.value = m_value, .key = m_key, .timestamp = 0, .headers = m_headers};
            if (m_next == m_ahead) {
                output.timestamp = SystemClock().wall() + 2 * 3'600'000;
            }
            if (!m_sink.send(output, m_next)) {
                break;
            }
            m_sent_at[m_next] = now;
            if (m_next == m_count / 4) {
                std::puts("quarter sent");
                std::fflush(stdout);
            }
        }
        return m_next != before;
    }

    std::size_t collect()
    {
        m_deliveries.clear();
        m_sink.collect(m_deliveries);
        const auto now = SteadyClock::now();
        for (const auto& delivery : m_deliveries) {
            if (delivery.delivered) {
                m_delays.push_back(
                    std::chrono::duration<double, std::milli>(now - m_sent_at[delivery.ticket])
                        .count());
            } else {
                ++m_failed[delivery.error];
            }
        }
        m_done += m_deliveries.size();
        return m_deliveries.size();
    }

    void wait()
    {
        if (m_tick.count() != 0) {
            ::poll(nullptr, 0, static_cast<int>(m_tick.count()));
            return;
        }
        pollfd waiting{m_producer->wake_fd(), POLLIN, 0};
        ::poll(&waiting, 1, m_next < m_count ? 1 : 1000);
    }

    void report(bool flushed, double seconds, double cpu)
    {
        std::printf("delivered %zu\n", m_delays.size());
        for (const auto& [error, count] : m_failed) {
            std::printf("failed %zu %s\n", count, error.c_str());
        }
        std::printf("outstanding %zu\nflushed %d\n", static_cast<std::size_t>(m_count - m_done),
                    flushed ? 1 : 0);
        if (m_delays.empty()) {
            return;
        }
        std::sort(m_delays.begin(), m_delays.end());
        std::printf("cpu_us %.2f\nrate %.0f\np50_ms %.1f\np99_ms %.1f\n",
                    cpu * 1e6 / static_cast<double>(m_delays.size()),
                    static_cast<double>(m_delays.size()) / seconds, m_delays[m_delays.size() / 2],
                    m_delays[m_delays.size() * 99 / 100]);
    }

    Ticket m_count;
    Ticket m_keys;
    Ticket m_from;
    Ticket m_ahead;
    Ticket m_big;
    std::size_t m_size;
    double m_rate;
    milliseconds m_tick;
    milliseconds m_flush;
    std::vector<Header> m_headers;
    std::shared_ptr<kafka::Producer> m_producer;
    kafka::KafkaSink m_sink;
    Ticket m_next = 0;
    Ticket m_done = 0;
    std::string m_key;
    std::string m_value;
    std::vector<Delivery> m_deliveries;
    std::vector<SteadyClock::time_point> m_sent_at;
    std::vector<double> m_delays;
    std::map<std::string, std::size_t> m_failed;
};

/// Offsets from the command line instead of a database.
class GivenOffsets final : public kafka::PartitionListener {
  public:
    explicit GivenOffsets(const std::string& text)
    {
        for (std::size_t begin = 0; begin < text.size();) {
            const auto end = std::min(text.find(',', begin), text.size());
            const auto pair = text.substr(begin, end - begin);
            const auto colon = pair.find(':');
            m_offsets[static_cast<std::int32_t>(parse_unsigned(pair.substr(0, colon)).value())] =
                static_cast<std::int64_t>(parse_unsigned(pair.substr(colon + 1)).value());
            begin = end + 1;
        }
    }

    std::vector<std::optional<std::int64_t>>
    on_assigned(std::span<const std::int32_t> partitions) override
    {
        std::printf("assigned %zu\n", partitions.size());
        std::fflush(stdout);
        std::vector<std::optional<std::int64_t>> starts;
        for (const auto partition : partitions) {
            const auto found = m_offsets.find(partition);
            starts.push_back(found == m_offsets.end() ? std::nullopt
                                                      : std::optional(found->second));
        }
        return starts;
    }

    void on_revoked(std::span<const std::int32_t> partitions, bool lost) override
    {
        std::printf("revoked %zu lost %d\n", partitions.size(), lost ? 1 : 0);
    }

  private:
    std::map<std::int32_t, std::int64_t> m_offsets;
};

kafka::SourceOptions source_options(const Arguments& arguments)
{
    kafka::SourceOptions options{.properties = arguments.properties(),
                                 .topic = arguments.text("topic"),
                                 .group = arguments.text("group"),
                                 .member = arguments.text("member")};
    const auto start = arguments.text("start", "beginning");
    if (start == "end") {
        options.start.at = kafka::Start::At::end;
    } else if (start != "beginning") {
        options.start = {kafka::Start::At::time, arguments.number("start", 0)};
    }
    options.stop_at_end = arguments.text("stop") == "end";
    options.skip_gaps = arguments.number("skip", 0) == 1;
    options.commit_interval = milliseconds(arguments.number("interval", 1000));
    options.partition_refresh = milliseconds(arguments.number("refresh", 10'000));
    return options;
}

int consume(const Arguments& arguments)
{
    const auto options = source_options(arguments);
    GivenOffsets offsets(arguments.text("offsets"));
    kafka::KafkaSource source(options, &offsets);
    static_cast<void>(source.wait_until_known(milliseconds{30'000}, -1));
    const auto most = options.stop_at_end ? INT64_MAX : arguments.number("stop", INT64_MAX);
    const bool quiet = arguments.number("quiet", 0) == 1;
    const bool commits = arguments.number("commit", 0) == 1;
    auto pause_at = std::min(arguments.number("pause", INT32_MAX), std::int64_t{INT32_MAX});
    pause_at = pause_at == INT32_MAX ? -1 : pause_at;
    const milliseconds tick(arguments.number("tick", 100));

    const auto cpu = cpu_seconds();
    const auto start = SteadyClock::now();
    std::vector<Input> batch;
    std::vector<Header> headers;
    std::int64_t seen = 0;
    const std::filesystem::path until = arguments.text("until");
    for (auto state = SourceState::open;
         state == SourceState::open && seen < most && !std::filesystem::exists(until);) {
        state = source.poll(
            batch, static_cast<std::size_t>(std::min<std::int64_t>(most - seen, 1000)), tick);
        if (!quiet) {
            for (std::size_t i = 0; i < batch.size(); ++i) {
                source.headers(i, headers);
                const auto& input = batch[i];
                std::printf("%d %lld %.*s %.*s %zu\n", input.position.partition,
                            static_cast<long long>(input.position.offset),
                            static_cast<int>(input.key.size()), input.key.data(),
                            static_cast<int>(input.value.find_last_of(' ')), input.value.data(),
                            headers.size());
            }
            std::fflush(stdout);
        }
        for (const auto& input : batch) {
            if (commits) {
                source.commit(input.position.partition, input.position.offset + 1);
            }
        }
        seen += static_cast<std::int64_t>(batch.size());
        if (pause_at >= 0 && seen >= pause_at) {
            pause_at = -1;
            source.pause();
            source.poll(batch, 1000, milliseconds{1500});
            std::printf("while paused %zu\n", batch.size());
            source.resume();
        }
    }
    const auto seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
    std::printf("consumed %lld\nlost %llu\nlag %lld\n", static_cast<long long>(seen),
                static_cast<unsigned long long>(source.lost_records()),
                static_cast<long long>(source.lag()));
    if (seen > 0) {
        std::printf("cpu_us %.2f\nrate %.0f\n",
                    (cpu_seconds() - cpu) * 1e6 / static_cast<double>(seen),
                    static_cast<double>(seen) / seconds);
    }
    std::fflush(stdout);
    source.close();
    return 0;
}

/// A member pauses, loses its partitions to a rebalance, resumes while it has none: the ones that
/// it gets back must not stand still. Prints what both members read afterwards.
int rebalance_while_paused(const Arguments& arguments)
{
    const auto options = source_options(arguments);
    std::vector<Input> batch;
    kafka::KafkaSource first(options);
    while (batch.empty()) {
        first.poll(batch, 1, milliseconds{100});
    }
    first.pause();
    kafka::KafkaSource second(options);
    while (!first.partitions().empty()) {
        second.poll(batch, 1000, milliseconds{1});
        first.poll(batch, 1000, milliseconds{0}); // one event, so the loss is seen before the gain
    }
    first.resume();

    std::map<kafka::KafkaSource*, std::size_t> read;
    const auto until = SteadyClock::now() + milliseconds{60'000};
    while ((read[&first] == 0 || read[&second] == 0) && SteadyClock::now() < until) {
        for (auto* source : {&first, &second}) {
            source->poll(batch, 1000, milliseconds{20});
            read[source] += batch.size();
        }
    }
    std::printf("first %s\nsecond %s\n", read[&first] > 0 ? "reads" : "stands still",
                read[&second] > 0 ? "reads" : "stands still");
    first.close();
    second.close();
    return 0;
}

int erase(const Arguments& arguments)
{
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    arguments.properties().apply(conf);
    rd_kafka_t* const client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    rd_kafka_queue_t* const answers = rd_kafka_queue_new(client);
    rd_kafka_topic_partition_list_t* const list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, arguments.text("topic").c_str(),
                                      static_cast<std::int32_t>(arguments.number("partition", 0)))
        ->offset = arguments.number("before", 0);
    rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(client, &request, 1, nullptr, answers);
    rd_kafka_event_t* const answer = rd_kafka_queue_poll(answers, 30'000);
    const auto error =
        answer == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(answer);
    std::printf("erase %s\n", rd_kafka_err2name(error));
    rd_kafka_event_destroy(answer);
    rd_kafka_DeleteRecords_destroy(request);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_destroy(answers);
    rd_kafka_destroy(client);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    const std::string what = argc > 1 ? argv[1] : "";
    const Arguments arguments(argc, argv);
    try {
        if (what == "erase") {
            return erase(arguments);
        }
        if (what == "rebalance") {
            return rebalance_while_paused(arguments);
        }
        return what == "produce" ? Production(arguments).run() : consume(arguments);
    } catch (const Error& error) {
        std::printf("error %d %s\n", static_cast<int>(error.kind()), error.what());
        return static_cast<int>(error.exit_status());
    }
}
