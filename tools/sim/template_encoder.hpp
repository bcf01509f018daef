// SPDX-License-Identifier: Apache-2.0
// Payloads by a template: text with holes.
#pragma once

#include "tools/sim/encoder.hpp"
#include "tools/sim/signal.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tlm::sim {

/// A template, compiled once: `{"t":{{ts}},"temp":{{temp_c}}}`. A hole is the name of a metric, or
/// `ts` (epoch milliseconds), `time` (RFC 3339), `boot`, `seq`, `deviceId`; metrics come first.
/// Everything else stands for itself. Immutable.
class Template {
  public:
    /// The template, or a sentence that says what is wrong with it.
    [[nodiscard]] static std::variant<Template, std::string>
    compile(std::string_view text, const std::vector<Signal>& signals);

    /// Appends the payload. A mistyped message has null for its first number.
    void append(std::string& out, const Reading& reading, const Distortion& distortion) const;

    [[nodiscard]] bool names_the_device() const noexcept;
    [[nodiscard]] bool has_numbers() const noexcept;

    /// True when what it makes is a JSON object, with each text that its metrics can have; numbers
    /// are numbers anyway. For once at the start: it makes some payloads.
    [[nodiscard]] bool makes_objects() const;

  private:
    enum class Hole : std::uint8_t { end, metric, ts, time, boot, seq, device_id };

    struct Piece {
        std::string literal; ///< stands before the hole
        Hole hole = Hole::end;
        std::size_t signal = 0;
        std::vector<std::string> labels{};
    };

    [[nodiscard]] static bool find_hole(std::string_view name, const std::vector<Signal>& signals,
                                        Piece& piece);

    std::vector<Piece> m_pieces;
};

class TemplateEncoder final : public Encoder {
  public:
    explicit TemplateEncoder(std::shared_ptr<const Template> layout) : m_template(std::move(layout))
    {}

    [[nodiscard]] Encoded encode(const Reading& reading, const Distortion& distortion,
                                 std::uint64_t pad_key) override;

  private:
    std::shared_ptr<const Template> m_template;
    std::string m_bytes;
};

} // namespace tlm::sim
