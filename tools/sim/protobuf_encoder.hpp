// SPDX-License-Identifier: Apache-2.0
// Devices that send Protobuf messages of one type.
#pragma once

#include "common/formats/protobuf_writer.hpp"
#include "tools/sim/encoder.hpp"
#include "tools/sim/signal.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tlm::sim {

/// Which field of a message type holds what. Immutable.
class ProtobufLayout {
  public:
    /// Each metric needs a field of its name; `ts`, `boot`, `seq` and `deviceId` (or `device_id`)
    /// are filled where the type has them. Gives the layout, or what is wrong.
    [[nodiscard]] static std::variant<ProtobufLayout, std::string>
    make(std::shared_ptr<const formats::ProtobufSchema> schema, formats::ProtobufType type,
         const std::vector<Signal>& signals);

    void append(std::string& out, const Reading& reading, const Distortion& distortion) const;

    [[nodiscard]] bool names_the_device() const noexcept { return m_device_id.has_value(); }

  private:
    using Field = formats::ProtobufWriter::Field;

    struct Member {
        std::size_t signal;
        Field field;
        std::vector<std::string> labels;
    };

    ProtobufLayout(std::shared_ptr<const formats::ProtobufSchema> schema,
                   formats::ProtobufType type)
        : m_schema(std::move(schema)), m_writer(type)
    {}

    std::shared_ptr<const formats::ProtobufSchema> m_schema; ///< the writer reads its tables
    formats::ProtobufWriter m_writer;
    std::optional<Field> m_ts;
    std::optional<Field> m_boot;
    std::optional<Field> m_seq;
    std::optional<Field> m_device_id;
    std::vector<Member> m_members;
};

class ProtobufEncoder final : public Encoder {
  public:
    explicit ProtobufEncoder(std::shared_ptr<const ProtobufLayout> layout)
        : m_layout(std::move(layout))
    {}

    [[nodiscard]] Encoded encode(const Reading& reading, const Distortion& distortion,
                                 std::uint64_t /*pad_key*/) override
    {
        m_bytes.clear();
        m_layout->append(m_bytes, reading, distortion);
        return {m_bytes};
    }

  private:
    std::shared_ptr<const ProtobufLayout> m_layout;
    std::string m_bytes;
};

} // namespace tlm::sim
