// SPDX-License-Identifier: Apache-2.0
// What births told us: who is there, and what its metrics are called; private to this library.
#pragma once

#include "common/base/time.hpp"
#include "common/formats/sparkplug_payload.hpp"
#include "common/record/reject.hpp"

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tlm::formats {

struct KnownMetric {
    std::string name;
    SparkplugDatatype datatype = SparkplugDatatype::unknown;
    std::optional<std::uint64_t> alias;
};

/// The metrics of one birth certificate.
class BirthTable {
  public:
    void add(KnownMetric metric);

    /// To be called once all are added; false when two have the same alias or the same name.
    [[nodiscard]] bool finish();

    [[nodiscard]] const KnownMetric* by_alias(std::uint64_t alias) const noexcept;
    [[nodiscard]] const KnownMetric* by_name(std::string_view name) const noexcept;

    [[nodiscard]] const std::vector<KnownMetric>& metrics() const noexcept { return m_metrics; }

    /// What the table counts against the bound: a device without metrics takes room as well.
    [[nodiscard]] std::size_t weight() const noexcept { return m_metrics.size() + 1; }

  private:
    std::vector<KnownMetric> m_metrics;                             ///< as the birth has them
    std::vector<std::uint32_t> m_names;                             ///< of m_metrics, by name
    std::vector<std::pair<std::uint64_t, std::uint32_t>> m_aliases; ///< and place, by alias
};

constexpr std::uint64_t kLargestSeq = 255;

/// What of an edge node changed since it was last exported.
enum class Unsaved : std::uint8_t { nothing, seq, tables };

/// An edge node, what stands behind it, and how far its messages have come.
struct EdgeNode {
    std::string group;
    std::string edge;
    bool online = false;
    /// False for tables that were imported or doubted, until the next message continues them: what
    /// was missed may have been another birth, with other aliases.
    bool certain = true;
    std::optional<std::uint64_t> bd_seq;
    std::optional<std::uint8_t> seq;                       ///< of the newest message
    std::optional<EpochMs> asked_at;                       ///< for a rebirth, since the last birth
    std::map<std::string, BirthTable, std::less<>> tables; ///< by device; "" is the node itself
    Unsaved unsaved = Unsaved::nothing;
};

/// All edge nodes, bounded in number and in what they remember.
class EdgeNodes {
  public:
    EdgeNodes(std::size_t max_edge_nodes, std::size_t max_metrics)
        : m_max_edge_nodes(max_edge_nodes), m_max_metrics(max_metrics)
    {}

    /// The edge node, made if it was not there; null when there are too many.
    [[nodiscard]] EdgeNode* find_or_add(std::string_view group, std::string_view edge);

    /// Puts the table in place of what was there; false, and nothing is changed, when there would
    /// be too many metrics.
    [[nodiscard]] bool set_table(EdgeNode& node, std::string_view device, BirthTable table);
    void drop_table(EdgeNode& node, std::string_view device);
    void drop_tables(EdgeNode& node);

    /// The node differs from what was exported of it.
    void changed(EdgeNode& node, Unsaved what);

    /// Messages may have been missed, births among them.
    void doubt_all();

    [[nodiscard]] std::size_t size() const noexcept { return m_nodes.size(); }

    [[nodiscard]] std::size_t weight() const noexcept { return m_weight; }

    /// One line of JSON for each edge node that has a table; see tlm-formats(5).
    void export_to(std::string& out) const;

    /// A line for each edge node that has changed since the last call: all of it, or only its seq.
    void export_changes(std::string& out);

    /// Takes the place of everything, or nothing is changed.
    [[nodiscard]] std::optional<Reject> import_from(std::string_view text);

  private:
    [[nodiscard]] bool import_line(simdjson::dom::object object);

    struct Hash {
        using is_transparent = void; // NOLINT(readability-identifier-naming): the library's name

        std::size_t operator()(std::string_view text) const noexcept
        {
            return std::hash<std::string_view>{}(text);
        }
    };

    std::unordered_map<std::string, EdgeNode, Hash, std::equal_to<>> m_nodes; ///< by group/edge
    std::vector<EdgeNode*> m_unsaved; ///< they stay where they are
    std::string m_key;
    std::size_t m_max_edge_nodes;
    std::size_t m_max_metrics;
    std::size_t m_weight = 0; ///< of all tables
};

} // namespace tlm::formats
