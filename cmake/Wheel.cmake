# What the Python wheel holds (pyproject.toml): the package `ganymede`, with the library and the program in it. PyPI's
# PyTorch lies beside it.
set_target_properties(libganymede PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN/../torch/lib")
set_target_properties(ganymede_program PROPERTIES BUILD_WITH_INSTALL_RPATH ON
  INSTALL_RPATH "$ORIGIN/../../torch/lib")
install(PROGRAMS $<TARGET_FILE:ganymede> DESTINATION ganymede COMPONENT wheel)
install(PROGRAMS $<TARGET_FILE:ganymede_program> DESTINATION ganymede/libexec COMPONENT wheel)
# A wheel holds no links: the file has the name that is asked for.
install(PROGRAMS $<TARGET_FILE:libganymede> DESTINATION ganymede RENAME libganymede.so.${PROJECT_VERSION_MAJOR}
  COMPONENT wheel)
install(FILES ${PROJECT_SOURCE_DIR}/examples/python/ganymede.py DESTINATION ganymede RENAME __init__.py COMPONENT wheel)
install(FILES ${PROJECT_SOURCE_DIR}/deploy/wheel/command.py ${PROJECT_SOURCE_DIR}/deploy/wheel/py.typed
  DESTINATION ganymede COMPONENT wheel)
