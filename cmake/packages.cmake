# cpack: one .tar.gz that needs nothing but glibc and libstdc++, and Debian packages. docs/install.md describes them.
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_PACKAGE_NAME reszoo)
set(CPACK_PACKAGE_VENDOR reszoo)
set(CPACK_PACKAGE_CONTACT "reszoo maintainers <maintainers@reszoo.invalid>")
set(CPACK_PACKAGE_FILE_NAME reszoo-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 0)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/package_parts.cmake)  # which components a generator takes

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/src ${TORCH_INSTALL_PREFIX}/lib ${arrow_libraries})

# reszoo_debian(component name section shlibdeps description needed...): a component as a Debian package, and the components
# that it needs.
function(reszoo_debian component name section shlibdeps description)
  string(TOUPPER ${component} key)
  foreach(pair IN ITEMS NAME=${name} SECTION=${section} SHLIBDEPS=${shlibdeps})
    string(REGEX MATCH "^([A-Z]+)=(.*)$" whole ${pair})
    set(CPACK_DEBIAN_${key}_PACKAGE_${CMAKE_MATCH_1} ${CMAKE_MATCH_2} PARENT_SCOPE)
  endforeach()
  set(CPACK_COMPONENT_${key}_DESCRIPTION "${description}" PARENT_SCOPE)
  set(CPACK_COMPONENT_${key}_DEPENDS ${ARGN} PARENT_SCOPE)
endfunction()

reszoo_debian(libtorch reszoo-libtorch libs ON
  "The shared libraries of LibTorch ${Torch_VERSION} (CPU) and Apache Arrow that reszoo was built with,\nin a folder of reszoo's own.")
reszoo_debian(runtime libreszoo libs ON
  "The shared libraries, for tables and images. libreszoo.so is the C interface." libtorch)
reszoo_debian(plain libreszoo-runtime libs ON
  "reszoo::runtime: predictions without LibTorch and Arrow, with models that reszoo-convert wrote for it.")
reszoo_debian(development libreszoo-dev libdevel OFF
  "Headers, CMake and pkg-config files for programs in C++ and C, with LibTorch's headers." runtime plain)
reszoo_debian(tools reszoo-tools science ON
  "The command-line tools: reszoo-train, reszoo-predict, reszoo-serve and others." runtime)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "nlohmann-json3-dev (>= 3.11)")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS ca-certificates)
include(CPack)
