#include "ganymede/core/arithmetic_error.h"

#include "ganymede/core/log.h"

namespace ganymede {

Error as_error(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  for (const char* words : {"not enough memory", "can't allocate memory", "out of memory"}) {
    if (text.find(words) != std::string::npos) return Error("out of memory", {}, "try a smaller batch");
  }
  spdlog::debug("LibTorch: {}", text);
  return Error("the arithmetic failed on what it was given", {},
               "look at the sizes in the recipe and the data, or report it as a defect with the command that shows it");
}

}  // namespace ganymede
