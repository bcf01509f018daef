// SPDX-License-Identifier: Apache-2.0
// What the pipeline needs to know, all of it checked.
#pragma once

#include "common/base/time.hpp"
#include "common/flow/ack_window.hpp"
#include "common/flow/dead_letters.hpp"
#include "common/formats/decoded.hpp"
#include "common/formats/format_sources.hpp"
#include "common/mqtt/subscriber.hpp"
#include "common/validation/rule_sources.hpp"
#include "tools/mqtt2kafka/ack_cycle.hpp"
#include "tools/mqtt2kafka/forwarder.hpp"
#include "tools/mqtt2kafka/rota.hpp"
#include "tools/mqtt2kafka/translate.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tlm::mqtt2kafka {

struct Settings {
    std::vector<mqtt::Url> brokers;     ///< of MQTT, the preferred one first
    mqtt::SubscriberOptions subscriber; ///< but for the URL, the same for all of them
    RotaOptions rota;
    TranslateOptions translate;
    CycleOptions cycle;
    AckWindow::Bound window;
    std::vector<std::pair<std::string, std::string>> kafka; ///< librdkafka's, weakest first
    std::string topic;                                      ///< empty: records go to stdout
    DeadLetterTarget dead_letters;
    std::string spill_dir;                 ///< empty: none
    Resolve resolve;                       ///< but for the spill
    formats::FormatSources formats;        ///< how payloads are encoded
    formats::DecodeLimits decode_limits{}; ///< of what they are decoded to
    validation::RuleSources rules;         ///< files of the validation stage
    std::string metrics_listen;
    std::string lease;   ///< topic of the lease to wait for; empty: none
    bool recover = true; ///< recognise what comes again after a crash
    milliseconds drain_timeout{30'000};
};

} // namespace tlm::mqtt2kafka
