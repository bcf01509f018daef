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

/// What becomes of a record that is not valid. What is no record at all is dropped with `drop`,
/// else it is a dead letter.
enum class OnInvalid {
    dlq,
    drop, ///< counted only
    mark, ///< goes on with the member `invalid`
    pass, ///< goes on unchanged, counted
};

struct PipelineSettings {
    Form form = Form::records;
    OnInvalid on_invalid = OnInvalid::dlq;
    bool strict = false;
    milliseconds drain_timeout{10'000};
    InFlight::Bound window{};
};

} // namespace tlm::validate
