# RESZOO_BUNDLE: what a package holds beside reszoo, in lib/reszoo, which is laid out like an unpacked libtorch.zip. The
# components are `libtorch` (LibTorch's and Arrow's shared libraries) and `system` (all others but glibc's and g++'s, for
# an archive that needs no packages of a distribution); LibTorch's headers and CMake files are part of `development`.
if(NOT BUILD_SHARED_LIBS OR NOT RESZOO_DATA)
  message(FATAL_ERROR "reszoo: RESZOO_BUNDLE needs BUILD_SHARED_LIBS and RESZOO_DATA")
endif()
set(beside ${CMAKE_INSTALL_LIBDIR}/reszoo)

# Every file that is installed and may need libraries, in the build tree, where it finds them.
set(bundle_libraries "")
foreach(library IN LISTS libraries ITEMS reszoo_c)
  get_target_property(type ${library} TYPE)
  if(type STREQUAL "SHARED_LIBRARY")
    string(APPEND bundle_libraries " \"$<TARGET_FILE:${library}>\"")
  endif()
endforeach()
set(bundle_programs "")
foreach(tool IN LISTS RESZOO_TOOLS)
  string(APPEND bundle_programs " \"$<TARGET_FILE:reszoo_tool_${tool}>\"")
endforeach()
get_target_property(arrow_file Arrow::arrow_shared LOCATION)
get_filename_component(arrow_libraries ${arrow_file} DIRECTORY)

foreach(component IN ITEMS libtorch system)
  set(unasked "")
  if(component STREQUAL "system")
    set(unasked EXCLUDE_FROM_ALL)
  endif()
  install(CODE "
    set(libraries ${bundle_libraries})
    set(programs ${bundle_programs})
    set(own \"${TORCH_INSTALL_PREFIX}/lib\" \"${arrow_libraries}\")
    set(component ${component})
    set(strip \"${CMAKE_STRIP}\")
    set(lib \"\${CMAKE_INSTALL_PREFIX}/${beside}/lib\")
    set(doc \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/doc/reszoo\")
    include(\"${PROJECT_SOURCE_DIR}/cmake/bundle_libraries.cmake\")" COMPONENT ${component} ${unasked})
endforeach()

install(DIRECTORY ${TORCH_INSTALL_PREFIX}/include DESTINATION ${beside} COMPONENT development)
install(DIRECTORY ${TORCH_INSTALL_PREFIX}/share/cmake/ATen ${TORCH_INSTALL_PREFIX}/share/cmake/Caffe2
  ${TORCH_INSTALL_PREFIX}/share/cmake/Torch DESTINATION ${beside}/share/cmake COMPONENT development)

# The archive has all that a program in C++ includes. nlohmann-json's CMake files find its headers by their own place.
get_target_property(json_headers nlohmann_json::nlohmann_json INTERFACE_INCLUDE_DIRECTORIES)
list(GET json_headers 0 json_headers)
install(DIRECTORY ${json_headers}/nlohmann DESTINATION ${beside}/include COMPONENT system EXCLUDE_FROM_ALL)
install(DIRECTORY ${nlohmann_json_DIR}/ DESTINATION ${beside}/share/cmake/nlohmann_json COMPONENT system EXCLUDE_FROM_ALL)
install(FILES /usr/share/doc/nlohmann-json3-dev/copyright RENAME nlohmann-json3-dev
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/reszoo/licenses/system COMPONENT system EXCLUDE_FROM_ALL)

# Licences: reszoo's own, and those in the wheels.
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/reszoo COMPONENT runtime)
file(GLOB torch_licenses ${TORCH_INSTALL_PREFIX}/LICENSE ${TORCH_INSTALL_PREFIX}/../torch-*.dist-info/licenses/*)
file(GLOB arrow_licenses ${arrow_libraries}/../pyarrow-*.dist-info/licenses/*)
install(FILES ${arrow_licenses} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/reszoo/licenses/arrow COMPONENT libtorch)
foreach(file IN LISTS torch_licenses)
  if(IS_DIRECTORY ${file})
    install(DIRECTORY ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/reszoo/licenses/libtorch COMPONENT libtorch)
  else()
    install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/reszoo/licenses/libtorch COMPONENT libtorch)
  endif()
endforeach()
