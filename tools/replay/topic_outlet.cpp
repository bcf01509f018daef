// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/topic_outlet.hpp"

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "common/base/kafka_names.hpp"
#include "common/kafka/topic_query.hpp"
#include "common/ops/log.hpp"
#include "tools/replay/batch_size.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tlm::replay {

namespace {

constexpr std::size_t kWindow = 10'000;        // records without a delivery report
constexpr std::size_t kMostSent = 4 * kWindow; // with those confirmed behind one that is not
constexpr std::size_t kSettleEvery = 256;
constexpr milliseconds kCheckpointInterval{200};

EpochMs wall_now()
{
    return SystemClock().wall();
}

RewriteSettings rewrite_settings(const Settings& settings, std::string id)
{
    return {settings.by_key, settings.rebase, settings.mark ? std::move(id) : "",
            settings.command == Command::redrive, !settings.execute};
}

/// What the topic does to records that nobody may expect.
void warn_of_rules(const TopicRules& rules, const std::string& name, bool rebase)
{
    if (!rules.max_batch) { // every topic has one
        log::warn("Kafka does not tell this user the settings of '{}': records that the topic does "
                  "not take are not noticed before",
                  name);
    }
    if (rules.stamps && !rebase) {
        log::warn(
            "'{}' stamps each record when it gets it (LogAppendTime): the timestamps of these "
            "are not kept",
            name);
    }
}

std::string receipt_of(std::string_view topic, std::int32_t partition, std::int64_t offset,
                       std::string_view to_topic, const Delivery& delivery)
{
    std::string text = R"({"topic":)";
    append_json_string(text, topic);
    text += fmt::format(R"(,"partition":{},"offset":{},"toTopic":)", partition, offset);
    append_json_string(text, to_topic);
    text +=
        fmt::format(R"(,"toPartition":{},"toOffset":{}}})", delivery.partition, delivery.offset);
    return text;
}

} // namespace

TopicOutlet::TopicOutlet(const Settings& settings, std::string id, Checkpoint* checkpoint,
                         Refusals& refusals, int stop_fd)
    : m_settings(settings),
      m_checkpoint(checkpoint),
      m_refusals(refusals),
      m_stop_fd(stop_fd),
      m_rewriter(rewrite_settings(settings, std::move(id))),
      m_records_before(checkpoint == nullptr ? 0 : checkpoint->records),
      m_last_delivery(std::chrono::steady_clock::now())
{
    if (settings.command == Command::redrive) {
        m_restorer.emplace(settings.to_topic, settings.max_attempts);
    }
}

/// The end when a stop was requested.
TopicOutlet::Targets::iterator TopicOutlet::find_target(std::string_view topic)
{
    if (const auto found = m_targets.find(topic); found != m_targets.end()) {
        return found;
    }
    const std::string name(topic);
    const auto leave = [&] {
        log::warn("Kafka has no topic '{}': its dead letters are left", name);
        return m_targets.emplace(name, Target{}).first;
    };
    const bool named_by_letter = m_restorer && m_settings.to_topic.empty();
    if (named_by_letter && !is_topic_name(name)) {
        return leave();
    }
    kafka::TopicQuery query(m_settings.kafka, name);
    const auto deadline = m_settings.connect_timeout;
    if (named_by_letter) {
        const auto exists = query.exists(deadline, m_stop_fd);
        if (!exists) {
            return m_targets.end();
        }
        if (!*exists) {
            return leave();
        }
    } else if (query.wait_until_known(deadline, m_stop_fd) == kafka::Wait::stopped) {
        return m_targets.end();
    }
    const auto partitions = query.count_partitions(deadline, m_stop_fd);
    const auto rules = partitions ? query.settings(deadline, m_stop_fd) : std::nullopt;
    if (!rules) {
        return m_targets.end();
    }
    if (m_checkpoint != nullptr) {
        require_cluster(*m_checkpoint, query.cluster(), *m_settings.checkpoint);
    }
    Target target;
    target.rules = topic_rules(*rules, *partitions);
    target.looked_at = std::chrono::steady_clock::now();
    warn_of_rules(target.rules, name, m_settings.rebase);
    const auto added = m_targets.emplace(name, target).first;
    if (m_settings.execute) {
        open(added);
    }
    return added;
}

/// The topic may have got partitions since. False when a stop was requested.
bool TopicOutlet::look_again(Targets::iterator target)
{
    constexpr std::chrono::seconds kSoonest{1}; // letters may name many that are not there
    const auto now = std::chrono::steady_clock::now();
    const bool exists = target->second.rules.partitions > 0;
    if (!exists || m_settings.by_key || now < target->second.looked_at + kSoonest) {
        return true;
    }
    target->second.looked_at = now;
    const auto deadline = m_settings.connect_timeout;
    kafka::TopicQuery query(m_settings.kafka, target->first);
    const auto partitions = query.count_partitions(deadline, m_stop_fd);
    if (!partitions) {
        return false;
    }
    const bool more = *partitions > target->second.rules.partitions;
    target->second.rules.partitions = *partitions;
    return !more || m_producer == nullptr || // which knows only those that there were
           m_producer->wait_until_known({&target->first, 1}, deadline, m_stop_fd) ==
               kafka::Wait::ready;
}

/// Gives the topic a producer: the one there is, or in its place one with batches as small as this
/// topic's limit.
void TopicOutlet::open(Targets::iterator target)
{
    const auto limit = target->second.rules.max_batch;
    if (m_producer != nullptr && (!limit || (m_largest_batch && *limit >= *m_largest_batch))) {
        target->second.id = m_producer->open_topic(target->first);
        return;
    }
    if (m_producer != nullptr) {
        finish();
    }
    kafka::ProducerOptions options;
    options.properties = m_settings.kafka;
    options.window = kWindow;
    options.largest_batch = m_largest_batch = limit;
    m_producer = std::make_unique<kafka::Producer>(options);
    for (auto& [name, other] : m_targets) {
        if (other.rules.partitions > 0) {
            other.id = m_producer->open_topic(name);
        }
    }
}

bool TopicOutlet::require_partitions(const std::string& topic, std::int32_t partitions)
{
    const auto target = find_target(topic);
    if (target == m_targets.end()) {
        return false;
    }
    if (const auto has = target->second.rules.partitions; has < partitions) {
        throw usage_error(fmt::format("'{}' has {} partitions, and {} are read: --partition key "
                                      "lets each record's key decide",
                                      topic, has, partitions));
    }
    return true;
}

std::string_view TopicOutlet::keep_name(std::string_view name)
{
    const auto found = std::find(m_names.begin(), m_names.end(), name);
    return found == m_names.end() ? m_names.emplace_back(name) : *found;
}

bool TopicOutlet::write(const Message& message, Place place)
{
    if (m_sent.size() >= kMostSent) {
        return false;
    }
    auto rewritten = message;
    auto refusal = m_restorer ? m_restorer->restore(rewritten) : std::nullopt;
    if (!refusal) {
        if (!m_restorer) {
            rewritten.topic = m_settings.to_topic;
        }
        const auto target = find_target(rewritten.topic);
        if (target == m_targets.end()) {
            return false;
        }
        if (rewritten.partition >= target->second.rules.partitions && !look_again(target)) {
            return false;
        }
        refusal = m_rewriter.rewrite(rewritten, target->second.rules, wall_now());
        if (!refusal && m_settings.execute) {
            if (!m_producer->produce(target->second.id, rewritten, rewritten.partition,
                                     m_first + m_sent.size())) {
                return false;
            }
            if (m_checkpoint != nullptr && !m_ledger.open(place.lane, place.at)) {
                throw fatal_error("the source gave a record twice");
            }
            const auto& limit = target->second.rules.max_batch;
            m_sent.push_back({.place = place,
                              .target = target,
                              .topic = keep_name(message.topic),
                              .partition = message.partition,
                              .offset = message.offset,
                              .large = limit && lone_batch_size(rewritten) > *limit});
            ++m_outstanding;
        }
        if (!refusal) {
            ++target->second.records;
            if (on_rewrite) {
                on_rewrite(message, rewritten);
            }
        }
    }
    if (refusal) {
        m_refusals.add(*refusal);
        if (m_checkpoint != nullptr) {
            static_cast<void>(m_ledger.open(place.lane, place.at));
            static_cast<void>(m_ledger.done(place.lane, place.at));
        }
    }
    if (++m_unsettled == kSettleEvery) {
        settle();
    }
    return true;
}

void TopicOutlet::serve(milliseconds wait)
{
    if (!m_settings.execute) {
        return;
    }
    if (wait > milliseconds{0}) {
        const int wake_fd = m_producer == nullptr ? -1 : m_producer->wake_fd();
        std::array fds{pollfd{m_stop_fd, POLLIN, 0}, pollfd{wake_fd, POLLIN, 0}};
        static_cast<void>(::poll(fds.data(), fds.size(), poll_timeout(wait)));
    }
    settle();
    const auto now = std::chrono::steady_clock::now();
    if (m_outstanding == 0) {
        m_last_delivery = now;
    } else if (now - m_last_delivery > m_settings.connect_timeout) {
        throw in_doubt_error(fmt::format("Kafka does not confirm {} records any more{}",
                                         m_outstanding, m_producer->problem()));
    }
}

void TopicOutlet::settle()
{
    m_unsettled = 0;
    for (const auto& [name, target] : m_targets) {
        if (m_producer != nullptr && target.rules.partitions > 0) {
            m_producer->collect(target.id, m_deliveries);
        }
    }
    if (!m_deliveries.empty()) {
        m_last_delivery = std::chrono::steady_clock::now();
    }
    for (const auto& delivery : m_deliveries) {
        confirm(delivery);
    }
    m_deliveries.clear();
    while (!m_sent.empty() && m_sent.front().confirmed) {
        m_sent.pop_front();
        ++m_first;
    }
    keep_checkpoint(!m_failure.empty());
    if (!m_failure.empty()) {
        throw fatal_error(m_failure);
    }
}

void TopicOutlet::confirm(const Delivery& delivery)
{
    auto& sent = m_sent.at(delivery.ticket - m_first);
    --m_outstanding;
    // A large one is alone in its batch, unless the user has set the size of batches.
    const bool refused = sent.large && delivery.error.starts_with("MSG_SIZE_TOO_LARGE");
    if (!delivery.delivered && !refused) {
        if (m_failure.empty()) {
            m_failure = fmt::format("'{}' did not take {}, or one sent together with it: {}",
                                    sent.target->first, name_of(sent), delivery.error);
        }
        return;
    }
    sent.confirmed = true;
    if (m_checkpoint != nullptr) {
        static_cast<void>(m_ledger.done(sent.place.lane, sent.place.at));
    }
    if (refused) {
        m_refusals.add(Refusal::too_large);
        --sent.target->second.records;
    } else if (on_receipt) {
        on_receipt(
            receipt_of(sent.topic, sent.partition, sent.offset, sent.target->first, delivery));
    }
}

/// Kafka fails batches: which record of one it does not like, it does not say.
std::string TopicOutlet::name_of(const Sent& sent) const
{
    return m_settings.file.empty()
               ? fmt::format("the record at offset {} of '{}', partition {}", sent.offset,
                             sent.topic, sent.partition)
               : fmt::format("record {} of '{}'", sent.place.at, m_settings.file);
}

void TopicOutlet::keep_checkpoint(bool now)
{
    const auto time = std::chrono::steady_clock::now();
    if (m_checkpoint == nullptr || (!now && time < m_next_checkpoint)) {
        return;
    }
    m_next_checkpoint = time + kCheckpointInterval;
    for (auto& [lane, span] : m_checkpoint->spans) {
        span.next = m_ledger.take_committable(lane).value_or(span.next);
    }
    m_checkpoint->records = m_records_before + m_ledger.settled();
    if (before_checkpoint) {
        before_checkpoint();
    }
    CheckpointFile(*m_settings.checkpoint).save(*m_checkpoint);
}

void TopicOutlet::close()
{
    finish();
    keep_checkpoint(true);
}

/// Waits until nothing is on its way.
void TopicOutlet::finish()
{
    constexpr milliseconds kTurn{500};
    while (m_producer != nullptr && !m_producer->flush(kTurn)) {
        serve(milliseconds{0});
    }
    settle();
}

std::vector<TopicOutlet::Count> TopicOutlet::counts() const
{
    std::vector<Count> counts;
    for (const auto& [name, target] : m_targets) {
        if (target.rules.partitions > 0) {
            counts.push_back({name, target.records});
        }
    }
    return counts;
}

} // namespace tlm::replay
