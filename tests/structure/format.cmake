# Checks that every tracked C++ file is formatted by clang-format with .clang-format.
#   cmake -DROOT=<folder> -DCLANG_FORMAT=<program> -P format.cmake
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND git -C ${ROOT} ls-files *.h *.cpp OUTPUT_VARIABLE listed RESULT_VARIABLE failed ERROR_QUIET)
if(failed OR listed STREQUAL "")
  message(STATUS "not a checkout: no list of files to look at")
  return()
endif()
string(STRIP "${listed}" listed)
string(REPLACE "\n" ";" files "${listed}")
list(FILTER files EXCLUDE REGEX "^tests/structure/wrong/")
execute_process(COMMAND ${CLANG_FORMAT} --dry-run -Werror ${files} WORKING_DIRECTORY ${ROOT} RESULT_VARIABLE failed
  ERROR_VARIABLE found)
if(failed)
  string(REGEX MATCHALL "[^\n]+: error: code should be clang-formatted" lines "${found}")
  list(TRANSFORM lines REPLACE ":[0-9]+:[0-9]+: error.*" "")
  list(REMOVE_DUPLICATES lines)
  list(JOIN lines " " wrong)
  message(FATAL_ERROR "${found}\nNot as .clang-format has it; this mends them:\n  ${CLANG_FORMAT} -i ${wrong}")
endif()
list(LENGTH files count)
message(STATUS "${count} files are formatted")
