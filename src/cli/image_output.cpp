#include "cli/image_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/jpeg_encode.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

/// What is named so is meant to be a file: a folder of such a name would be a mistake.
constexpr const char* kFileEndings[] = {".png",  ".apng", ".jpg",  ".webp", ".gif", ".bmp", ".tif",
                                        ".tiff", ".avif", ".heic", ".jxl",  ".svg", ".pdf", ".npy",
                                        ".npz",  ".mp4",  ".webm", ".zip",  ".json"};

std::string kind_of_ending(const std::string& ending) {
  const std::string text = in_small_letters(ending);
  return text == ".jpeg" || text == ".jpe" ? ".jpg" : text;
}

}  // namespace

Output::Output(const std::string& named, const std::vector<std::string>& kinds) : name_(named), kinds_(kinds) {
  stdout_ = named == "-" || named.ends_with(":-");
  const std::string ending = !stdout_       ? kind_of_ending(fs::path(named).extension().string())
                             : named == "-" ? kinds[0]
                                            : kind_of_ending("." + named.substr(0, named.size() - 2));
  const bool known = std::find(kinds.begin(), kinds.end(), ending) != kinds.end();
  std::error_code error;
  const bool folder = !stdout_ && fs::is_directory(named, error);
  if (known && !folder) kind_ = ending;
  const bool file = std::find(std::begin(kFileEndings), std::end(kFileEndings), ending) != std::end(kFileEndings);
  if (!known && (stdout_ || (file && !folder))) {
    throw UsageError(fmt::format("no {} is written here", ending.substr(1)), named,
                     fmt::format("what can be written ends in {}", fmt::join(kinds, ", ")));
  }
  if (stdout_ && isatty(STDOUT_FILENO) != 0) {
    throw UsageError("standard output is a terminal", "-o " + named, "send it to a file or a program, or name a file");
  }
}

void Output::require_kind(bool told) const {
  if (stdout_ && told) {
    throw UsageError("standard output takes either this or the text about it", "-o " + name_, "name a file with -o");
  }
  if (!kind_.empty()) return;
  throw UsageError("its name does not say what it is", name_, fmt::format("end it in {}", fmt::join(kinds_, ", ")));
}

void Output::write(const Bytes& content) const {
  if (!stdout_) return write_file(name_, content);
  std::fwrite(content.data(), 1, content.size(), stdout);  // what fails is said when the program ends
}

void Output::say(const std::string& line) const {
  fmt::print(stdout_ ? stderr : stdout, "{}\n", line);
}

Bytes encoded(const image::Image& image, const Output& output,
              std::span<const std::pair<std::string, std::string>> texts) {
  return output.kind() == ".jpg" ? image::encode_jpeg(image) : image::encode_png(image, texts);
}

}  // namespace ganymede::cli
