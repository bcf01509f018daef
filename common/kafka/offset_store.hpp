// SPDX-License-Identifier: Apache-2.0
// Offsets kept at the brokers under a name.
#pragma once

#include "common/base/time.hpp"
#include "common/kafka/config.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace tlm::kafka {

/// One offset a partition of one topic, kept where consumer groups keep theirs, as the group
/// `name` that nobody joins. For a program that must find again how far it had come, and does not
/// consume. Used by one thread.
class OffsetStore {
  public:
    /// Connects in the background. Throws Error usage on properties that are unknown or wrong.
    OffsetStore(const Properties& properties, const std::string& name, std::string topic);
    ~OffsetStore(); ///< drops what is not written yet; see close()
    OffsetStore(const OffsetStore&) = delete;
    OffsetStore& operator=(const OffsetStore&) = delete;

    using Offsets = std::map<std::int32_t, std::int64_t>;

    /// What is kept; partitions without an offset are left out. Waits for the brokers. Throws Error
    /// transient when they do not answer in time, usage when they do not let us.
    [[nodiscard]] Offsets load(milliseconds deadline);

    /// Keeps these from now on; written in the background, the newest wins. What fails is logged
    /// and written again with the next call.
    void store(const Offsets& offsets);

    /// Writes what is left; false when that is not confirmed within the deadline.
    [[nodiscard]] bool close(milliseconds deadline);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::kafka
