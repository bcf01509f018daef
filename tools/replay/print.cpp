// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/print.hpp"

#include "common/ndjson/line_sink.hpp"

#include <unistd.h>

namespace tlm::replay {

void print(std::string_view text)
{
    ndjson::LineSink sink(STDOUT_FILENO, "standard output");
    text.remove_suffix(text.ends_with('\n') ? 1 : 0);
    static_cast<void>(sink.send({.value = text}, 0));
    sink.close();
}

} // namespace tlm::replay
