// SPDX-License-Identifier: Apache-2.0
// The files of the page and their gzip forms, as they are in the build folder.

    .section .rodata

    .macro asset name file
    .global tlm_page_\name
    .global tlm_page_\name\()_end
tlm_page_\name:
    .incbin "\file"
tlm_page_\name\()_end:
    .global tlm_page_\name\()_gz
    .global tlm_page_\name\()_gz_end
tlm_page_\name\()_gz:
    .incbin "\file\().gz"
tlm_page_\name\()_gz_end:
    .endm

    asset index_html index.html
    asset app_css app.css
    asset app_js app.js
    asset fleet_js fleet.js
    asset table_js table.js
    asset chart_js chart.js
    asset link_js link.js
    asset format_js format.js
    asset favicon_svg favicon.svg
    asset uplot_js uPlot.iife.min.js
    asset uplot_css uPlot.min.css
    asset uplot_licence uPlot.LICENSE

    .section .note.GNU-stack, "", %progbits
