# What makes a mistake in memory end the program instead of being used, and what makes a build the same bytes wherever
# it is made. For all that is shipped: sanitizers do the same and more, and do not go together with it.
# tests/cli/test_supply_chain.py looks for it in the built program.
include(CheckCXXCompilerFlag)
include(CheckPIESupported)

# No paths of the machine: in messages of libraries' assertions, in debug symbols, in what names the unit.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=build)

check_pie_supported(LANGUAGES CXX)
add_link_options(-Wl,-z,noexecstack)
if(NOT GANYMEDE_SANITIZE)
  # All symbols are looked up before main(), and then their table is read-only.
  add_link_options(-Wl,-z,relro -Wl,-z,now)
  add_compile_options(-fstack-protector-strong)
  # Indirect jumps may only go where functions begin; a large frame touches each of its pages.
  foreach(flag -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "GANYMEDE_HAS${flag}" known)
    check_cxx_compiler_flag(${flag} ${known})
    if(${known})
      add_compile_options(${flag})
    endif()
  endforeach()
  # The standard library's functions that know how large the memory is that they write to. It needs an optimising build;
  # 3 knows more sizes than 2, from GCC 12 and Clang 9 on with a glibc that has it.
  add_compile_options($<$<CONFIG:Release>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=3>)
endif()

# Loops over plain numbers, whose lengths their callers checked: compiled as they always were, to the same speed.
set(GANYMEDE_LOOP_OPTIONS "-fno-stack-protector;-U_FORTIFY_SOURCE")
