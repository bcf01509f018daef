// SPDX-License-Identifier: Apache-2.0
// Outputs that must not get into each other's way.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// A file that an option names; no path or `-`: none.
struct NamedFile {
    std::string_view option;
    std::string path;
};

/// Throws Error usage where an output is the file of another output, or of an input, by whatever
/// name. Devices and pipes can be shared. Opens nothing.
void check_apart(const std::vector<NamedFile>& outputs, const std::vector<NamedFile>& inputs);

/// What is called so by one or two names, as check_apart() sees it.
[[nodiscard]] bool is_same_file(const std::string& a, const std::string& b);

/// Throws Error usage when the file, which is written only at the end, could not be written now. A
/// file that does not exist is made, one that does is left as it is; devices and pipes are not
/// opened.
void require_writable(const NamedFile& file);

} // namespace tlm::sim
