# What `cpack` makes: ganymede, libganymede0, libganymede-dev and python3-ganymede for Debian. scripts/package calls it.
# Configured for /usr and the system's own library folder, as scripts/package does. These components are the packages'
# alone: `cmake --install` leaves them out unless it is asked for one.
include(GNUInstallDirs)
set(packaging ${PROJECT_SOURCE_DIR}/deploy/debian)
set(share ${CMAKE_INSTALL_DATADIR})

install(TARGETS ganymede RUNTIME COMPONENT command EXCLUDE_FROM_ALL)
install(TARGETS ganymede_program RUNTIME DESTINATION libexec/ganymede COMPONENT command EXCLUDE_FROM_ALL)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/recipes ${PROJECT_SOURCE_DIR}/models DESTINATION ${share}/ganymede
  COMPONENT command EXCLUDE_FROM_ALL)
install(FILES ${packaging}/ganymede.desktop DESTINATION ${share}/applications COMPONENT command EXCLUDE_FROM_ALL)
install(FILES ${packaging}/ganymede.svg DESTINATION ${share}/icons/hicolor/scalable/apps
  COMPONENT command EXCLUDE_FROM_ALL)
install(FILES ${packaging}/io.github.ganymede.metainfo.xml DESTINATION ${share}/metainfo
  COMPONENT command EXCLUDE_FROM_ALL)
file(READ ${PROJECT_SOURCE_DIR}/deploy/ganymede.service service)
string(REPLACE /usr/local/bin /usr/bin service "${service}")
string(REPLACE "# /etc/systemd/system/ganymede.service" "# A unit that nobody has enabled yet" service "${service}")
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/packages/ganymede.service CONTENT "${service}")
install(FILES ${CMAKE_BINARY_DIR}/packages/ganymede.service DESTINATION lib/systemd/system
  COMPONENT command EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_SOURCE_DIR}/examples/python/ganymede.py DESTINATION lib/python3/dist-packages COMPONENT python
  EXCLUDE_FROM_ALL)

# Manual pages and completion come from the program itself.
install(CODE "set(program \"$<TARGET_FILE:ganymede>\")
    set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${share}\")
    include(${PROJECT_SOURCE_DIR}/cmake/WriteHelp.cmake)" COMPONENT command EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ganymede)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "Ganymede maintainers <maintainers@ganymede.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL command runtime development python)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
  WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(about "Generative adversarial networks for images as recipes: DCGAN, WGAN, ACGAN,\nSNGAN and others are trained by \
one command, evaluated with the protocol\nbeside each value, explored, and served by a studio in the browser.")
# ganymede_package(COMPONENT NAME SECTION SUMMARY)
function(ganymede_package component name section summary)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${summary}\n${about}" PARENT_SCOPE)
  foreach(file copyright changelog)
    set(source ${packaging}/${file})
    if(file STREQUAL changelog)
      set(source ${CMAKE_BINARY_DIR}/packages/changelog.gz)
    endif()
    install(FILES ${source} DESTINATION ${share}/doc/${name} COMPONENT ${component} EXCLUDE_FROM_ALL)
  endforeach()
endfunction()

find_program(GANYMEDE_GZIP gzip REQUIRED)
execute_process(COMMAND ${GANYMEDE_GZIP} -9nc ${packaging}/changelog COMMAND_ERROR_IS_FATAL ANY
  OUTPUT_FILE ${CMAKE_BINARY_DIR}/changelog.gz)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
file(RENAME ${CMAKE_BINARY_DIR}/changelog.gz ${CMAKE_BINARY_DIR}/packages/changelog.gz)

ganymede_package(command ganymede science "train, evaluate, explore and serve image GANs")
ganymede_package(runtime libganymede${PROJECT_VERSION_MAJOR} libs "image GANs for programs (shared library)")
ganymede_package(development libganymede-dev libdevel "image GANs for programs (development files)")
ganymede_package(python python3-ganymede python "image GANs for programs (Python 3)")

# Chosen through alternatives, or read by other libraries while they run: no linker knows of them.
set(CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS
  "ca-certificates, fonts-dejavu-core, libopenblas0-openmp | libopenblas0, \
libheif-plugin-libde265 | libheif1 (<< 1.16)")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libganymede${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS
  "libganymede${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION}), python3, python3-numpy")
set(CPACK_DEBIAN_PYTHON_PACKAGE_ARCHITECTURE all)
# What depends on the library's package, and that the linker's cache is made anew.
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/packages/shlibs
  CONTENT "libganymede ${PROJECT_VERSION_MAJOR} libganymede${PROJECT_VERSION_MAJOR} (>= ${PROJECT_VERSION})\n")
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/packages/triggers CONTENT "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
  ${CMAKE_BINARY_DIR}/packages/shlibs ${CMAKE_BINARY_DIR}/packages/triggers)
include(CPack)
