# A toolchain file that prefers clang: with a precompiled header it compiles a LibTorch file three times faster than
# g++. CXX or -DCMAKE_CXX_COMPILER takes precedence.
if(NOT DEFINED CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX})
  find_program(RESZOO_CLANG NAMES clang++-19 clang++-18 clang++-17 clang++-16 clang++)
  if(RESZOO_CLANG)
    set(CMAKE_CXX_COMPILER "${RESZOO_CLANG}")
  endif()
endif()
