// SPDX-License-Identifier: Apache-2.0
// Descriptor sets out of .proto text, with libprotobuf's own parser.
#pragma once

#include <string>

namespace tlm::test {

/// The FileDescriptorSet, serialised, of `proto` (a file t.proto) and all that it imports.
[[nodiscard]] std::string descriptor_set(const std::string& proto);

/// test.All and its company: every kind of field there is.
[[nodiscard]] const std::string& all_kinds_proto();

} // namespace tlm::test
