# cmake --install: installs headers, libraries, tools, and packages for find_package and pkg-config. The components are
# `runtime` (shared libraries), `plain` (reszoo::runtime, which has no LibTorch), `development` (what a compiler needs) and `tools`.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/reszoo)
set(libraries)
foreach(library IN ITEMS reszoo_core reszoo_export reszoo_data reszoo_hub reszoo_train reszoo_recipes reszoo_distributed
                        reszoo_serve reszoo_reszoo)
  if(TARGET ${library})
    list(APPEND libraries ${library})
  endif()
endforeach()
set(places
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)

if(libraries)
  install(TARGETS ${libraries} EXPORT reszooTargets ${places})
  install(EXPORT reszooTargets NAMESPACE reszoo:: DESTINATION ${package_folder} COMPONENT development)
endif()
# Apart from the others: programs that link them need neither LibTorch nor what else the others need.
string(REPLACE "runtime" "plain" plain_places "${places}")
install(TARGETS reszoo_runtime EXPORT reszooRuntimeTargets ${plain_places})
install(EXPORT reszooRuntimeTargets NAMESPACE reszoo:: DESTINATION ${package_folder} COMPONENT development)
if(TARGET reszoo_c)
  install(TARGETS reszoo_c EXPORT reszooCTargets ${places})
  install(EXPORT reszooCTargets NAMESPACE reszoo:: DESTINATION ${package_folder} COMPONENT development)
  configure_file(cmake/reszoo.pc.in ${PROJECT_BINARY_DIR}/reszoo.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/reszoo.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endif()
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
configure_package_config_file(cmake/reszooConfig.cmake.in ${PROJECT_BINARY_DIR}/reszooConfig.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/reszooConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/reszooConfig.cmake ${PROJECT_BINARY_DIR}/reszooConfigVersion.cmake cmake/arrow_wheel.cmake
  DESTINATION ${package_folder} COMPONENT development)
