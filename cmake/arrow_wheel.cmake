# reszoo_import_arrow(folder): defines Arrow::arrow_shared and Parquet::parquet_shared from the libraries and headers
# inside a pyarrow wheel.
function(reszoo_import_arrow folder)
  foreach(target IN ITEMS Arrow::arrow_shared Parquet::parquet_shared)
    string(REGEX MATCH "[a-z]+_" name ${target})
    string(REPLACE "_" "" name ${name})
    file(GLOB library "${folder}/lib${name}.so.*")
    if(NOT library)
      message(FATAL_ERROR "reszoo: no lib${name}.so in \"${folder}\"; run tools/setup.sh, or give -DRESZOO_DATA=OFF for reszoo::core alone")
    endif()
    list(GET library 0 library)
    add_library(${target} SHARED IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES
      IMPORTED_LOCATION "${library}" INTERFACE_INCLUDE_DIRECTORIES "${folder}/include")
  endforeach()
endfunction()
