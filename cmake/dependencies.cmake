# Finds the dependencies: LibTorch, JSON, xxHash, libdeflate, Highway, curl, OpenSSL, libmicrohttpd, Arrow, and those
# of images: JPEG, PNG, TIFF, GIF, WebP.

# Looks for wheels in a Python environment: the caller's, the active one, or the virtual environment that tools/setup.sh
# creates; or in RESZOO_WHEELS, a folder of unpacked wheels for another processor.
function(reszoo_wheel_folder package result)
  if(RESZOO_WHEELS)
    set(${result} "${RESZOO_WHEELS}/${package}" PARENT_SCOPE)
    return()
  endif()
  foreach(python IN ITEMS "${RESZOO_PYTHON}" "$ENV{VIRTUAL_ENV}/bin/python3"
                          "${PROJECT_SOURCE_DIR}/.deps/venv/bin/python3" python3)
    if(python STREQUAL "" OR python STREQUAL "/bin/python3")
      continue()
    endif()
    execute_process(
      COMMAND ${python} -c "import importlib.util as u, os; print(os.path.dirname(u.find_spec('${package}').origin))"
      OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(NOT failed AND folder)
      set(${result} "${folder}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${result} "" PARENT_SCOPE)
endfunction()

# A project that adds this tree with add_subdirectory links the same imported targets from outside it.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

find_package(nlohmann_json 3.11 REQUIRED)
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
find_library(XXHASH_LIBRARY xxhash REQUIRED)
find_path(HWY_INCLUDE_DIR hwy/highway.h REQUIRED)
find_library(HWY_LIBRARY hwy REQUIRED)

if(RESZOO_RUNTIME_ONLY)
  find_path(FMT_INCLUDE_DIR fmt/format.h REQUIRED)
  return()
endif()

# --- LibTorch: an installed one, otherwise the one in the wheel.
find_package(Torch QUIET)
if(NOT Torch_FOUND)
  reszoo_wheel_folder(torch torch_folder)
  if(torch_folder)
    list(APPEND CMAKE_PREFIX_PATH "${torch_folder}")
    find_package(Torch QUIET)
  endif()
endif()
if(NOT Torch_FOUND)
  message(FATAL_ERROR "reszoo: no LibTorch found; run tools/setup.sh, or give -DCMAKE_PREFIX_PATH=<folder of LibTorch>")
endif()
if(NOT DEFINED Torch_VERSION OR Torch_VERSION VERSION_LESS 2.11)
  message(WARNING "reszoo: LibTorch 2.11 or newer is expected, found ${Torch_VERSION}")
endif()
message(STATUS "reszoo: LibTorch ${Torch_VERSION} in ${TORCH_INSTALL_PREFIX}")

# fmt's headers are those that LibTorch ships; src/base/fmt.cpp compiles its implementation. A folder with a link to them
# alone is for the sources that must not include LibTorch.
find_path(FMT_OF_TORCH fmt/format.h HINTS ${TORCH_INCLUDE_DIRS} REQUIRED NO_DEFAULT_PATH)
set(FMT_INCLUDE_DIR ${PROJECT_BINARY_DIR}/fmt_alone)
file(MAKE_DIRECTORY ${FMT_INCLUDE_DIR})
file(CREATE_LINK ${FMT_OF_TORCH}/fmt ${FMT_INCLUDE_DIR}/fmt SYMBOLIC)
find_path(DEFLATE_INCLUDE_DIR libdeflate.h REQUIRED)
find_library(DEFLATE_LIBRARY deflate REQUIRED)

if(RESZOO_HUB)
  find_package(CURL 7.85 REQUIRED)
  find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
endif()

if(RESZOO_DISTRIBUTED)
  find_path(GLOO_INCLUDE_DIR gloo/algorithm.h REQUIRED)  # only headers: LibTorch contains Gloo
endif()

if(RESZOO_SERVE AND RESZOO_DATA)
  find_path(MICROHTTPD_INCLUDE_DIR microhttpd.h REQUIRED)
  find_library(MICROHTTPD_LIBRARY microhttpd REQUIRED)
endif()

if(RESZOO_DATA)
  find_package(JPEG REQUIRED)  # libjpeg-turbo, for decoding regions of an image
  find_package(PNG REQUIRED)
  find_package(TIFF 4.5 REQUIRED)
  find_package(GIF 5.1 REQUIRED)
  find_path(WEBP_INCLUDE_DIR webp/demux.h REQUIRED)
  find_library(WEBP_LIBRARY webp REQUIRED)
  find_library(WEBP_DEMUX_LIBRARY webpdemux REQUIRED)
  find_package(ZLIB REQUIRED)
  # --- Arrow: a system installation, otherwise the libraries in the pyarrow wheel.
  find_package(Arrow QUIET)
  find_package(Parquet QUIET)
  if(NOT Arrow_FOUND OR NOT Parquet_FOUND)
    reszoo_wheel_folder(pyarrow arrow_folder)
    include(cmake/arrow_wheel.cmake)
    reszoo_import_arrow("${arrow_folder}")
    message(STATUS "reszoo: Arrow from the wheel in ${arrow_folder}")
  endif()
endif()

# CMake omits folders inside the source tree from the search path of installed files, but the wheels may be there.
if(NOT RESZOO_BUNDLE)
  list(APPEND CMAKE_INSTALL_RPATH "${TORCH_INSTALL_PREFIX}/lib" ${arrow_folder})
endif()
