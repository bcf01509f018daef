# Run by CPack before the package is made, in CPACK_TEMPORARY_INSTALL_DIRECTORY: what Debian expects of
# the files of a package, and nobody else.

set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}")
set(doc "${root}/usr/share/doc/tlm")
set(source "${CMAKE_CURRENT_LIST_DIR}/..")

function(gzip)
    execute_process(COMMAND gzip -9n ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(COPY "${source}/cmake/debian/copyright" DESTINATION "${doc}")
configure_file("${source}/CHANGELOG.md" "${doc}/changelog" COPYONLY)
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE "${doc}/changelog.Debian"
"tlm (${CPACK_DEBIAN_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * changelog.gz says what is new in tlm ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
file(GLOB pages "${root}/usr/share/man/man*/*.[1-8]")
gzip("${doc}/changelog" "${doc}/changelog.Debian" ${pages})
