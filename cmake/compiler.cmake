# How every target is compiled: C++ standard, warnings, and one precompiled header.

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  find_program(RESZOO_CCACHE ccache)
  if(RESZOO_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # ccache reuses objects that were built with a precompiled header only if it ignores the header's time stamps.
    set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${RESZOO_CCACHE})
  endif()
endif()

option(RESZOO_TIDY "Run clang-tidy on every file" OFF)
if(RESZOO_TIDY)
  find_program(CLANG_TIDY NAMES clang-tidy-19 clang-tidy-18 clang-tidy-17 clang-tidy-16 clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY})
endif()

# Installed files find each other, and LibTorch at its build-time location. In a package LibTorch is beside them; there
# DT_RPATH instead of DT_RUNPATH also finds what the libraries beside them need.
set(CMAKE_INSTALL_RPATH "$ORIGIN;$ORIGIN/../${CMAKE_INSTALL_LIBDIR};$ORIGIN/../../${CMAKE_INSTALL_LIBDIR}")
if(RESZOO_BUNDLE)
  list(APPEND CMAKE_INSTALL_RPATH "$ORIGIN/reszoo/lib" "$ORIGIN/../../${CMAKE_INSTALL_LIBDIR}/reszoo/lib")
  add_link_options(LINKER:--disable-new-dtags)
else()
  set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
endif()

# A precompiled header is shared by libraries and programs, so both must be compiled with the same options: position
# independent, and without per-library macros.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_COMPILE_OPTIONS_PIE ${CMAKE_CXX_COMPILE_OPTIONS_PIC})

add_library(reszoo_warnings INTERFACE)
# g++ takes a file that is compiled with others for a header, where a class with members of a type in an unnamed
# namespace would be a mistake.
target_compile_options(reszoo_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wno-unused-parameter
  $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage> $<$<BOOL:${RESZOO_WERROR}>:-Werror>)

option(RESZOO_UNITY "Compile several files of a folder at once" ON)
set(RESZOO_UNITY_FILES 10 CACHE STRING "Files that are compiled at once, at most")

# reszoo_unity(group sources...): compiles these sources a few at a time, in their order. Most of a file's compile time
# is spent on headers and templates of LibTorch, which neighbouring files need too.
function(reszoo_unity group)
  list(LENGTH ARGN count)
  math(EXPR units "(${count} + ${RESZOO_UNITY_FILES} - 1) / ${RESZOO_UNITY_FILES}")
  set(number 0)
  foreach(source IN LISTS ARGN)
    math(EXPR unit "${number} * ${units} / ${count}")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group}_${unit})
    math(EXPR number "${number} + 1")
  endforeach()
endfunction()

# reszoo_compile(target): sets the private options that all targets share.
function(reszoo_compile target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF DEFINE_SYMBOL ""
    UNITY_BUILD ${RESZOO_UNITY} UNITY_BUILD_MODE GROUP)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:reszoo_warnings>)
  if(RESZOO_PCH)
    target_precompile_headers(${target} REUSE_FROM reszoo_pch)
    if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
      target_compile_options(${target} PRIVATE -Xclang -fno-pch-timestamp)
    endif()
  endif()
endfunction()
