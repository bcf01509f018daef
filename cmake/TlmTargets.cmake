# The kinds of target this project is made of. A kind says what it may link; scripts/lint checks
# the same arrows in the #include lines.

# Every .cpp beside a target must be listed: a file that nobody builds is a file that nobody tests.
# The check waits for the end of the folder, so that several targets may share one.
function(tlm_check_all_listed)
    get_property(checked DIRECTORY PROPERTY TLM_LISTED SET)
    set_property(DIRECTORY APPEND PROPERTY TLM_LISTED "" ${ARGN})
    if(NOT checked)
        cmake_language(DEFER CALL tlm_check_folder)
    endif()
endfunction()

function(tlm_check_folder)
    get_property(listed DIRECTORY PROPERTY TLM_LISTED)
    file(GLOB present RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" CONFIGURE_DEPENDS "*.cpp")
    list(REMOVE_ITEM present ${listed})
    if(present)
        message(FATAL_ERROR "${CMAKE_CURRENT_SOURCE_DIR}: not listed in CMakeLists.txt: ${present}")
    endif()
endfunction()

# tlm_library(NAME SOURCES a.cpp... [LINK lib...] [PRIVATE lib...]): common/NAME as tlm::NAME.
# LINK is what its headers need, PRIVATE is what only its sources need.
function(tlm_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK;PRIVATE")
    tlm_check_all_listed(${arg_SOURCES})
    add_library(tlm_${name} STATIC ${arg_SOURCES})
    add_library(tlm::${name} ALIAS tlm_${name})
    target_link_libraries(tlm_${name} PUBLIC ${arg_LINK} PRIVATE tlm_compile ${arg_PRIVATE})
endfunction()

# tlm_tool(PROGRAM CORE core.cpp... SHELL shell.cpp... [LINK lib...] [CORE_LINK pure-lib...])
# CORE becomes tlm_<folder>_core: base, record, flow and the pure libraries beside them, nothing
# else, so a core that touches a server does not link. SHELL is main, options, pipeline, adapters.
function(tlm_tool program)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "CORE;SHELL;LINK;CORE_LINK")
    get_filename_component(folder "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
    tlm_check_all_listed(${arg_CORE} ${arg_SHELL})

    add_library(tlm_${folder}_core STATIC ${arg_CORE})
    target_link_libraries(tlm_${folder}_core
        PUBLIC tlm::base tlm::record tlm::flow ${arg_CORE_LINK} PRIVATE tlm_compile)

    add_executable(${program} ${arg_SHELL})
    target_link_libraries(${program} PRIVATE
        tlm_compile tlm_${folder}_core tlm::ops tlm::cli ${arg_LINK})
    set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${TLM_PROGRAM_DIR}")
    install(TARGETS ${program} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    tlm_completions(${program})
    tlm_unit(${program})
    set_property(GLOBAL APPEND PROPERTY TLM_PROGRAMS ${program})
endfunction()

# The systemd unit of a program, examples/systemd/NAME.service or NAME@.service, where systemd finds it,
# and its configuration, NAME.conf or NAME-INSTANCE.conf, where the unit finds that.
function(tlm_unit program)
    set(dir "${PROJECT_SOURCE_DIR}/examples/systemd")
    file(GLOB units CONFIGURE_DEPENDS "${dir}/${program}.service" "${dir}/${program}@.service")
    file(GLOB configuration CONFIGURE_DEPENDS "${dir}/${program}.conf" "${dir}/${program}-*.conf")
    install(FILES ${units} DESTINATION lib/systemd/system)
    install(FILES ${configuration} DESTINATION "${CMAKE_INSTALL_FULL_SYSCONFDIR}/tlm")
    foreach(file IN LISTS configuration)
        get_filename_component(name "${file}" NAME)
        set_property(GLOBAL APPEND PROPERTY TLM_CONFFILES "${CMAKE_INSTALL_FULL_SYSCONFDIR}/tlm/${name}")
    endforeach()
endfunction()

# Shell completions, written by the program itself from its option table. NO_INSTALL: for tests only.
function(tlm_completions program)
    cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "" "")
    set(dir "${CMAKE_BINARY_DIR}/completions")
    file(MAKE_DIRECTORY "${dir}")
    set(outputs)
    foreach(shell bash zsh fish)
        set(file "${dir}/${program}.${shell}")
        add_custom_command(OUTPUT "${file}"
            COMMAND ${program} --generate ${shell} > "${file}"
            DEPENDS ${program} VERBATIM)
        list(APPEND outputs "${file}")
    endforeach()
    add_custom_target(${program}_completions ALL DEPENDS ${outputs})
    if(arg_NO_INSTALL)
        return()
    endif()
    install(FILES "${dir}/${program}.bash"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME ${program})
    install(FILES "${dir}/${program}.zsh"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions" RENAME _${program})
    install(FILES "${dir}/${program}.fish"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
endfunction()

# tlm_unit_test(NAME SOURCES x_test.cpp... LINK lib...): one program a library or core.
function(tlm_unit_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
    tlm_check_all_listed(${arg_SOURCES})
    add_executable(test_${name} ${arg_SOURCES} $<TARGET_OBJECTS:tlm_catch_main>)
    target_link_libraries(test_${name} PRIVATE tlm_compile tlm_catch ${arg_LINK})
    add_test(NAME unit.${name} COMMAND test_${name} --order rand)
    set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 600)
endfunction()
