# A toolchain file: cross-compiles for AArch64 Linux by clang, against the Debian root and the wheels that tools/aarch64.sh
# fetches, and runs tests by qemu. RESZOO_QEMU_CPU is the processor that qemu shows, such as max,sve256=on.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
get_filename_component(deps "${CMAKE_CURRENT_LIST_DIR}/../.deps/aarch64" ABSOLUTE)

include(${CMAKE_CURRENT_LIST_DIR}/fast-compiler.cmake)
set(CMAKE_CXX_COMPILER_TARGET aarch64-linux-gnu)
set(CMAKE_C_COMPILER clang-16)
set(CMAKE_C_COMPILER_TARGET aarch64-linux-gnu)
set(CMAKE_SYSROOT ${deps}/sysroot)
set(CMAKE_FIND_ROOT_PATH ${CMAKE_SYSROOT} ${deps}/wheels)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(RESZOO_WHEELS ${deps}/wheels)

set(RESZOO_QEMU_CPU max CACHE STRING "The processor that qemu shows to tests")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES RESZOO_QEMU_CPU)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64;-cpu;${RESZOO_QEMU_CPU};-L;${CMAKE_SYSROOT})
set(CMAKE_Fortran_COMPILER NOTFOUND)  # g++'s for this machine would be found
