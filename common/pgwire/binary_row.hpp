// SPDX-License-Identifier: Apache-2.0
// Rows in the format of COPY ... WITH (FORMAT binary).
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tlm::pg {

/// What stands before the first row and after the last one.
void append_copy_header(std::string& out);
void append_copy_trailer(std::string& out);

/// True for the times that timestamptz holds: 4713 BC to 294276 AD.
[[nodiscard]] bool fits_timestamptz(EpochMs time) noexcept;

/// Appends one row to `out`: as many values as the constructor was told, in the order of the
/// columns that the COPY names. The values must fit their types; the caller has checked.
class BinaryRow {
  public:
    BinaryRow(std::string& out, std::int16_t columns);

    void null();
    void boolean(bool value);
    void int2(std::int16_t value);
    void int4(std::int32_t value);
    void int8(std::int64_t value);
    void float8(double value);
    void text(std::string_view value); ///< UTF-8 without U+0000; also for varchar and json
    void timestamptz(EpochMs time);    ///< see fits_timestamptz()
    void jsonb(std::string_view json);

  private:
    template <typename T>
    void number(T value);

    std::string& m_out;
};

} // namespace tlm::pg
