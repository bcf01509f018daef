// SPDX-License-Identifier: Apache-2.0
#include "common/formats/json_path.hpp"

namespace tlm::formats {

void prepend_token(std::string& pointer, std::string_view name)
{
    std::string token = "/";
    for (const char c : name) {
        if (c == '~') {
            token += "~0";
        } else if (c == '/') {
            token += "~1";
        } else {
            token += c;
        }
    }
    pointer.insert(0, token);
}

void prepend_index(std::string& pointer, std::size_t index)
{
    pointer.insert(0, '/' + std::to_string(index));
}

} // namespace tlm::formats
