// SPDX-License-Identifier: Apache-2.0
// Runs a program over a value: true or false, as fast as it goes.
#pragma once

#include "common/record/reject.hpp"
#include "common/schema/program.hpp"
#include "common/schema/tape.hpp"
#include "common/schema/value.hpp"

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::schema {

/// Which members or items of a value have been evaluated: bits in the evaluator's memory. Without
/// words nobody asks, and nothing is noted.
struct Seen {
    Row first = 0;
    Row words = 0;

    explicit operator bool() const noexcept { return words != 0; }
};

class Evaluator {
  public:
    explicit Evaluator(const Program& program);

    /// Begins a new value: the steps are counted anew, the limits are not reached.
    void begin() noexcept;

    /// Whether the node accepts the value; noted in `seen` is what it evaluates.
    [[nodiscard]] bool accepts(Row node, simdjson::dom::element value, Seen seen = {});

    /// The name of a member as a value, for `propertyNames`; valid until the next call.
    [[nodiscard]] simdjson::dom::element as_value(std::string_view name);

    /// The same for one pattern.
    [[nodiscard]] bool matches(Row pattern, std::string_view text);

    /// The limit that was reached since begin(): then every verdict is false, whatever it says.
    [[nodiscard]] std::optional<Reason> limit() const noexcept { return m_limit; }

    // What the exhaustive pass asks one by one.
    [[nodiscard]] static bool has_type(const Node& node, simdjson::dom::element value) noexcept;
    [[nodiscard]] static bool is_choice(const Choices& choices, simdjson::dom::element value);
    [[nodiscard]] static bool is_multiple(const NumberRule& rule, simdjson::dom::element value);
    [[nodiscard]] Twins twins(simdjson::dom::array array);
    [[nodiscard]] Row dynamic_target(const Step& step) const noexcept;
    [[nodiscard]] bool note_evaluated(const Node& node, simdjson::dom::element value, Seen seen);
    [[nodiscard]] Seen open_seen(simdjson::dom::element value);
    void close_seen(Seen seen) noexcept;
    [[nodiscard]] bool is_seen(Seen seen, std::uint64_t index) const noexcept;

    /// One level deeper while it lives; false when that is too deep, one step too many, or when a
    /// limit has been reached: a `not` around it must not lead to more of the same.
    class Level {
      public:
        explicit Level(Evaluator& evaluator) noexcept
            : m_evaluator(evaluator),
              m_allowed(++evaluator.m_depth <= kMaxLevels && ++evaluator.m_steps <= kMaxSteps &&
                        !evaluator.m_limit)
        {
            if (!m_allowed && !evaluator.m_limit) {
                evaluator.m_limit = Reason::schema_limit;
            }
        }

        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;

        ~Level() { --m_evaluator.m_depth; }

        explicit operator bool() const noexcept { return m_allowed; }

      private:
        Evaluator& m_evaluator;
        bool m_allowed;
    };

    /// The resource of a node is in the dynamic scope while it lives.
    class Scope {
      public:
        Scope(Evaluator& evaluator, const Node& node);
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope();

      private:
        Evaluator& m_evaluator;
        bool m_pushed;
    };

  private:
    [[nodiscard]] bool judge(Row row, Value value, Seen seen = {});
    [[nodiscard]] bool judge_rows(const Node& node, Value value, Seen seen);
    [[nodiscard]] bool judge_plain(const Node& node, Value value, Seen seen);
    [[nodiscard]] bool judge_all(const Node& node, Value value, Seen seen);
    [[nodiscard]] bool judge_own(const Node& node, Value value, Seen seen);
    [[nodiscard]] bool judge_step(const Step& step, Value value, Seen seen);
    [[nodiscard]] bool judge_branch(Row row, Value value, Seen seen);
    [[nodiscard]] bool judge_unevaluated(const Node& node, Value value, Seen seen);
    [[nodiscard]] bool judge_string(const StringRule& rule, std::string_view text);
    [[nodiscard]] bool judge_array(const ArrayRule& rule, Value array, Seen seen);
    [[nodiscard]] bool judge_contains(const ArrayRule& rule, Value array, Seen seen);
    [[nodiscard]] bool judge_object(const ObjectRule& rule, Value object);
    [[nodiscard]] bool judge_any_object(const ObjectRule& rule, Value object, Seen seen);
    [[nodiscard]] bool judge_member(const ObjectRule& rule, std::uint32_t found, Value name,
                                    bool& evaluated);
    [[nodiscard]] bool judge_dependencies(const ObjectRule& rule, Value object, Seen seen);
    void mark(Seen seen, std::uint64_t index) noexcept;

    const Program& m_program;
    const Node* m_nodes; ///< of the program
    MatchMemory m_match_memory;
    /// For each object rule, which key came after which key the last time: the first of a rule is
    /// for the start, then one a key. Devices do not shuffle their members.
    std::vector<Row> m_hints;
    std::vector<std::uint64_t> m_bits; ///< a stack of what has been evaluated
    std::vector<Row> m_scope;          ///< resources, the outermost first
    Hashes m_hashes;
    simdjson::dom::parser m_name_parser;
    std::string m_name_text;
    std::optional<Reason> m_limit;
    std::uint32_t m_depth = 0;
    std::uint32_t m_steps = 0;
};

} // namespace tlm::schema
