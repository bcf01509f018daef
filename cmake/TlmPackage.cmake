# The Debian package, by `cpack -G DEB` in the folder of a build: one package, for the programs are one
# kit. It holds the units and their configuration; nothing is started or enabled by installing it.

set(CPACK_PACKAGE_NAME tlm)
set(CPACK_PACKAGE_VENDOR "tlm")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_CONTACT "tlm maintainers <maintainers@tlm.invalid>")
set(CPACK_GENERATOR DEB)
set(CPACK_STRIP_FILES ON)
# Files go to /etc as well as to the prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/debian_files.cmake")

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# libwebsockets loads it by name, so that shlibdeps does not see it.
set(CPACK_DEBIAN_PACKAGE_DEPENDS libwebsockets-evlib-ev)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "mosquitto, postgresql, kcat, jq")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"tlm takes what devices say from MQTT, carries it through Kafka without
losing a message, and puts it into PostgreSQL and onto a live page. It is a
kit of small programs that each do one job over pipes or over Kafka; a shell
pipe or a set of systemd units makes them the whole system.")

set(debian "${CMAKE_BINARY_DIR}/debian")
get_property(conffiles GLOBAL PROPERTY TLM_CONFFILES)
list(JOIN conffiles "\n" conffiles)
file(WRITE "${debian}/conffiles" "${conffiles}\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${debian}/conffiles")
foreach(script postinst prerm postrm)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/debian/${script}" "${debian}/${script}" COPYONLY)
    list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${debian}/${script}")
endforeach()
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

include(CPack)
