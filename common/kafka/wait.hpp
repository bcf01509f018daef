// SPDX-License-Identifier: Apache-2.0
// How waiting for brokers ended.
#pragma once

namespace tlm::kafka {

/// How a wait_until_known() ended; running into its deadline is an Error.
enum class [[nodiscard]] Wait{ready, stopped};

} // namespace tlm::kafka
