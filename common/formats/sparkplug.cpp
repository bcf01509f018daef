// SPDX-License-Identifier: Apache-2.0
#include "common/formats/sparkplug.hpp"

#include "common/base/json_text.hpp"
#include "common/formats/json_path.hpp"
#include "common/formats/sparkplug_births.hpp"
#include "common/formats/sparkplug_rebirth.hpp"
#include "common/formats/sparkplug_values.hpp"
#include "common/record/guarded_json.hpp"
#include "common/record/record.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace tlm::formats {
namespace {

bool is_birth(SparkplugType type)
{
    return type == SparkplugType::nbirth || type == SparkplugType::dbirth;
}

/// Members of the object that are not metrics, and those that a payload's reader understands.
bool is_taken(std::string_view name)
{
    return name == "ts" || name == "seq" || name == "boot" || name == "deviceId" ||
           name == "sparkplug" || name == "history";
}

/// A metric with what its birth says of it.
struct Resolved {
    const SparkplugMetric* metric = nullptr;
    std::string_view name;
    SparkplugDatatype datatype = SparkplugDatatype::unknown;
    std::uint32_t order = 0;
    bool is_past = false; ///< historical, or another value of it follows in the same message
};

} // namespace

class SparkplugDecoder::State {
  public:
    explicit State(SparkplugOptions options)
        : m_options(options),
          m_nodes(options.max_edge_nodes, options.max_metrics),
          m_writer(m_json, m_options.limits),
          m_state_json(kStateDepth)
    {}

    Verdict<SparkplugMessage> decode(std::string_view topic, std::string_view payload,
                                     EpochMs received_at, std::string& out)
    {
        m_rebirth.reset();
        m_json.clear();
        m_writer.clear();
        m_message = {};
        auto parsed = parse_sparkplug_topic(topic);
        if (auto* reject = std::get_if<Reject>(&parsed)) {
            return std::move(*reject);
        }
        m_topic = std::get<SparkplugTopic>(parsed);
        m_message.type = m_topic.type;
        if (!judge(payload, received_at)) {
            return std::move(m_writer.reject());
        }
        if (m_message.forward) {
            out += m_json.text();
        }
        m_message.decoded = m_writer.decoded();
        m_message.decoded.unknown_fields += m_payload.unknown_fields;
        return m_message;
    }

    std::optional<SparkplugRebirth> take_rebirth() { return std::exchange(m_rebirth, {}); }

    void interrupted() { m_nodes.doubt_all(); }

    void export_state(std::string& out) const { m_nodes.export_to(out); }

    void export_changes(std::string& out) { m_nodes.export_changes(out); }

    std::optional<Reject> import_state(std::string_view text)
    {
        auto reject = m_nodes.import_from(text);
        m_version += reject ? 0 : 1;
        return reject;
    }

    [[nodiscard]] std::uint64_t version() const noexcept { return m_version; }

  private:
    static constexpr std::size_t kStateDepth = 1;

    bool fail(Reason reason, std::string_view detail) { return m_writer.fail(reason, detail); }

    bool judge(std::string_view bytes, EpochMs received_at)
    {
        m_device_id.clear();
        append_sparkplug_device_id(m_device_id, m_topic);
        m_message.device_id = m_device_id;
        m_payload.unknown_fields = 0;
        if (!is_device_id(m_device_id)) {
            return fail(Reason::bad_device_id, "GROUP::EDGE::DEVICE has more than 128 characters");
        }
        if (bytes.size() > m_options.limits.max_bytes) {
            return fail(Reason::too_long, "the message is longer than the limit");
        }
        if (m_topic.type == SparkplugType::ncmd || m_topic.type == SparkplugType::dcmd) {
            return true;
        }
        if (m_topic.type == SparkplugType::state) {
            return write_state(bytes);
        }
        if (const auto error = parse_sparkplug_payload(bytes, m_payload); !error.empty()) {
            return fail(Reason::bad_sparkplug, error);
        }
        if (m_payload.uuid == "SPBV1.0_COMPRESSED") {
            return fail(Reason::bad_sparkplug, "compressed payloads are not supported");
        }
        if (m_payload.seq.value_or(0) > kLargestSeq) {
            return fail(Reason::bad_sparkplug, "seq is not a number from 0 to 255");
        }
        return judge_payload(received_at);
    }

    bool judge_payload(EpochMs received_at)
    {
        auto* node = m_nodes.find_or_add(m_topic.group, m_topic.edge);
        if (node == nullptr) {
            return fail(Reason::bad_sparkplug, "there are more edge nodes than the limit");
        }
        if (m_topic.type == SparkplugType::ndeath && is_stale_death(*node)) {
            return true;
        }
        if (!follows(*node) || !is_born(*node)) {
            ask_for_rebirth(*node, received_at);
        }
        const bool written = resolve(*node) && write_message() && commit(*node);
        if (!written && m_writer.reject().reason == Reason::no_birth) {
            ask_for_rebirth(*node, received_at);
        }
        m_message.forward = written;
        return written;
    }

    /// False when the message comes from somebody who ought to have sent a birth before it.
    [[nodiscard]] bool is_born(const EdgeNode& node) const
    {
        const bool is_data =
            m_topic.type == SparkplugType::ndata || m_topic.type == SparkplugType::ddata;
        return m_topic.type == SparkplugType::ndeath ||
               (node.online && (!is_data || node.tables.contains(m_topic.device)));
    }

    /// The will of a connection that another one has replaced meanwhile says nothing.
    [[nodiscard]] bool is_stale_death(const EdgeNode& node) const
    {
        const auto death = bd_seq();
        return node.online && node.bd_seq && death && *death != *node.bd_seq;
    }

    [[nodiscard]] std::optional<std::uint64_t> bd_seq() const
    {
        for (const auto& metric : m_payload.metrics) {
            if (metric.name == "bdSeq" && (metric.value.kind == SparkplugValueKind::large ||
                                           metric.value.kind == SparkplugValueKind::whole)) {
                return metric.value.wire.value;
            }
        }
        return std::nullopt;
    }

    /// Counts the message in; false when some are missing before it.
    bool follows(EdgeNode& node)
    {
        if (m_topic.type == SparkplugType::nbirth) {
            node.online = true;
            node.certain = true;
            node.asked_at.reset();
            node.bd_seq = bd_seq();
            node.seq = static_cast<std::uint8_t>(m_payload.seq.value_or(0));
            m_nodes.drop_tables(node);
            m_nodes.changed(node, Unsaved::tables);
            ++m_version;
            return true;
        }
        if (m_topic.type == SparkplugType::ndeath || !m_payload.seq) {
            return true; // a death certificate was written before the first message was sent
        }
        const auto seq = static_cast<std::uint8_t>(*m_payload.seq);
        const auto before = std::exchange(node.seq, seq);
        m_nodes.changed(node, Unsaved::seq);
        m_message.repeated = before && *before == seq;
        m_message.gap =
            before && !m_message.repeated && seq != static_cast<std::uint8_t>(*before + 1);
        if (m_message.gap && !node.certain) {
            forget(node);
        }
        node.certain = node.certain || (before && !m_message.repeated && !m_message.gap);
        return !m_message.gap;
    }

    /// A birth may have been missed, and later messages will not tell: the next birth must.
    void forget(EdgeNode& node)
    {
        node.online = false;
        m_nodes.drop_tables(node);
        m_nodes.changed(node, Unsaved::tables);
        ++m_version;
    }

    void ask_for_rebirth(EdgeNode& node, EpochMs now)
    {
        if (!node.asked_at || now - *node.asked_at >= m_options.rebirth_interval.count() ||
            now < *node.asked_at) {
            node.asked_at = now;
            m_rebirth = sparkplug_rebirth(node.group, node.edge, now);
        }
    }

    /// Finds each metric's name and datatype: its own, else those of the birth.
    bool resolve(const EdgeNode& node)
    {
        const auto found = node.tables.find(m_topic.device);
        const auto* table =
            is_birth(m_topic.type) || found == node.tables.end() ? nullptr : &found->second;
        m_resolved.clear();
        for (const auto& metric : m_payload.metrics) {
            Resolved resolved{&metric, metric.name, metric.datatype,
                              static_cast<std::uint32_t>(m_resolved.size()), metric.is_historical};
            const KnownMetric* known = nullptr;
            if (!metric.name.empty()) {
                known = table == nullptr ? nullptr : table->by_name(metric.name);
                m_message.unborn += known == nullptr && !is_birth(m_topic.type) ? 1 : 0;
            } else if (metric.alias && table != nullptr && node.certain) {
                known = table->by_alias(*metric.alias);
            }
            if (known == nullptr && metric.name.empty()) {
                return fail_unnamed(metric);
            }
            if (known != nullptr) {
                resolved.name = known->name;
                resolved.datatype = resolved.datatype == SparkplugDatatype::unknown
                                        ? known->datatype
                                        : resolved.datatype;
            }
            m_resolved.push_back(resolved);
        }
        mark_past();
        return true;
    }

    bool fail_unnamed(const SparkplugMetric& metric)
    {
        if (is_birth(m_topic.type) || !metric.alias) {
            return fail(Reason::bad_sparkplug, "a metric has no name");
        }
        return fail(Reason::no_birth, "no birth certificate tells which metric has the alias " +
                                          std::to_string(*metric.alias));
    }

    /// Of several values of one metric the last one is its value now.
    void mark_past()
    {
        m_by_name.clear();
        for (std::uint32_t i = 0; i < m_resolved.size(); ++i) {
            if (!m_resolved[i].is_past) {
                m_by_name.push_back(i);
            }
        }
        std::sort(m_by_name.begin(), m_by_name.end(), [this](std::uint32_t a, std::uint32_t b) {
            return std::tie(m_resolved[a].name, a) < std::tie(m_resolved[b].name, b);
        });
        for (std::size_t i = 1; i < m_by_name.size(); ++i) {
            auto& earlier = m_resolved[m_by_name[i - 1]];
            earlier.is_past = earlier.name == m_resolved[m_by_name[i]].name;
        }
    }

    bool write_message()
    {
        m_json.put('{');
        if (m_payload.timestamp) {
            put_ts(*m_payload.timestamp);
        }
        m_json.put(R"("sparkplug":")");
        m_json.put(sparkplug_type_name(m_topic.type));
        m_json.put(R"(",)");
        bool has_past = false;
        for (const auto& resolved : m_resolved) {
            has_past = has_past || resolved.is_past;
            if (!resolved.is_past && !write_now(resolved)) {
                return in(resolved.name);
            }
        }
        if (has_past && !write_history()) {
            return false;
        }
        m_json.close('}');
        return true;
    }

    bool in(std::string_view name)
    {
        prepend_token(m_writer.reject().path, name);
        return false;
    }

    void put_ts(std::uint64_t timestamp)
    {
        m_json.put(R"("ts":)");
        m_json.put_integer(timestamp);
        m_json.comma();
    }

    bool write_now(const Resolved& resolved)
    {
        if (is_taken(resolved.name)) {
            m_json.put(R"("metric/)"); // nothing in these names needs an escape
            m_json.put(resolved.name);
            m_json.put('"');
        } else if (!m_writer.write_string(resolved.name)) {
            return false;
        }
        m_json.put(':');
        if (!m_writer.write(*resolved.metric, resolved.datatype)) {
            return false;
        }
        m_json.comma();
        return true;
    }

    /// `"history":[{"name":…,"ts":…,"value":…},…]`
    bool write_history()
    {
        m_json.put(R"("history":[)");
        for (const auto& resolved : m_resolved) {
            if (!resolved.is_past) {
                continue;
            }
            m_json.put('{');
            if (resolved.metric->timestamp) {
                put_ts(*resolved.metric->timestamp);
            }
            m_json.put(R"("name":)");
            if (!m_writer.write_string(resolved.name)) {
                return in("history");
            }
            m_json.put(R"(,"value":)");
            if (!m_writer.write(*resolved.metric, resolved.datatype)) {
                return in("history");
            }
            m_json.put("},");
        }
        m_json.close(']');
        m_json.comma();
        return true;
    }

    /// What the message changes, now that all of it is known to be good.
    bool commit(EdgeNode& node)
    {
        if (is_birth(m_topic.type)) {
            m_nodes.changed(node, Unsaved::tables);
            return remember(node);
        }
        if (m_topic.type == SparkplugType::ndeath) {
            m_nodes.changed(node, Unsaved::tables);
            node.online = false;
            node.seq.reset();
            m_version += node.tables.empty() ? 0 : 1;
            m_nodes.drop_tables(node);
        } else if (m_topic.type == SparkplugType::ddeath) {
            m_nodes.changed(node, Unsaved::tables);
            m_version += node.tables.contains(m_topic.device) ? 1 : 0;
            m_nodes.drop_table(node, m_topic.device);
        }
        return true;
    }

    bool remember(EdgeNode& node)
    {
        BirthTable table;
        for (const auto& resolved : m_resolved) {
            if (!resolved.is_past) {
                table.add({std::string{resolved.name}, resolved.datatype, resolved.metric->alias});
            }
        }
        if (!table.finish()) {
            return fail(Reason::bad_sparkplug, "two metrics of a birth have the same alias");
        }
        ++m_version;
        return m_nodes.set_table(node, m_topic.device, std::move(table)) ||
               fail(Reason::bad_sparkplug, "births announce more metrics than the limit");
    }

    /// The JSON that a host application says of itself: {"online":true,"timestamp":…}.
    bool write_state(std::string_view bytes)
    {
        auto parsed = m_state_json.parse(bytes);
        if (auto* reject = std::get_if<Reject>(&parsed)) {
            m_writer.reject() = std::move(*reject);
            return false;
        }
        const auto element = std::get<simdjson::dom::element>(parsed);
        bool online = false;
        std::uint64_t timestamp = 0;
        if (element["online"].get_bool().get(online) != simdjson::SUCCESS ||
            element["timestamp"].get_uint64().get(timestamp) != simdjson::SUCCESS) {
            return fail(Reason::bad_sparkplug, "STATE without `online` or `timestamp`");
        }
        m_json.put('{');
        put_ts(timestamp);
        m_json.put(online ? std::string_view{R"("sparkplug":"STATE","online":true})"}
                          : std::string_view{R"("sparkplug":"STATE","online":false})"});
        m_message.forward = true;
        return true;
    }

    SparkplugOptions m_options;
    EdgeNodes m_nodes;
    JsonBuffer m_json;
    SparkplugValueWriter m_writer;
    GuardedJson m_state_json;
    SparkplugTopic m_topic;
    SparkplugPayload m_payload;
    std::vector<Resolved> m_resolved;
    std::vector<std::uint32_t> m_by_name;
    std::string m_device_id;
    SparkplugMessage m_message;
    std::optional<SparkplugRebirth> m_rebirth;
    std::uint64_t m_version = 0;
};

SparkplugDecoder::SparkplugDecoder(SparkplugOptions options)
    : m_state(std::make_unique<State>(options))
{}

SparkplugDecoder::SparkplugDecoder(SparkplugDecoder&&) noexcept = default;
SparkplugDecoder& SparkplugDecoder::operator=(SparkplugDecoder&&) noexcept = default;
SparkplugDecoder::~SparkplugDecoder() = default;

Verdict<SparkplugMessage> SparkplugDecoder::decode(std::string_view topic, std::string_view payload,
                                                   EpochMs received_at, std::string& out)
{
    return m_state->decode(topic, payload, received_at, out);
}

std::optional<SparkplugRebirth> SparkplugDecoder::take_rebirth()
{
    return m_state->take_rebirth();
}

void SparkplugDecoder::interrupted()
{
    m_state->interrupted();
}

void SparkplugDecoder::export_state(std::string& out) const
{
    m_state->export_state(out);
}

void SparkplugDecoder::export_changes(std::string& out)
{
    m_state->export_changes(out);
}

std::optional<Reject> SparkplugDecoder::import_state(std::string_view text)
{
    return m_state->import_state(text);
}

std::uint64_t SparkplugDecoder::state_version() const noexcept
{
    return m_state->version();
}

} // namespace tlm::formats
