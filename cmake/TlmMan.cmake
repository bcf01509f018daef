# Man pages: scdoc sources in which `@OPTIONS@` on a line of its own stands for the program's option
# table and `@include NAME@` for man/fragments/NAME.scd.

find_program(TLM_SCDOC scdoc REQUIRED)

# tlm_man_page(PROGRAM | NAME.SECTION [NO_INSTALL]): build/man/NAME.SECTION out of NAME.SECTION.scd in
# the folder of the caller. Without a section it is the page of a program, section 1.
function(tlm_man_page page)
    cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "" "")
    set(options)
    set(program)
    if(NOT page MATCHES "\\.[1-8]$")
        set(program ${page})
        set(page "${page}.1")
        set(options "-DPROGRAM=$<TARGET_FILE:${program}>")
    endif()
    set(source "${CMAKE_CURRENT_SOURCE_DIR}/${page}.scd")
    set(output "${CMAKE_BINARY_DIR}/man/${page}")
    file(GLOB fragments CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/man/fragments/*.scd")
    set(script "${PROJECT_SOURCE_DIR}/cmake/man_page.cmake")
    file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/man")
    add_custom_command(OUTPUT "${output}"
        COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${source}" "-DOUTPUT=${output}" ${options}
            "-DFRAGMENTS=${PROJECT_SOURCE_DIR}/man/fragments" "-DSCDOC=${TLM_SCDOC}" -P "${script}"
        DEPENDS "${source}" "${script}" ${fragments} ${program} VERBATIM)
    add_custom_target(man_${page} ALL DEPENDS "${output}")
    if(NOT arg_NO_INSTALL)
        string(REGEX MATCH "[1-8]$" section "${page}")
        install(FILES "${output}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}")
    endif()
endfunction()
