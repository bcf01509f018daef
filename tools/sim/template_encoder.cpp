// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/template_encoder.hpp"

#include "common/base/json_text.hpp"
#include "common/base/units.hpp"
#include "common/record/guarded_json.hpp"
#include "common/record/record.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tlm::sim {

bool Template::find_hole(std::string_view name, const std::vector<Signal>& signals, Piece& piece)
{
    using Named = std::pair<std::string_view, Hole>;
    constexpr std::array kFields{Named{"ts", Hole::ts}, Named{"time", Hole::time},
                                 Named{"boot", Hole::boot}, Named{"seq", Hole::seq},
                                 Named{"deviceId", Hole::device_id}};
    const auto signal = std::find_if(signals.begin(), signals.end(), [name](const Signal& each) {
        return !each.hidden && each.name == name;
    });
    if (signal != signals.end()) {
        piece.hole = Hole::metric;
        piece.signal = static_cast<std::size_t>(signal - signals.begin());
        piece.labels = signal->labels;
        return true;
    }
    const auto* const field = std::find_if(
        kFields.begin(), kFields.end(), [name](const Named& each) { return each.first == name; });
    piece.hole = field != kFields.end() ? field->second : Hole::end;
    return field != kFields.end();
}

std::variant<Template, std::string> Template::compile(std::string_view text,
                                                      const std::vector<Signal>& signals)
{
    constexpr std::string_view kOpen = "{{";
    constexpr std::string_view kClose = "}}";
    Template made;
    for (;;) {
        const auto open = text.find(kOpen);
        Piece piece;
        piece.literal = text.substr(0, open);
        if (open == std::string_view::npos) {
            made.m_pieces.push_back(std::move(piece));
            return made;
        }
        text.remove_prefix(open + kOpen.size());
        const auto close = text.find(kClose);
        if (close == std::string_view::npos) {
            return "a hole opens with {{ and is not closed by }}";
        }
        const auto name = text.substr(0, close);
        if (!find_hole(name, signals, piece)) {
            return std::string{"{{"}.append(name).append("}} is no metric, nor one of ts, time, "
                                                         "boot, seq, deviceId");
        }
        made.m_pieces.push_back(std::move(piece));
        text.remove_prefix(close + kClose.size());
    }
}

bool Template::names_the_device() const noexcept
{
    return std::any_of(m_pieces.begin(), m_pieces.end(),
                       [](const Piece& piece) { return piece.hole == Hole::device_id; });
}

bool Template::makes_objects() const
{
    constexpr std::size_t kMostTexts = 1'000;
    std::size_t texts = 1;
    std::size_t signals = 0;
    for (const auto& piece : m_pieces) {
        texts = std::max(texts, std::min(piece.labels.size(), kMostTexts));
        signals = std::max(signals, piece.signal + 1);
    }
    GuardedJson json{Limits{}.max_depth};
    std::vector<double> values(signals);
    std::string payload;
    for (std::size_t text = 0; text < texts; ++text) {
        for (const auto& piece : m_pieces) {
            const auto last = std::max<std::size_t>(piece.labels.size(), 1) - 1;
            if (piece.hole == Hole::metric) {
                values[piece.signal] = static_cast<double>(std::min(text, last));
            }
        }
        payload.clear();
        append(payload, {.device_id = "sim-00001", .values = values}, {});
        const auto parsed = json.parse(payload);
        const auto* const root = std::get_if<simdjson::dom::element>(&parsed);
        if (root == nullptr || !root->is_object()) {
            return false;
        }
    }
    return true;
}

bool Template::has_numbers() const noexcept
{
    return std::any_of(m_pieces.begin(), m_pieces.end(), [](const Piece& piece) {
        return piece.hole == Hole::metric && piece.labels.empty();
    });
}

void Template::append(std::string& out, const Reading& reading, const Distortion& distortion) const
{
    bool mistype = distortion.mistyped;
    for (const auto& piece : m_pieces) {
        out += piece.literal;
        switch (piece.hole) {
        case Hole::end:
            break;
        case Hole::metric:
            if (!piece.labels.empty()) {
                out += piece.labels[static_cast<std::size_t>(reading.values[piece.signal])];
            } else if (std::exchange(mistype, false)) {
                out += "null";
            } else {
                append_number(out, reading.values[piece.signal]);
            }
            break;
        case Hole::ts:
            append_number(out, distortion.ts(reading.ts));
            break;
        case Hole::time:
            out += format_rfc3339(distortion.ts(reading.ts));
            break;
        case Hole::boot:
            append_number(out, reading.boot);
            break;
        case Hole::seq:
            append_number(out, reading.seq);
            break;
        case Hole::device_id:
            out += distortion.claimed_id.empty() ? reading.device_id : distortion.claimed_id;
            break;
        }
    }
}

Encoder::Encoded TemplateEncoder::encode(const Reading& reading, const Distortion& distortion,
                                         std::uint64_t /*pad_key*/)
{
    m_bytes.clear();
    m_template->append(m_bytes, reading, distortion);
    return {m_bytes};
}

} // namespace tlm::sim
