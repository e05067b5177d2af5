# LibTorch as the target `ganymede_torch`, found by its own files: Debian's package, or the one that GANYMEDE_LIBTORCH
# names (an unpacked LibTorch, the `torch` folder of a Python environment). Its own TorchConfig.cmake would ask for the
# CUDA toolkit, which only those need who compile CUDA code; we call what LibTorch has compiled. Not CMAKE_PREFIX_PATH:
# other libraries' headers that LibTorch brings would be found there too.
if(GANYMEDE_WHEEL AND NOT GANYMEDE_LIBTORCH)
  find_package(Python 3.10 REQUIRED COMPONENTS Interpreter)
  execute_process(COMMAND ${Python_EXECUTABLE} -c "import torch; print(torch.__path__[0], end='')"
    OUTPUT_VARIABLE GANYMEDE_LIBTORCH COMMAND_ERROR_IS_FATAL ANY)
endif()
set(GANYMEDE_LIBTORCH "" CACHE PATH "Folder of a LibTorch (with include/ and lib/); the system's unless given")
if(GANYMEDE_LIBTORCH)
  set(where PATHS ${GANYMEDE_LIBTORCH} NO_DEFAULT_PATH)
endif()
find_path(GANYMEDE_TORCH_HEADERS ATen/Context.h ${where} PATH_SUFFIXES include REQUIRED)
find_path(GANYMEDE_TORCH_API_HEADERS torch/version.h ${where} PATH_SUFFIXES include/torch/csrc/api/include
  torch/csrc/api/include REQUIRED)
foreach(name torch torch_cpu c10)
  find_library(GANYMEDE_LIB_${name} ${name} ${where} PATH_SUFFIXES lib REQUIRED)
  list(APPEND torch_libraries ${GANYMEDE_LIB_${name}})
endforeach()
# Only beside the others: a second LibTorch on the machine must not lend its own.
get_filename_component(torch_library_folder ${GANYMEDE_LIB_torch_cpu} DIRECTORY)
# A wheel runs beside PyTorch for CPUs as well: what its libtorch.so brings is what there is.
if(GANYMEDE_WHEEL)
  list(REMOVE_ITEM torch_libraries ${GANYMEDE_LIB_torch})
  list(PREPEND torch_libraries -Wl,--no-as-needed ${GANYMEDE_LIB_torch} -Wl,--as-needed)
else()
  set(torch_gpu_names torch_cuda c10_cuda)
endif()
foreach(name ${torch_gpu_names})
  find_library(GANYMEDE_LIB_${name} ${name} PATHS ${torch_library_folder} NO_DEFAULT_PATH)
  if(GANYMEDE_LIB_${name})
    list(APPEND torch_cuda_libraries ${GANYMEDE_LIB_${name}})
  endif()
endforeach()

file(STRINGS ${GANYMEDE_TORCH_API_HEADERS}/torch/version.h version_lines
  REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
if(NOT version_lines)
  file(STRINGS ${GANYMEDE_TORCH_HEADERS}/torch/headeronly/version.h version_lines
    REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
endif()
string(REGEX REPLACE "[^0-9;]" "" version_numbers "${version_lines}")
string(REPLACE ";" "." version_text "${version_numbers}")
set(GANYMEDE_TORCH_VERSION ${version_text} CACHE INTERNAL "Version of the LibTorch in use")
if(CMAKE_CXX_COMPILER_ID MATCHES Clang AND GANYMEDE_TORCH_VERSION VERSION_LESS 2)
  message(FATAL_ERROR
    "LibTorch ${GANYMEDE_TORCH_VERSION}'s headers use vectors of incomplete types, which Clang refuses in C++20; "
    "use GCC, or a LibTorch 2 (scripts/build cuda brings one)")
endif()
message(STATUS "LibTorch ${GANYMEDE_TORCH_VERSION}: ${torch_library_folder}")

# LibTorch from PyPI brings headers of other libraries too (fmt, protobuf), which would hide Debian's, whose code we
# link. A folder of links to Debian's goes before it, so that the program has one of each.
set(own_headers ${CMAKE_BINARY_DIR}/own_headers)
file(MAKE_DIRECTORY ${own_headers})
foreach(library fmt google)
  find_path(GANYMEDE_OWN_${library} NAMES ${library}/format.h ${library}/protobuf/message.h
    PATHS /usr/include NO_DEFAULT_PATH)
  if(EXISTS ${GANYMEDE_TORCH_HEADERS}/${library} AND GANYMEDE_OWN_${library}
     AND NOT GANYMEDE_OWN_${library} STREQUAL GANYMEDE_TORCH_HEADERS)
    file(CREATE_LINK ${GANYMEDE_OWN_${library}}/${library} ${own_headers}/${library} SYMBOLIC)
  endif()
endforeach()

# "System": the warnings of LibTorch's headers are not ours.
add_library(ganymede_torch INTERFACE)
target_include_directories(ganymede_torch SYSTEM
  INTERFACE ${own_headers} ${GANYMEDE_TORCH_HEADERS} ${GANYMEDE_TORCH_API_HEADERS})
# The standard library is loaded first: PyPI's LibTorch 2.11 has parts of an older one within, under the same names.
target_link_libraries(ganymede_torch INTERFACE stdc++ ${torch_libraries} OpenMP::OpenMP_CXX)
if(torch_cuda_libraries)
  # Most of it is not called by name: it registers itself when it is loaded.
  target_link_libraries(ganymede_torch INTERFACE -Wl,--no-as-needed ${torch_cuda_libraries} -Wl,--as-needed)
  # For core/cuda_graph.cpp alone. PyPI's LibTorch brings them beside itself.
  get_filename_component(torch_neighbours ${torch_library_folder}/../.. ABSOLUTE)
  file(GLOB cuda_runtimes ${torch_neighbours}/nvidia/cu*/include ${torch_neighbours}/nvidia/cuda_runtime/include)
  find_path(GANYMEDE_CUDA_HEADERS crt/host_config.h HINTS ${cuda_runtimes} /usr/local/cuda/include
    DOC "Folder of CUDA's headers, for the capture of training steps")
  # For distributed/nccl_exchange.cpp alone, which needs CUDA's C++ headers as well. Older LibTorchs cannot end a sum
  # that waits for a lost process.
  if(GANYMEDE_CUDA_HEADERS AND EXISTS ${GANYMEDE_CUDA_HEADERS}/nv/target
     AND GANYMEDE_TORCH_VERSION VERSION_GREATER_EQUAL 2.6)
    find_path(GANYMEDE_NCCL_HEADERS nccl.h HINTS ${torch_neighbours}/nvidia/nccl/include /usr/local/cuda/include
      DOC "Folder of NCCL's header, for sums between GPUs")
  endif()
endif()
