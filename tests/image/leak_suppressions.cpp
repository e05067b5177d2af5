// Read by the leak sanitizer, where the build has one: fontconfig keeps about a kilobyte for the life of the process
// once cairo has chosen a font, however much is drawn.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfontconfig\n";
}
