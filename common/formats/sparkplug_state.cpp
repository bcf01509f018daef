// SPDX-License-Identifier: Apache-2.0
#include "common/base/json_text.hpp"
#include "common/base/units.hpp"
#include "common/formats/sparkplug_births.hpp"
#include "common/record/guarded_json.hpp"

namespace tlm::formats {

namespace dom = simdjson::dom;

namespace {

void append_metric(std::string& out, const KnownMetric& metric)
{
    out += '[';
    append_json_string(out, metric.name);
    out += ',';
    out += std::to_string(static_cast<std::uint32_t>(metric.datatype));
    if (metric.alias) {
        out += ',';
        out += std::to_string(*metric.alias);
    }
    out += ']';
}

void append_table(std::string& out, std::string_view device, const BirthTable& table)
{
    append_json_string(out, device);
    out += ":[";
    for (const auto& metric : table.metrics()) {
        append_metric(out, metric);
        out += ',';
    }
    if (out.back() == ',') {
        out.pop_back();
    }
    out += ']';
}

void append_begin(std::string& out, const EdgeNode& node)
{
    out += R"({"v":1,"group":)";
    append_json_string(out, node.group);
    out += R"(,"edge":)";
    append_json_string(out, node.edge);
}

void append_seq(std::string& out, const EdgeNode& node)
{
    if (node.seq) {
        out += R"(,"seq":)" + std::to_string(*node.seq);
    }
}

void append_node(std::string& out, const EdgeNode& node)
{
    append_begin(out, node);
    if (node.bd_seq) {
        out += R"(,"bdSeq":)" + std::to_string(*node.bd_seq);
    }
    append_seq(out, node);
    out += R"(,"tables":{)";
    for (const auto& [device, table] : node.tables) {
        append_table(out, device, table);
        out += ',';
    }
    if (out.back() == ',') {
        out.pop_back();
    }
    out += "}}\n";
}

/// A number of the object that need not be there; false when it is not a number.
bool read_number(dom::object object, const char* name, std::optional<std::uint64_t>& number)
{
    dom::element element;
    if (object[name].get(element) != simdjson::SUCCESS) {
        return true;
    }
    std::uint64_t value = 0;
    if (element.get_uint64().get(value) != simdjson::SUCCESS) {
        return false;
    }
    number = value;
    return true;
}

bool read_metric(dom::element element, BirthTable& table)
{
    dom::array array;
    if (element.get_array().get(array) != simdjson::SUCCESS) {
        return false;
    }
    KnownMetric metric;
    std::string_view name;
    std::uint64_t datatype = 0;
    std::uint64_t alias = 0;
    if (array.at(0).get_string().get(name) != simdjson::SUCCESS ||
        array.at(1).get_uint64().get(datatype) != simdjson::SUCCESS) {
        return false;
    }
    metric.name = name;
    metric.datatype = static_cast<SparkplugDatatype>(datatype);
    if (array.at(2).get_uint64().get(alias) == simdjson::SUCCESS) {
        metric.alias = alias;
    }
    table.add(std::move(metric));
    return true;
}

std::optional<BirthTable> read_table(dom::element element)
{
    BirthTable table;
    dom::array metrics;
    if (element.get_array().get(metrics) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    for (auto metric : metrics) {
        if (!read_metric(metric, table)) {
            return std::nullopt;
        }
    }
    return table.finish() ? std::optional{std::move(table)} : std::nullopt;
}

} // namespace

void EdgeNodes::export_to(std::string& out) const
{
    for (const auto& [key, node] : m_nodes) {
        if (!node.tables.empty()) {
            append_node(out, node);
        }
    }
}

void EdgeNodes::export_changes(std::string& out)
{
    for (auto* const node : m_unsaved) {
        if (node->unsaved == Unsaved::tables) {
            append_node(out, *node);
        } else if (!node->tables.empty()) {
            append_begin(out, *node);
            append_seq(out, *node);
            out += "}\n";
        }
        node->unsaved = Unsaved::nothing;
    }
    m_unsaved.clear();
}

bool EdgeNodes::import_line(simdjson::dom::object object)
{
    std::uint64_t version = 0;
    std::string_view group;
    std::string_view edge;
    std::optional<std::uint64_t> seq;
    std::optional<std::uint64_t> bd_seq;
    dom::object tables;
    if (object["v"].get_uint64().get(version) != simdjson::SUCCESS || version != 1 ||
        object["group"].get_string().get(group) != simdjson::SUCCESS ||
        object["edge"].get_string().get(edge) != simdjson::SUCCESS ||
        !read_number(object, "seq", seq) || !read_number(object, "bdSeq", bd_seq) ||
        seq.value_or(0) > kLargestSeq) {
        return false;
    }
    auto* node = find_or_add(group, edge);
    if (node == nullptr) {
        return false;
    }
    node->seq.reset();
    if (seq) {
        node->seq = static_cast<std::uint8_t>(*seq);
    }
    dom::element member;
    if (object["tables"].get(member) != simdjson::SUCCESS) {
        return true; // only its seq had changed
    }
    if (member.get_object().get(tables) != simdjson::SUCCESS) {
        return false;
    }
    drop_tables(*node);
    node->online = tables.size() != 0;
    node->certain = false;
    node->bd_seq = bd_seq;
    for (auto field : tables) {
        auto table = read_table(field.value);
        if (!table || !set_table(*node, field.key, *std::move(table))) {
            return false;
        }
    }
    return true;
}

std::optional<Reject> EdgeNodes::import_from(std::string_view text)
{
    constexpr std::size_t kDepth = 4;
    // Between two lines of changes there may be more than there ever was: a node has shrunk already
    // or not yet.
    EdgeNodes read(m_max_edge_nodes, 2 * m_max_metrics);
    GuardedJson json(kDepth);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.empty()) {
            continue;
        }
        const auto parsed = json.parse(line);
        const auto* element = std::get_if<dom::element>(&parsed);
        dom::object object;
        if (element == nullptr || element->get_object().get(object) != simdjson::SUCCESS ||
            !read.import_line(object)) {
            return Reject{Reason::bad_sparkplug, "",
                          "line " + std::to_string(number) +
                              " of the state is not what was exported, or is beyond the limits"};
        }
    }
    if (read.m_weight > m_max_metrics) {
        return Reject{Reason::bad_sparkplug, "", "the state has more metrics than the limit"};
    }
    read.m_max_metrics = m_max_metrics;
    *this = std::move(read);
    return std::nullopt;
}

} // namespace tlm::formats
