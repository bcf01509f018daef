// SPDX-License-Identifier: Apache-2.0
// The payload that devices send unless told otherwise: one flat JSON object.
#pragma once

#include "tools/sim/encoder.hpp"
#include "tools/sim/payload.hpp"
#include "tools/sim/signal.hpp"

#include <vector>

namespace tlm::sim {

/// `{"ts":…,"boot":…,"seq":…,"name":value…}`, filled up to `pad_to` bytes.
class JsonEncoder final : public Encoder {
  public:
    JsonEncoder(const std::vector<Signal>& signals, std::size_t pad_to);

    [[nodiscard]] Encoded encode(const Reading& reading, const Distortion& distortion,
                                 std::uint64_t pad_key) override;

  private:
    struct Member {
        std::size_t signal;
        std::string name;
        std::vector<std::string> labels;
    };

    std::vector<Member> m_members;
    Payload m_payload;
};

} // namespace tlm::sim
