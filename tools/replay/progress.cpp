// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/progress.hpp"

#include "common/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlm::replay {

namespace {

/// Of 1; nothing is known to be far before its total is.
double share(const Progress& progress)
{
    const auto of = [](double part, double whole) { return whole <= 0 ? 0.0 : part / whole; };
    const auto passed =
        of(static_cast<double>(progress.passed), static_cast<double>(progress.total));
    const auto written =
        of(static_cast<double>(progress.written), static_cast<double>(progress.most));
    return std::clamp(std::max(passed, written), 0.0, 1.0);
}

double per_second(std::uint64_t count, milliseconds elapsed)
{
    constexpr double kMillisecondsASecond = 1000;
    return elapsed.count() <= 0 ? 0.0
                                : static_cast<double>(count) * kMillisecondsASecond /
                                      static_cast<double>(elapsed.count());
}

/// How long the rest takes at the pace so far, in whole seconds.
milliseconds left(const Progress& progress)
{
    constexpr double kMillisecondsASecond = 1000;
    const auto done = share(progress);
    const auto all = static_cast<double>(progress.elapsed.count()) / done;
    const auto seconds = static_cast<std::int64_t>(all * (1 - done) / kMillisecondsASecond + 1);
    return milliseconds{1000} * seconds;
}

} // namespace

std::string progress_bar(const Progress& progress, std::size_t width)
{
    constexpr int kBar = 24;
    const auto done = share(progress);
    std::string text;
    if (progress.total > 0) {
        constexpr double kPercent = 100;
        const auto filled = static_cast<int>(done * kBar);
        text = fmt::format("[{:=<{}}{:<{}}] {:3.0f} %  ", "", filled, "", kBar - filled,
                           done * kPercent);
    }
    text += fmt::format("{} records, {:.0f}/s", progress.written,
                        per_second(progress.written, progress.elapsed));
    if (progress.refused > 0) {
        text += fmt::format(", {} refused", progress.refused);
    }
    text.resize(std::min(text.size(), width));
    const auto add = [&text, width](const std::string& piece) { // whole, or not at all
        text += text.size() + piece.size() <= width ? piece : "";
    };
    if (progress.total > 0 && done > 0 && done < 1) {
        add("  " + format_duration(left(progress)) + " left");
    }
    if (progress.time >= 0) {
        add("  " + format_rfc3339(progress.time));
    }
    return text;
}

std::string progress_json(const Progress& progress)
{
    auto text = fmt::format(R"({{"records":{},"refused":{},"passed":{})", progress.written,
                            progress.refused, progress.passed);
    if (progress.total > 0) {
        text += fmt::format(R"(,"total":{})", progress.total);
    }
    if (progress.time >= 0) {
        text += fmt::format(R"(,"ts":{})", progress.time);
    }
    return text +
           fmt::format(R"(,"elapsedMs":{},"done":{}}})", progress.elapsed.count(), progress.done);
}

} // namespace tlm::replay
