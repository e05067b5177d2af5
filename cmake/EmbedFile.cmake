# Writes OUTPUT, a C++ file whose FUNCTION() of NAMESPACE (declared in HEADER) gives the bytes of FILE.
file(READ ${FILE} bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "(..)" "\\\\x\\1" literal "${bytes}")
file(WRITE ${OUTPUT} "// Made by cmake/EmbedFile.cmake.\n#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\n"
  "std::string_view ${FUNCTION}() { return {\"${literal}\", ${size}}; }\n\n}  // namespace ${NAMESPACE}\n")
