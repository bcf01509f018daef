// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/translate.hpp"

#include "common/record/headers.hpp"

#include <simdjson.h>

#include <span>
#include <utility>

namespace tlm::mqtt2kafka {
namespace {

bool is_identified(const Record& record)
{
    return record.seq.has_value() || !record.ts_from_bridge;
}

} // namespace

Translator::Translator(TranslateOptions options)
    : m_options(std::move(options)), m_reader(m_options.limits)
{
    if (m_options.stage) {
        m_stage = std::make_unique<validation::Stage>(*m_options.stage);
    }
}

std::optional<std::string_view> Translator::device_of(std::string_view topic) const
{
    return m_decoding.names_devices() ? m_decoding.device_id(topic)
                                      : m_options.topic_template.device_id(topic);
}

std::optional<Reject>
Translator::judge_topic(const std::optional<std::string_view>& device_id) const
{
    if (!device_id) {
        return Reject{Reason::bad_topic, "",
                      "the topic does not have the shape " + m_options.topic_template.text()};
    }
    if (!is_device_id(*device_id)) {
        return Reject{Reason::bad_device_id, "",
                      "the device id in the topic is not 1 to 128 of [A-Za-z0-9._:-]"};
    }
    return std::nullopt;
}

std::variant<Record, DeadLetter> Translator::read(const Message& message, EpochMs received_at)
{
    const bool undecodable = message.plain != nullptr && message.plain->reject;
    if (undecodable && m_decoding.names_devices()) { // it has judged the topic as well
        return dead_letter(message, *message.plain->reject, received_at);
    }
    const auto device_id = device_of(message.topic);
    if (auto reject = judge_topic(device_id)) {
        return dead_letter(message, *std::move(reject), received_at);
    }
    if (undecodable) {
        return dead_letter(message, *message.plain->reject, received_at);
    }
    auto verdict = m_reader.read(
        *device_id, message.plain != nullptr ? message.plain->json : message.payload, received_at);
    if (auto* reject = std::get_if<Reject>(&verdict)) {
        return dead_letter(message, std::move(*reject), received_at);
    }
    return std::get<Record>(verdict);
}

validation::Judgement Translator::change(const Message& message, const Record& record,
                                         const Reject* fault)
{
    if (!m_stage) {
        validation::Judgement unchanged;
        unchanged.record = record;
        return unchanged;
    }
    return m_stage->change_again(
        record, {.data = m_reader.data(), .tags = nullptr, .topic = message.topic}, fault);
}

Translation Translator::translate(const Message& message, EpochMs received_at)
{
    auto read_now = read(message, received_at);
    if (auto* letter = std::get_if<DeadLetter>(&read_now)) {
        return std::move(*letter);
    }
    validation::Judgement judgement;
    judgement.record = std::get<Record>(read_now);
    if (m_stage) {
        judgement = m_stage->judge(
            judgement.record, {.data = m_reader.data(), .tags = nullptr, .topic = message.topic});
    }
    switch (judgement.fate) {
    case validation::Fate::dead_letter:
        return dead_letter(message, std::move(judgement.reject).value(), received_at);
    case validation::Fate::drop:
        return Dropped{};
    case validation::Fate::go_on:
        break;
    }
    return forward(message, judgement);
}

Translation Translator::translate_again(const Message& message, EpochMs received_at,
                                        const Reject* fault)
{
    auto read_now = read(message, received_at);
    if (auto* letter = std::get_if<DeadLetter>(&read_now)) {
        return std::move(*letter);
    }
    return forward(message, change(message, std::get<Record>(read_now), fault));
}

void Translator::undelivered(const Message& message, EpochMs received_at, const Reject* fault)
{
    if (!m_stage) {
        return;
    }
    const auto read_now = read(message, received_at);
    if (const auto* record = std::get_if<Record>(&read_now)) {
        m_stage->undelivered(*record, fault);
    }
}

std::vector<Translator::Known> Translator::known_by(const Message& message, EpochMs received_at)
{
    std::vector<Known> known{{digest(message), false}};
    const auto read_now = read(message, received_at);
    if (const auto* record = std::get_if<Record>(&read_now)) {
        const auto add = [&known, this](const Record& as) {
            known.push_back({digest_of(m_options.seed, as.device_id, as.data), is_identified(as)});
        };
        add(*record);
        if (m_stage) {
            add(change(message, *record, nullptr).record);
        }
    }
    return known;
}

void Translator::use(validation::SchemaSet schemas,
                     std::shared_ptr<const validation::Registry> registry)
{
    if (m_stage) {
        m_stage->use_schemas(std::move(schemas));
        m_stage->use_registry(std::move(registry));
    }
}

Translation Translator::forward(const Message& message, const validation::Judgement& judgement)
{
    const Record& record = judgement.record;
    provenance(message);
    const EpochMs timestamp = choose_timestamp(record);
    m_value.clear();
    append_record(m_value, record);
    std::string_view value = m_value;
    if (judgement.marked) {
        m_marked.clear();
        append_marked(m_marked, m_value, record, *judgement.reject);
        value = m_marked;
    }
    return Translated{
        {value, record.device_id, timestamp, std::span{m_headers.data(), m_header_count}},
        decodes() ? digest(message.topic, m_hash)
                  : digest_of(m_options.seed, record.device_id, record.data),
        is_identified(record),
        judgement.reject};
}

std::optional<Digest> Translator::digest(const Record& record,
                                         std::span<const Header> headers) const
{
    if (!is_identified(record)) {
        return std::nullopt;
    }
    if (!decodes()) {
        return digest_of(m_options.seed, record.device_id, record.data);
    }
    const auto topic = value_of(headers, "mqtt-topic");
    const auto hash = value_of(headers, kPayloadHash);
    return topic && hash ? std::optional{digest(*topic, *hash)} : std::nullopt;
}

std::optional<Digest> Translator::digest_of_letter(std::string_view payload,
                                                   std::span<const Header> headers)
{
    const auto topic = value_of(headers, "tlm-source-mqtt-topic");
    const bool ours =
        value_of(headers, "tlm-source-mqtt-client").value_or("") == m_options.client_id;
    return topic && ours ? identity({.topic = *topic, .payload = payload}, 0) : std::nullopt;
}

std::optional<Digest> Translator::identity(const Message& message, EpochMs received_at)
{
    if (decodes()) {
        return std::nullopt;
    }
    const auto read_now = read(message, received_at);
    const auto* const record = std::get_if<Record>(&read_now);
    return record != nullptr && is_identified(*record)
               ? std::optional{digest_of(m_options.seed, record->device_id, record->data)}
               : std::nullopt;
}

Digest Translator::digest(const Message& message) const
{
    return decodes() ? digest(message.topic, Decoding::hash(message))
                     : digest_of(m_options.seed, message.topic, message.payload);
}

Digest Translator::digest(std::string_view topic, std::string_view hash) const
{
    return digest_of(m_options.seed, topic, hash);
}

DeadLetter Translator::dead_letter(const Message& message, Reject reject, EpochMs received_at) const
{
    DeadLetter letter{std::move(reject), message.payload, {}, {}, received_at, 1};
    letter.source.push_back({"mqtt-topic", std::string{message.topic}});
    letter.source.push_back({"mqtt-qos", std::to_string(message.qos)});
    if (!m_options.client_id.empty()) {
        letter.source.push_back({"mqtt-client", m_options.client_id});
    }
    if (message.retain) {
        letter.source.push_back({"mqtt-retain", "1"});
    }
    for (const Header& property : message.properties) {
        letter.source.push_back({"mqtt-" + property.name, property.value});
    }
    if (const auto id = device_of(message.topic); id && is_device_id(*id)) {
        letter.key = *id;
    }
    return letter;
}

EpochMs Translator::choose_timestamp(const Record& record)
{
    const EpochMs oldest = record.received_at - m_options.ts_max_age.count();
    const EpochMs newest = record.received_at + m_options.ts_max_ahead.count();
    if (record.ts >= oldest && record.ts <= newest) {
        return record.ts;
    }
    ++m_replaced;
    set_header("tlm-ts-replaced", record.ts < oldest ? "too-old" : "too-far-ahead");
    return record.received_at;
}

void Translator::provenance(const Message& message)
{
    m_header_count = 0;
    set_header("mqtt-topic", message.topic);
    set_header("mqtt-qos", message.qos == 0 ? "0" : message.qos == 1 ? "1" : "2");
    if (message.retain) {
        set_header("mqtt-retain", "1");
    }
    for (const Header& property : message.properties) {
        set_header("mqtt-", property.value);
        m_headers[m_header_count - 1].name += property.name;
    }
    if (decodes()) {
        m_hash = Decoding::hash(message);
        set_header(kPayloadHash, m_hash);
    }
    if (message.properties_cut > 0) {
        set_header("mqtt-properties-cut", std::to_string(message.properties_cut));
    }
}

void Translator::set_header(std::string_view name, std::string_view value)
{
    if (m_header_count == m_headers.size()) {
        m_headers.emplace_back();
    }
    m_headers[m_header_count].name = name;
    m_headers[m_header_count].value = value;
    ++m_header_count;
}

} // namespace tlm::mqtt2kafka
