# Compares the symbols that the shared library defines with the committed list: those of C, whose names C++ has not changed.
execute_process(COMMAND ${NM} -D --defined-only ${LIBRARY} OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^ \n]+\n" symbols "${lines}")
list(FILTER symbols EXCLUDE REGEX "^_Z")
string(REPLACE ";" "" symbols "${symbols}")
file(READ ${EXPECTED} expected)
if(NOT symbols STREQUAL expected)
  message(FATAL_ERROR "${LIBRARY} defines\n${symbols}but ${EXPECTED} lists\n${expected}")
endif()
