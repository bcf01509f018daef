// SPDX-License-Identifier: Apache-2.0
#include "common/formats/json_path.hpp"

#include "common/base/json_pointer.hpp"

namespace tlm::formats {

void prepend_token(std::string& pointer, std::string_view name)
{
    std::string token;
    append_pointer_token(token, name);
    pointer.insert(0, token);
}

void prepend_index(std::string& pointer, std::size_t index)
{
    pointer.insert(0, '/' + std::to_string(index));
}

} // namespace tlm::formats
