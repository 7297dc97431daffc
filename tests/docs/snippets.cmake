# Turns the ```cpp blocks of a page into programs that are compiled and run.
#
# - A block with `int main` is a program of its own. The other blocks of a page
#   are functions of one program, each in its own scope, with
#   `reszoo/reszoo.h` and `using namespace reszoo;`; their `#include` lines are
#   moved to the top.
# - A ```text block that follows, with only blank lines between, is the expected
#   output of the block.
# - An HTML comment on the line before the block changes that:
#     <!-- compile only -->       compiled, not run
#     <!-- not run: reason -->    neither compiled nor run
#     <!-- continued -->          continues the scope of the previous block

# Finds the position of `needle` at or after `start`, or -1.
function(reszoo_find text needle start result)
  string(SUBSTRING "${text}" ${start} -1 rest)
  string(FIND "${rest}" "${needle}" at)
  if(at GREATER_EQUAL 0)
    math(EXPR at "${at} + ${start}")
  endif()
  set(${result} ${at} PARENT_SCOPE)
endfunction()

# Computes the line number, from 1, of position `at`.
function(reszoo_line_of text at result)
  string(SUBSTRING "${text}" 0 ${at} before)
  string(REGEX MATCHALL "\n" breaks "${before}")
  list(LENGTH breaks line)
  math(EXPR line "${line} + 1")
  set(${result} ${line} PARENT_SCOPE)
endfunction()

# Reads the comment on the last line of `before`: "run", "compile only", "not run" or "continued".
function(reszoo_block_mode before where result)
  string(FIND "${before}" "\n" at REVERSE)
  math(EXPR at "${at} + 1")
  string(SUBSTRING "${before}" ${at} -1 last)
  if(last MATCHES "^<!-- (compile only|continued|not run)(: .+)? -->$")
    set(${result} "${CMAKE_MATCH_1}" PARENT_SCOPE)
  elseif(last MATCHES "^<!--")
    message(FATAL_ERROR "${where}: unknown comment before a cpp block: ${last}")
  else()
    set(${result} "run" PARENT_SCOPE)
  endif()
endfunction()

# Reads the expected output of a block: the ```text block that follows it, as a C++ literal, or "".
function(reszoo_block_output rest result)
  set(${result} "" PARENT_SCOPE)
  string(REGEX MATCH "^\n*" blank "${rest}")
  string(LENGTH "${blank}" start)
  string(SUBSTRING "${rest}" ${start} -1 rest)
  string(FIND "${rest}" "```text\n" at)
  if(at EQUAL 0)
    reszoo_find("${rest}" "\n```" 8 end)
    math(EXPR length "${end} - 8")
    string(SUBSTRING "${rest}" 8 ${length} expected)
    set(${result} "R\"printed(${expected})printed\"" PARENT_SCOPE)
  endif()
endfunction()

# Moves the #include lines of `code` to the variable `includes`; line numbers stay the same.
function(reszoo_take_includes code_variable includes_variable)
  string(REGEX MATCHALL "#include [^;\n]+\n" found "\n${${code_variable}}")
  string(REGEX REPLACE "#include [^;\n]+\n" "\n" code "${${code_variable}}")
  set(${code_variable} "${code}" PARENT_SCOPE)
  string(APPEND ${includes_variable} ${found})
  set(${includes_variable} "${${includes_variable}}" PARENT_SCOPE)
endfunction()

# reszoo_extract(page label folder result [entry]): writes <folder>/<stem>.cpp for the blocks that are functions and
# <folder>/<stem>_main<line>.cpp for each complete program; `result` receives the list of sources. `label` names the
# page in messages, `entry` the function that runs the blocks (main). A source that is only compiled begins with
# "// compile only".
function(reszoo_extract page label folder result)
  set(entry main)
  if(ARGC GREATER 4)
    set(entry ${ARGV4})
  endif()
  file(READ ${page} text)
  string(REPLACE "\r\n" "\n" text "${text}")
  set(text "\n${text}")
  get_filename_component(stem ${page} NAME_WE)
  string(TOLOWER ${stem} stem)
  set(sources "")
  set(includes "")
  set(functions "")
  set(blocks "")
  set(open "")  # code that may be followed by "continued" blocks
  set(start 0)
  while(TRUE)
    reszoo_find("${text}" "\n```cpp\n" ${start} at)
    if(at LESS 0)
      break()
    endif()
    math(EXPR code_at "${at} + 8")
    math(EXPR search_at "${code_at} - 1")  # an empty block ends where it begins
    reszoo_find("${text}" "\n```" ${search_at} end)
    # The text has one line more than the page, and the fence has one line more than its line break.
    reszoo_line_of("${text}" ${at} fence)
    set(where "${label}:${fence}")
    if(end LESS 0)
      message(FATAL_ERROR "${where}: cpp block without an end")
    endif()
    math(EXPR length "${end} - ${code_at} + 1")
    string(SUBSTRING "${text}" ${code_at} ${length} code)
    string(SUBSTRING "${text}" 0 ${at} before)
    math(EXPR after "${end} + 4")
    string(SUBSTRING "${text}" ${after} -1 rest)
    set(start ${end})
    math(EXPR first_line "${fence} + 1")

    reszoo_block_mode("${before}" "${where}" mode)
    if(mode STREQUAL "not run")
      continue()
    endif()
    reszoo_block_output("${rest}" expected)
    if(code MATCHES "int main")
      set(source ${folder}/${stem}_main${fence}.cpp)
      set(head "// A program of ${label}.\n")
      if(mode STREQUAL "compile only")
        set(head "// compile only\n")
      endif()
      file(CONFIGURE OUTPUT ${source} CONTENT "${head}#line ${first_line} \"${label}\"\n@code@" @ONLY)
      list(APPEND sources ${source})
      continue()
    endif()

    reszoo_take_includes(code includes)
    set(body "#line ${first_line} \"${label}\"\n${code}")
    if(mode STREQUAL "continued")
      if(open STREQUAL "")
        message(FATAL_ERROR "${where}: no block before it that it could continue")
      endif()
      if(NOT expected STREQUAL "")
        string(APPEND body "printed.expect(${expected});\n")
      endif()
      string(APPEND open "printed.at = \"${where}\";\n${body}")
      continue()
    endif()
    if(NOT open STREQUAL "")
      string(APPEND functions "${open}}\n\n")
    endif()
    if(NOT expected STREQUAL "")
      string(APPEND body "printed.expect(${expected});\n")
    endif()
    set(open "[[maybe_unused]] void block_${fence}([[maybe_unused]] Printed& printed) {\nprinted.at = \"${where}\";\n${body}")
    if(NOT mode STREQUAL "compile only")
      string(APPEND blocks "  printed.run(block_${fence});\n")
    endif()
  endwhile()
  if(NOT open STREQUAL "")
    string(APPEND functions "${open}}\n")
    set(source ${folder}/${stem}.cpp)
    file(READ ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/page.cpp.in frame)
    string(CONFIGURE "${frame}" program @ONLY)
    file(CONFIGURE OUTPUT ${source} CONTENT "@program@" @ONLY)
    list(APPEND sources ${source})
  endif()
  set(${result} "${sources}" PARENT_SCOPE)
endfunction()
