# The two kinds of target this project has: a library per folder of src/ganymede, and a test program beside each.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
if(NOT GANYMEDE_FUZZ)
  find_package(OpenMP REQUIRED COMPONENTS CXX)
endif()
find_package(spdlog 1.10 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(tomlplusplus 3.3 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
pkg_check_modules(LIBARCHIVE REQUIRED IMPORTED_TARGET libarchive>=3.6.2)
if(NOT GANYMEDE_FUZZ)
  include(LibTorch)
endif()

add_library(ganymede_options INTERFACE)
target_compile_options(ganymede_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
if(GANYMEDE_WERROR)
  target_compile_options(ganymede_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # ccache sees through a precompiled header only with the first. A file in a unit of several looks like a header to the
  # next. The rest GCC 12 to 14 report falsely inside the standard library's own headers.
  target_compile_options(ganymede_options INTERFACE -fpch-preprocess -Wno-subobject-linkage
    -Wno-error=maybe-uninitialized -Wno-error=array-bounds -Wno-error=stringop-overflow -Wno-error=restrict)
endif()
target_include_directories(ganymede_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(ganymede_options INTERFACE GANYMEDE_VERSION="${PROJECT_VERSION}")
target_link_libraries(ganymede_options INTERFACE fmt::fmt spdlog::spdlog Threads::Threads)
if(GANYMEDE_FUZZ)
  target_compile_options(ganymede_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(GANYMEDE_SANITIZE)
  target_compile_options(ganymede_options INTERFACE -fsanitize=${GANYMEDE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(ganymede_options INTERFACE -fsanitize=${GANYMEDE_SANITIZE})
endif()

# Most of a small file's compile time is its headers: several files to a unit pay for them once. The files of a folder
# must therefore not use one name for two things.
set(CMAKE_UNITY_BUILD ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 7)

# Code that only passes things on, or is run once, need not be optimised as long as the rest.
function(ganymede_quick_to_compile target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# Code of tests is run once: it is not optimised at all, which is a third of its compile time. The standard library's
# checks of sizes need an optimising build.
function(ganymede_quickest_to_compile target)
  target_compile_options(${target} PRIVATE "$<$<CONFIG:Release>:SHELL:-O0 -U_FORTIFY_SOURCE>")
endfunction()

# ganymede_make_pch(NAME LIBRARIES ... HEADERS ...): a precompiled header that targets share. LibTorch's headers cost
# many seconds a file: one is for code with loops of its own, one for what need not be optimised as long, for GCC checks
# that it was made with the same flags.
function(ganymede_make_pch name)
  cmake_parse_arguments(ARG "" "" "LIBRARIES;HEADERS" ${ARGN})
  file(WRITE ${CMAKE_BINARY_DIR}/pch/${name}.cpp.in "// Anchor of a shared precompiled header.\n")
  configure_file(${CMAKE_BINARY_DIR}/pch/${name}.cpp.in ${CMAKE_BINARY_DIR}/pch/${name}.cpp COPYONLY)
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/pch/${name}.cpp)
  target_link_libraries(${name} PRIVATE ganymede_options ${ARG_LIBRARIES})
  target_precompile_headers(${name} PRIVATE
    ${ARG_HEADERS} <fmt/format.h> <memory> <string> <vector> <functional> <map> <span>)
endfunction()

set(torch_header <ganymede/core/torch_compat.h>)
if(NOT GANYMEDE_FUZZ)
  ganymede_make_pch(ganymede_pch_loops LIBRARIES ganymede_torch HEADERS ${torch_header})
  ganymede_make_pch(ganymede_pch LIBRARIES ganymede_torch nlohmann_json::nlohmann_json
    HEADERS ${torch_header} <nlohmann/json.hpp>)
  ganymede_quick_to_compile(ganymede_pch)
endif()

# GoogleTest's headers cost two seconds a file: what test programs share, with LibTorch and without.
function(ganymede_make_test_pchs)
  set(headers <gmock/gmock.h> <gtest/gtest.h> <nlohmann/json.hpp> <filesystem>)
  set(libraries GTest::gmock nlohmann_json::nlohmann_json)
  ganymede_make_pch(ganymede_test_pch LIBRARIES ${libraries} HEADERS ${headers})
  ganymede_make_pch(ganymede_test_pch_torch LIBRARIES ganymede_torch ${libraries} HEADERS ${torch_header} ${headers})
  ganymede_quickest_to_compile(ganymede_test_pch)
  ganymede_quickest_to_compile(ganymede_test_pch_torch)
endfunction()

# A program's code is -fPIE by default, but the precompiled header is a library's, -fPIC: they must agree.
function(ganymede_use_pch target)
  ganymede_quick_to_compile(${target})
  target_compile_options(${target} PRIVATE -fPIC)
  target_precompile_headers(${target} REUSE_FROM ganymede_pch)
endfunction()

# ganymede_vector_passes(FILE...): loops over plain numbers, compiled for the vector units of several processors
# (core/instruction_level.h). They need no LibTorch, so no precompiled header either.
function(ganymede_vector_passes)
  # Square roots and comparisons become vector instructions only without their side effects on errno and the flags.
  set_source_files_properties(${ARGN} PROPERTIES SKIP_PRECOMPILE_HEADERS ON
    COMPILE_OPTIONS "-O3;-fno-math-errno;-fno-trapping-math;${GANYMEDE_LOOP_OPTIONS}")
endfunction()

# ganymede_library(NAME [TORCH] [LOOPS] SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...])
# Where LibTorch does the arithmetic its caller need not be optimised fully, unless it has LOOPS of its own.
function(ganymede_library name)
  cmake_parse_arguments(ARG "TORCH;LOOPS" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  if(ARG_TORCH AND GANYMEDE_FUZZ)
    return()
  endif()
  add_library(ganymede_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(ganymede_${name} PUBLIC ganymede_options ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  if(ARG_TORCH)
    target_link_libraries(ganymede_${name} PUBLIC ganymede_torch)
    if(ARG_LOOPS)
      target_precompile_headers(ganymede_${name} REUSE_FROM ganymede_pch_loops)
    else()
      ganymede_use_pch(ganymede_${name})
    endif()
  endif()
endfunction()

# ganymede_entries(VARIABLE HEADER NAMESPACE::REGISTRY ENTRY...): sources, in VARIABLE, that fill a registry: ENTRY.cpp
# of each, where there is one, and a file whose add_entries(REGISTRY&), which HEADER declares, calls register_ENTRY()
# of each, in this order.
function(ganymede_entries variable header registry)
  string(REGEX MATCH "^(.*)::(.*)$" name ${registry})
  set(namespace ${CMAKE_MATCH_1})
  set(type ${CMAKE_MATCH_2})
  set(made ${CMAKE_CURRENT_BINARY_DIR}/${type}.cpp)
  set(sources ${made})
  set(declared "")
  set(called "")
  foreach(entry ${ARGN})
    string(APPEND declared "void register_${entry}(${type}& registry);\n")
    string(APPEND called "  register_${entry}(registry);\n")
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${entry}.cpp)
      list(APPEND sources ${entry}.cpp)
    endif()
  endforeach()
  file(CONFIGURE OUTPUT ${made} @ONLY CONTENT "// Made by ganymede_entries() of the names in CMakeLists.txt.
#include \"${header}\"

namespace ganymede::${namespace} {

${declared}
void add_entries(${type}& registry) {
${called}}

}  // namespace ganymede::${namespace}
")
  # Not among the folder's files, whose units it would cut otherwise.
  set_source_files_properties(${made} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()

# ganymede_test(NAME [TORCH] SOURCES ... DEPENDS ...): one GoogleTest program for a folder.
function(ganymede_test name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(ganymede_test_${name} ${ARG_SOURCES})
  target_link_libraries(ganymede_test_${name}
    PRIVATE ganymede_options ${ARG_DEPENDS} ganymede_test_support GTest::gmock)
  ganymede_quickest_to_compile(ganymede_test_${name})
  target_compile_options(ganymede_test_${name} PRIVATE -fPIC)
  if(ARG_TORCH)
    target_link_libraries(ganymede_test_${name} PRIVATE ganymede_torch)
    target_precompile_headers(ganymede_test_${name} REUSE_FROM ganymede_test_pch_torch)
  else()
    target_precompile_headers(ganymede_test_${name} REUSE_FROM ganymede_test_pch)
  endif()
  set_target_properties(ganymede_test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ganymede_test_${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

# A LibTorch outside the system's folders is found where it was; the system's own needs no path. By its name: of the
# link path, CMake leaves out what lies below the project, as the LibTorch of `scripts/build cuda` does.
function(ganymede_find_libtorch_when_installed target)
  if(GANYMEDE_LIBTORCH)
    set_target_properties(${target} PROPERTIES INSTALL_RPATH ${torch_library_folder})
  endif()
endfunction()

# ganymede_embed(VARIABLE HEADER NAMESPACE FUNCTION|FILE...): sources, in VARIABLE, whose functions (declared in HEADER)
# give the bytes of files.
function(ganymede_embed variable header namespace)
  set(sources)
  foreach(asset ${ARGN})
    string(REPLACE "|" ";" asset ${asset})
    list(GET asset 0 function)
    list(GET asset 1 file)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFILE=${file} -DFUNCTION=${function} -DHEADER=${header}
        -DNAMESPACE=${namespace} -P ${PROJECT_SOURCE_DIR}/cmake/EmbedFile.cmake
      DEPENDS ${file} ${PROJECT_SOURCE_DIR}/cmake/EmbedFile.cmake VERBATIM)
    list(APPEND sources ${output})
  endforeach()
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()
