// SPDX-License-Identifier: Apache-2.0
#include "common/base/json_pointer.hpp"
#include "tests/support/catch.hpp"

#include <string>

TEST_CASE("json pointer: a step is a slash and the escaped name", "[base]")
{
    std::string pointer;
    tlm::append_pointer_token(pointer, "a/b~c");
    tlm::append_pointer_token(pointer, "");
    tlm::append_pointer_token(pointer, "~1");
    CHECK(pointer == "/a~1b~0c//~01");
}
