#include "ganymede/core/file_kind.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "ganymede/core/text.h"

namespace ganymede {
namespace {

constexpr const char* kImportHint = "make a model of it first: ganymede import FILE -o MODEL.safetensors";
constexpr const char* kLeftHint =
    "files for other programs do not come back; name the model or the run folder that it was exported from";
constexpr const char* kAnotherHint = "name a model.safetensors or a run folder";
constexpr std::size_t kBegin = 512, kEnd = 64 << 10;

/// The bytes at the file's begin, or before its end.
std::string part(std::istream& file, std::size_t bytes, bool end) {
  file.clear();
  file.seekg(0, std::ios::end);
  const auto size = static_cast<std::size_t>(std::max<std::streamoff>(file.tellg(), 0));
  bytes = std::min(bytes, size);
  file.seekg(static_cast<std::streamoff>(end ? size - bytes : 0));
  std::string out(bytes, '\0');
  file.read(out.data(), static_cast<std::streamsize>(bytes));
  out.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return out;
}

/// Protobuf's first fields of an ONNX model: ir_version, a small number, and one of the names or lists behind it.
bool is_onnx(std::string_view begin) {
  constexpr char kIrVersion = 0x08, kMaxVersion = 0x20;
  constexpr std::string_view kNext = "\x12\x1a\x22\x28\x32\x3a\x42\x72";
  return begin.size() > 3 && begin[0] == kIrVersion && begin[1] > 0 && begin[1] < kMaxVersion &&
         kNext.find(begin[2]) != std::string_view::npos;
}

bool is_web_page(std::string_view begin) {
  const auto first = begin.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return false;
  const auto starts = [&](std::string_view word) { return equal_in_any_case(begin.substr(first, word.size()), word); };
  return starts("<!doctype html") || starts("<html");
}

bool is_image(std::string_view begin) {
  constexpr std::array<std::string_view, 4> kImages{"\x89PNG", "\xff\xd8\xff", "GIF8", "RIFF"};
  return std::any_of(kImages.begin(), kImages.end(), [&](auto magic) { return begin.starts_with(magic); });
}

/// Only the beginning may be cut inside of a letter.
bool is_text(std::string_view begin) {
  constexpr std::size_t kLongestLetter = 4;
  const auto plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t';
  };
  if (begin.empty() || !std::all_of(begin.begin(), begin.end(), plain)) return false;
  for (std::size_t cut = 0; cut < std::min(kLongestLetter, begin.size()); ++cut) {
    if (is_utf8(begin.substr(0, begin.size() - cut))) return true;
  }
  return false;
}

/// By the names of what it holds, which stand in its end.
FileKind archive_kind(std::string_view end) {
  const auto holds = [&](std::string_view name) { return end.find(name) != std::string_view::npos; };
  if (holds("/constants.pkl")) return {"this is a TorchScript file", kLeftHint};
  if (holds("/data.pkl")) return {"this is a file of torch.save", kImportHint};
  if (holds("model.weights.h5")) return {"this is a file of Keras", kImportHint};
  return {"this is a zip archive", kAnotherHint};
}

}  // namespace

FileKind file_kind(std::istream& file) {
  const std::string begin = part(file, kBegin, false);
  if (begin.empty()) return {"the file is empty", "take a fresh copy of it"};
  if (begin.starts_with(kLfsPointer)) return {kIsLfsPointer, kLfsPointerHint};
  if (begin.starts_with("PK\x03\x04")) return archive_kind(part(file, kEnd, true));
  if (begin.starts_with("\x89HDF\r\n\x1a\n")) return {"this is an HDF5 file, such as Keras writes", kImportHint};
  if (begin.starts_with("\x80\x02")) {
    return {"this is a pickle, such as PyTorch before 1.6 wrote",
            "load it there, save it anew: torch.save(torch.load(FILE), NEW), and bring it in with 'ganymede import'"};
  }
  if (is_onnx(begin)) return {"this is an ONNX file", kLeftHint};
  if (is_web_page(begin))
    return {"this is a web page, not the file", "download the file itself, not the page about it"};
  if (is_image(begin)) return {"this is an image", kAnotherHint};
  if (is_text(begin)) return {"this is a text", kAnotherHint};
  return {};
}

}  // namespace ganymede
