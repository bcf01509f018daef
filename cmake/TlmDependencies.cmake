# Outside libraries, by pkg-config, their own CMake files or name (Debian 12 names in scripts/setup).
# A missing one fails here with its name; there are no feature switches.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)

pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8>=10.40)
pkg_check_modules(rdkafka REQUIRED IMPORTED_TARGET rdkafka>=2.0.2)
pkg_check_modules(mosquitto REQUIRED IMPORTED_TARGET libmosquitto>=2.0.11)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(libwebsockets REQUIRED IMPORTED_TARGET libwebsockets>=4.1)
pkg_check_modules(openssl REQUIRED IMPORTED_TARGET openssl)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(protobuf REQUIRED IMPORTED_TARGET protobuf>=3.21)
pkg_check_modules(yaml-cpp REQUIRED IMPORTED_TARGET yaml-cpp>=0.7)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl>=7.85)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd>=1.4)
find_library(TLM_LIBEV ev REQUIRED) # has no pkg-config file
