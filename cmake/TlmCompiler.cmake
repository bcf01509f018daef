# How everything is compiled: warnings for our own code, hardening in release, sanitizers by preset.

set(TLM_SANITIZE "" CACHE STRING "Value for -fsanitize=, set by the presets asan, tsan and fuzz")
option(TLM_FUZZ "Build the targets of tests/fuzz; wants clang, set by the preset fuzz" OFF)

# Programs in one folder, everything else where CMake puts it.
set(TLM_PROGRAM_DIR "${CMAKE_BINARY_DIR}/bin")

# A clean tree builds twice a day on a laptop: use ccache where it is installed.
find_program(TLM_CCACHE ccache)
if(TLM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${TLM_CCACHE}")
endif()

# Linked PRIVATE by our own targets only; libraries are IMPORTED, so their headers stay quiet.
add_library(tlm_compile INTERFACE)
target_include_directories(tlm_compile INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(tlm_compile INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
    -Woverloaded-virtual -Wundef -Wformat=2 -Wimplicit-fallthrough)

if(TLM_SANITIZE)
    target_compile_options(tlm_compile INTERFACE
        -fsanitize=${TLM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
        -D_GLIBCXX_ASSERTIONS) # what release builds end at, tests shall end at first
    target_link_options(tlm_compile INTERFACE -fsanitize=${TLM_SANITIZE})
endif()

if(TLM_FUZZ)
    target_compile_options(tlm_compile INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(tlm_compile INTERFACE
        -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong
        -fstack-clash-protection -fcf-protection)
    target_link_options(tlm_compile INTERFACE
        -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
endif()
