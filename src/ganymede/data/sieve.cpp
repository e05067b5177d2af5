#include "ganymede/data/sieve.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "ganymede/core/counted.h"
#include "ganymede/core/text.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/image/decode.h"

namespace ganymede::data {
namespace {

constexpr std::array<std::string_view, 22> kRead = {
    ".png", ".apng", ".jpg",  ".jpeg",  ".jpe",  ".jfif", ".jif",   ".webp", ".gif", ".bmp",   ".dib",
    ".tif", ".tiff", ".avif", ".avifs", ".heic", ".heif", ".heics", ".hif",  ".jxl", ".pjpeg", ".pjp"};
/// Images that nothing here reads.
constexpr std::array<std::string_view, 29> kOther = {".svg", ".svgz", ".psd", ".psb", ".xcf", ".kra", ".ai",  ".eps",
                                                     ".ppm", ".pgm",  ".pbm", ".pnm", ".pam", ".pfm", ".tga", ".dds",
                                                     ".exr", ".hdr",  ".ico", ".cur", ".pcx", ".jp2", ".j2k", ".jpx",
                                                     ".jxr", ".wdp",  ".qoi", ".dcm", ".mng"};
/// Cameras' raw files: TIFF outside, but what a reader of TIFF finds in them is a thumbnail.
constexpr std::array<std::string_view, 17> kRaw = {".dng", ".nef", ".nrw", ".cr2", ".cr3", ".crw",
                                                   ".arw", ".srf", ".sr2", ".orf", ".rw2", ".raf",
                                                   ".pef", ".srw", ".3fr", ".iiq", ".raw"};

/// Tables, and texts so called, in which people keep labels.
constexpr std::array<std::string_view, 4> kTables = {".csv", ".tsv", ".json", ".jsonl"};
constexpr std::array<std::string_view, 12> kLabelTexts = {
    "label.txt",      "labels.txt", "class.txt", "classes.txt", "annotation.txt", "annotations.txt",
    "attributes.txt", "train.txt",  "val.txt",   "test.txt",    "list.txt",       "image_class_labels.txt"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& endings, std::string_view ending) {
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

/// ".jpg" of "a/B.JPG"; empty where there is none.
std::string ending_of(const std::string& name) {
  constexpr std::size_t kLongest = 12;
  const std::string base = base_name(name);
  const auto dot = base.rfind('.');
  if (dot == std::string::npos || dot == 0 || base.size() - dot > kLongest) return {};
  return in_small_letters(std::string_view(base).substr(dot));
}

}  // namespace

bool is_image_name(const std::string& name) {
  return among(kRead, ending_of(name));
}

bool Sieve::takes(const std::string& name, const Head& head) {
  const std::string ending = ending_of(name);
  if (among(kRead, ending)) return true;
  if (!among(kRaw, ending) && !is_archive_name(name) && image::format_of(head()) != nullptr) return true;
  ++turned_away_[ending];
  const auto called = [&](std::string_view known) { return equal_in_any_case(base_name(name), known); };
  if (among(kTables, ending) || std::any_of(kLabelTexts.begin(), kLabelTexts.end(), called)) {
    if (like_labels_++ == 0 || name < first_like_labels_) first_like_labels_ = name;
  }
  return false;
}

std::vector<std::string> Sieve::notes() const {
  std::size_t images = 0, others = 0;
  std::string images_list, others_list;
  for (const auto& [ending, count] : turned_away_) {
    const bool image = among(kOther, ending) || among(kRaw, ending);
    std::string& list = image ? images_list : others_list;
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", grouped(count),
                        ending.empty() ? "without an ending" : printable(ending));
    (image ? images : others) += count;
  }
  std::vector<std::string> notes;
  if (images > 0) {
    notes.push_back(
        fmt::format("left out: {} of formats that are not read ({})", counted(images, "image"), images_list));
  }
  if (others > 0) {
    notes.push_back(fmt::format("left out: {} that {} no image ({})", counted(others, "file"),
                                others == 1 ? "is" : "are", others_list));
  }
  if (like_labels_ > 0) {
    notes.push_back(
        fmt::format("{}{} may hold labels; those of a table called labels, metadata or dataset are read, "
                    "with .csv, .tsv, .json or .jsonl: a column of files and one of classes",
                    listed_name(first_like_labels_),
                    like_labels_ == 1 ? "" : fmt::format(" and {} more", grouped(like_labels_ - 1))));
  }
  return notes;
}

}  // namespace ganymede::data
