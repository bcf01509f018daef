// SPDX-License-Identifier: Apache-2.0
#include "common/base/json_pointer.hpp"

namespace tlm {

void append_pointer_token(std::string& pointer, std::string_view name)
{
    pointer += '/';
    for (const char c : name) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
}

} // namespace tlm
