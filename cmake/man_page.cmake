# Run by tlm_man_page() at build time: SOURCE with its inclusions filled in, through SCDOC, to OUTPUT.

file(READ "${SOURCE}" text)

if(PROGRAM)
    execute_process(COMMAND "${PROGRAM}" --generate man
        OUTPUT_VARIABLE options COMMAND_ERROR_IS_FATAL ANY)
    string(FIND "${text}" "\n@OPTIONS@\n" at)
    if(at EQUAL -1)
        message(FATAL_ERROR "${SOURCE}: no line @OPTIONS@")
    endif()
    string(REPLACE "\n@OPTIONS@\n" "\n${options}\n" text "${text}")
endif()

string(REGEX MATCHALL "\n@include [a-z-]+@" inclusions "${text}")
foreach(inclusion IN LISTS inclusions)
    string(REGEX REPLACE "\n@include ([a-z-]+)@" "\\1" name "${inclusion}")
    file(READ "${FRAGMENTS}/${name}.scd" fragment)
    string(REPLACE "${inclusion}" "\n${fragment}" text "${text}")
endforeach()

file(WRITE "${OUTPUT}.scd" "${text}")
execute_process(COMMAND "${SCDOC}" INPUT_FILE "${OUTPUT}.scd" OUTPUT_FILE "${OUTPUT}.part"
    RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "scdoc cannot read ${OUTPUT}.scd, made from ${SOURCE}")
endif()
file(RENAME "${OUTPUT}.part" "${OUTPUT}")
