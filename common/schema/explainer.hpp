// SPDX-License-Identifier: Apache-2.0
// Runs a program over a value that was not accepted and says all that is wrong with it.
#pragma once

#include "common/schema/evaluator.hpp"
#include "common/schema/program.hpp"
#include "common/schema/schema.hpp"

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::schema {

/// Goes on where the evaluator stops; what alternatives say is the evaluator's verdict. Serves one
/// value.
class Explainer {
  public:
    Explainer(const Program& program, Evaluator& evaluator, std::size_t max)
        : m_program(program), m_evaluator(evaluator), m_max(max)
    {}

    /// At most `max` failures of a value that the evaluator does not accept; never none.
    [[nodiscard]] std::vector<Failure> run(simdjson::dom::element value);

  private:
    void explain(Row row, simdjson::dom::element value);
    void explain_type(const Node& node, simdjson::dom::element value);
    void explain_step(const Node& node, const Step& step, simdjson::dom::element value);
    void explain_alternatives(const Node& node, const Step& step, simdjson::dom::element value);
    void explain_unevaluated(const Node& node, simdjson::dom::element value);

    // explain_values.cpp
    void explain_choices(const Node& node, simdjson::dom::element value);
    void explain_number(const Node& node, simdjson::dom::element value);
    void explain_string(const Node& node, std::string_view text);

    // explain_containers.cpp
    void explain_array(const Node& node, simdjson::dom::array array);
    void explain_contains(const Node& node, simdjson::dom::array array);
    void explain_object(const Node& node, simdjson::dom::element value);
    void explain_member(const Node& node, std::string_view name, simdjson::dom::element value);
    void explain_missing(const Node& node, simdjson::dom::object object);
    void explain_dependencies(const Node& node, simdjson::dom::element value,
                              simdjson::dom::object object);

    /// `keyword` is a path below the node: `/maximum`, or nothing for the schema `false`.
    void fail(const Node& node, std::string_view keyword, std::string sentence);

    [[nodiscard]] bool is_full() const noexcept { return m_failures.size() >= m_max || m_stopped; }

    /// A member or item is at hand while it lives.
    class Descent {
      public:
        Descent(Explainer& explainer, std::string_view name);
        Descent(Explainer& explainer, std::size_t index);
        Descent(const Descent&) = delete;
        Descent& operator=(const Descent&) = delete;

        ~Descent() { m_path.resize(m_size); }

      private:
        std::string& m_path;
        std::size_t m_size;
    };

    const Program& m_program;
    Evaluator& m_evaluator;
    std::size_t m_max;
    std::string m_path; ///< JSON Pointer to the value at hand
    std::vector<Failure> m_failures;
    bool m_stopped = false; ///< a limit was reached
};

} // namespace tlm::schema
