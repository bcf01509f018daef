// SPDX-License-Identifier: Apache-2.0
// The dead letters of one window, until each is safe.
#pragma once

#include "common/flow/dead_letters.hpp"
#include "common/flow/sink.hpp"
#include "common/flow/spill.hpp"
#include "common/validation/flood_gate.hpp"
#include "tools/mqtt2kafka/redeliveries.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tlm::mqtt2kafka {

/// Sends dead letters, and sends those again that are too large for their topic: first alone, for
/// Kafka refuses whole batches; then, with the payload in a file, only its beginning; then nothing
/// of it. Without a place for such files, or when it is full, the letter fails. Pure apart from
/// the sink and the spill; used by one thread.
class DeadLetterLane {
  public:
    /// How much of a payload in a file its letter carries.
    static constexpr std::size_t kBeginning = 64UL * 1024;

    /// All must outlive this object; `spill` may be null. `gate` takes the deliveries of its
    /// summaries.
    DeadLetterLane(DeadLetters& sink, Spill* spill, validation::FloodGate& gate)
        : m_sink(sink), m_spill(spill), m_gate(gate)
    {}

    /// As Sink::send(). Of the letter only the reject is kept.
    [[nodiscard]] bool send(const DeadLetter& letter, Ticket ticket);

    /// The letter of this ticket once more; its views live until the next call.
    using Remake = std::function<DeadLetter(Ticket, const Reject&)>;

    /// Sends again what was refused, one at a time.
    void send_again(const Remake& remake);

    struct Settled {
        Ticket ticket = 0;
        Reason reason{};
        bool spilled = false;
        std::string error;            ///< empty: safe
        std::optional<Place> place{}; ///< of a safe one, where Kafka has said it
    };

    /// Replaces `settled` by what became of letters since the last call.
    void collect(std::vector<Settled>& settled);

    [[nodiscard]] bool empty() const noexcept { return m_letters.empty() && m_failed.empty(); }

    /// Forgets all of them.
    void clear();

  private:
    enum class Form { whole, alone, beginning, nothing };

    struct Letter {
        Reject reject;
        Form form = Form::whole;
        std::optional<Spilled> spilled{};
        bool at_sink = true;
        std::string error{}; ///< of the last refusal
    };

    using Letters = std::map<Ticket, Letter>;

    [[nodiscard]] bool send_in_form(Ticket ticket, Letter& letter, const Remake& remake);
    [[nodiscard]] bool spill(Letter& letter, std::string_view payload);
    void refused(Letters::iterator at, const std::string& error, std::vector<Settled>& settled);

    DeadLetters& m_sink;
    Spill* m_spill;
    validation::FloodGate& m_gate;
    Letters m_letters;
    std::size_t m_at_sink = 0;
    std::vector<Delivery> m_deliveries;
    std::vector<Settled> m_failed; ///< by send_again(), for collect()
};

} // namespace tlm::mqtt2kafka
