// SPDX-License-Identifier: Apache-2.0
#include "common/ndjson/open_dead_letters.hpp"

#include "common/ndjson/file_sink.hpp"
#include "common/ndjson/line_sink.hpp"

#include <unistd.h>

#include <memory>

namespace tlm::ndjson {

DeadLetters open_dead_letters(const std::string& path)
{
    if (path.empty() || path == "-") {
        return {std::make_unique<LineSink>(STDERR_FILENO, "stderr"), DeadLetters::Form::line};
    }
    return {std::make_unique<FileSink>(path), DeadLetters::Form::line};
}

} // namespace tlm::ndjson
