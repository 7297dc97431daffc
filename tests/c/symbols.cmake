# Compares the symbols that the shared library defines with the committed list.
execute_process(COMMAND ${NM} -D --defined-only ${LIBRARY} OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^ \n]+\n" symbols "${lines}")
string(REPLACE ";" "" symbols "${symbols}")
file(READ ${EXPECTED} expected)
if(NOT symbols STREQUAL expected)
  message(FATAL_ERROR "${LIBRARY} defines\n${symbols}but ${EXPECTED} lists\n${expected}")
endif()
