// Image files, each format for itself, and what they carry beside their pixels.
#include <cstring>

#include "fuzz/targets.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/metadata.h"
#include "image/format_fixtures.h"

namespace ganymede::fuzz {
namespace {

/// The fixtures whose names begin with `kind`.
std::vector<Bytes> fixtures(const std::string& kind) {
  std::vector<Bytes> out;
  for (const auto* list : {&test::kFixtures, &test::kFormatFixtures}) {
    for (const auto& entry : *list) {
      if (std::string_view(entry.name).starts_with(kind)) out.push_back(entry.bytes());
    }
  }
  return out;
}

Bytes decoded_well(const Bytes& bytes, const image::DecodeOptions& wanted) {
  image::FileFacts facts;
  auto decoded = image::decode(bytes, "fuzz", &facts, wanted);
  require(decoded.width > 0 && decoded.height > 0, "an image has pixels");
  require(decoded.bits == wanted.bits, "an image has the bits that are asked for");
  require(decoded.pixels.size() == std::size_t{1} * decoded.width * decoded.height * decoded.pixel_bytes(),
          "an image has all its pixels");
  require(facts.orientation >= 1 && facts.orientation <= 8, "there are eight orientations");
  return std::move(decoded.pixels);
}

/// Files that begin as `format` does; others are of another target.
Target format(const std::string& name, const char* format) {
  const auto read = [format](const Bytes& bytes) {
    const char* found = image::format_of(std::span(bytes).first(std::min(bytes.size(), image::kHeadBytes)));
    if (found == nullptr || std::strcmp(found, format) != 0) return;
    // As people are shown it, with all that can be asked for, and with its channels as they are stored, which images of
    // others refuse.
    saw(decoded_well(bytes, {}));
    saw(decoded_well(bytes, {.bits = 16, .convert_profiles = true}));
    try {
      decoded_well(bytes, {.bits = 16, .channels = 4});
    } catch (const Error&) {
    }
  };
  return {name, read, [name] { return fixtures(name); }};
}

}  // namespace

std::vector<Target> image_targets() {
  std::vector<Target> out{
      format("png", "PNG"),
      format("jpeg", "JPEG"),
      format("webp", "WebP"),
      format("gif", "GIF"),
      format("bmp", "BMP"),
      {"exif", [](const Bytes& bytes) { image::orientation_of_exif(bytes); },
       [] {
         return std::vector<Bytes>{
             bytes_of_text(std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", 26))};
       }},
      {"xmp", [](const Bytes& bytes) { image::orientation_of_xmp(text_of(bytes)); },
       [] {
         return std::vector<Bytes>{bytes_of_text("<x tiff:Orientation=\"6\"/>"),
                                   bytes_of_text("<tiff:Orientation>3</tiff:Orientation>")};
       }},
      {"icc", [](const Bytes& bytes) { image::profile_name(bytes); },
       [] { return std::vector<Bytes>{Bytes(160), Bytes(132)}; }},
  };
  for (const auto& [name, known] : image::formats()) {
    const std::string text = name;
    if (known && text == "TIFF") out.push_back(format("tiff", name));
    if (known && text == "AVIF") out.push_back(format("avif", name));
    if (known && text == "HEIC") out.push_back(format("heic", name));
    if (known && text == "JPEG XL") out.push_back(format("jxl", name));
  }
  return out;
}

}  // namespace ganymede::fuzz
