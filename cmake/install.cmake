# cmake --install: headers, libraries, tools, and a package that find_package reads.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/reszoo)
