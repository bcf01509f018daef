// SPDX-License-Identifier: Apache-2.0
// What the loop of tlm-validate is told.
#pragma once

#include "common/base/time.hpp"
#include "tools/validate/in_flight.hpp"

namespace tlm::validate {

enum class Form {
    records, ///< tlm-record(5)
    values,  ///< bare JSON
};

struct PipelineSettings {
    Form form = Form::records;
    bool strict = false;
    milliseconds drain_timeout{10'000};
    InFlight::Bound window{};
};

} // namespace tlm::validate
