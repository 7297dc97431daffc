# An overlay port that builds the checkout it lies in. LibTorch is not vcpkg's, which is older than reszoo needs: it is the
# one in the wheel of $RESZOO_PYTHON, or at $Torch_DIR.
get_filename_component(SOURCE_PATH "${CURRENT_PORT_DIR}/../../../.." ABSOLUTE)

vcpkg_check_features(OUT_FEATURE_OPTIONS features FEATURES data RESZOO_DATA hub RESZOO_HUB serve RESZOO_SERVE)
set(libtorch "")
foreach(name IN ITEMS RESZOO_PYTHON Torch_DIR)
  if(DEFINED ENV{${name}})
    list(APPEND libtorch "-D${name}=$ENV{${name}}")
  endif()
endforeach()
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS ${features} ${libtorch}
  -DRESZOO_BUILD_TOOLS=OFF -DRESZOO_BUILD_TESTS=OFF -DRESZOO_INSTALL=ON -DRESZOO_DISTRIBUTED=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/reszoo)
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
