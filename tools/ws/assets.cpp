// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/assets.hpp"

#include <array>

#define TLM_ASSET(name)                                                                            \
    extern "C" const char tlm_page_##name[];                                                       \
    extern "C" const char tlm_page_##name##_end[];                                                 \
    extern "C" const char tlm_page_##name##_gz[];                                                  \
    extern "C" const char tlm_page_##name##_gz_end[]

// NOLINTBEGIN(readability-identifier-naming): the assembler's names
TLM_ASSET(index_html);
TLM_ASSET(app_css);
TLM_ASSET(app_js);
TLM_ASSET(fleet_js);
TLM_ASSET(table_js);
TLM_ASSET(chart_js);
TLM_ASSET(link_js);
TLM_ASSET(format_js);
TLM_ASSET(favicon_svg);
TLM_ASSET(uplot_js);
TLM_ASSET(uplot_css);
TLM_ASSET(uplot_licence);

// NOLINTEND(readability-identifier-naming)

namespace tlm::ws {

namespace {

std::string_view between(const char* begin, const char* end) noexcept
{
    return {begin, static_cast<std::size_t>(end - begin)};
}

} // namespace

#define TLM_CONTENT(name)                                                                          \
    between(tlm_page_##name, tlm_page_##name##_end),                                               \
        between(tlm_page_##name##_gz, tlm_page_##name##_gz_end)

std::span<const Asset> page_assets() noexcept
{
    constexpr std::string_view kScript = "text/javascript; charset=utf-8";
    constexpr std::string_view kStyle = "text/css; charset=utf-8";
    const static std::array assets{
        Asset{"/", "text/html; charset=utf-8", TLM_CONTENT(index_html)},
        Asset{"/app.css", kStyle, TLM_CONTENT(app_css)},
        Asset{"/app.js", kScript, TLM_CONTENT(app_js)},
        Asset{"/fleet.js", kScript, TLM_CONTENT(fleet_js)},
        Asset{"/table.js", kScript, TLM_CONTENT(table_js)},
        Asset{"/chart.js", kScript, TLM_CONTENT(chart_js)},
        Asset{"/link.js", kScript, TLM_CONTENT(link_js)},
        Asset{"/format.js", kScript, TLM_CONTENT(format_js)},
        Asset{"/favicon.svg", "image/svg+xml", TLM_CONTENT(favicon_svg)},
        Asset{"/uPlot.js", kScript, TLM_CONTENT(uplot_js)},
        Asset{"/uPlot.css", kStyle, TLM_CONTENT(uplot_css)},
        Asset{"/uPlot.LICENSE", "text/plain; charset=utf-8", TLM_CONTENT(uplot_licence)},
    };
    return assets;
}

} // namespace tlm::ws
