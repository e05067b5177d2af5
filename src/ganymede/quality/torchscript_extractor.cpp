#include <fmt/ranges.h>
#include <torch/script.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/text.h"
#include "ganymede/data/published.h"
#include "ganymede/quality/extractor.h"
#include "ganymede/quality/images.h"

namespace ganymede::quality {
namespace {

namespace fs = std::filesystem;
constexpr const char* kWanted =
    "use a TorchScript file that takes uint8 images [N, 3, H, W] and returns features [N, D], or (features, logits)";

/// LibTorch's messages go on with a trace of the script: the last line that says something names the error.
std::string reason(const std::exception& error) {
  const std::string text = error.what();
  const auto marked = text.rfind("Error: ");
  const std::string tail = marked == std::string::npos ? text : text.substr(marked + 7);
  return tail.substr(0, tail.find('\n'));
}

void refuse_lfs_pointer(const fs::path& path) {
  std::string head(kLfsPointer.size(), '\0');
  std::ifstream(path, std::ios::binary).read(head.data(), static_cast<std::streamsize>(head.size()));
  if (head == kLfsPointer) throw Error(kIsLfsPointer, path.string(), kLfsPointerHint);
}

constexpr const char* kMetadata = "metadata.json";
constexpr std::int64_t kLargestSize = 4096;

void set_size(ExtractorInfo& info, std::int64_t size, const std::string& from) {
  if (size < 1 || size > kLargestSize) return;
  info.size = static_cast<int>(size);
  info.size_from = "the file's " + from;
}

/// What `metadata.json` in the file says; nothing of what is no such JSON.
void read_metadata(const std::string& text, ExtractorInfo& info) {
  const auto said = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!said.is_object()) return;
  const auto key = [&](const char* name) { return said.contains(name) ? said[name] : nlohmann::json(); };
  if (key("input_size").is_number_integer()) set_size(info, key("input_size").get<std::int64_t>(), "metadata");
  if (key("accuracy").is_number()) info.published = std::clamp(key("accuracy").get<double>(), 0.0, 1.0);
  const auto classes = key("classes");
  for (const auto& name : classes.is_array() ? classes : nlohmann::json::array()) {
    info.classes.push_back(name.is_string() ? name.get<std::string>() : std::string());
  }
}

/// A module that says how large its images are, under the names that published networks use.
void read_attributes(const torch::jit::Module& module, ExtractorInfo& info) {
  for (const char* name : {"input_size", "image_size", "img_size", "input_resolution"}) {
    if (info.size > 0 || !module.hasattr(name)) continue;
    const auto value = module.attr(name);
    if (value.isInt()) set_size(info, value.toInt(), name);
    if (value.isIntList() && !value.toIntVector().empty()) set_size(info, value.toIntVector().back(), name);
    if (!value.isTuple() || value.toTupleRef().elements().size() == 0) continue;
    const auto& parts = value.toTupleRef().elements();
    if (parts[parts.size() - 1].isInt()) set_size(info, parts[parts.size() - 1].toInt(), name);
  }
}

class TorchScriptExtractor : public FeatureExtractor {
 public:
  TorchScriptExtractor(const fs::path& path, const torch::Device& device) : where_(path.string()), device_(device) {
    info_.name = path.filename().string();
    refuse_lfs_pointer(path);
    info_.checksum = file_digest(path);
    info_.inception = info_.checksum == data::kInceptionSha256;
    info_.photographs = true;
    try {
      torch::jit::ExtraFilesMap extra{{kMetadata, ""}};
      module_ = torch::jit::load(where_, device_, extra);
      module_.eval();
      read_metadata(extra[kMetadata], info_);
      read_attributes(module_, info_);
      for (const auto& argument : module_.get_method("forward").function().getSchema().arguments()) {
        as_nvidia_ = as_nvidia_ || argument.name() == "return_features";
      }
      info_.resizes = as_nvidia_;
    } catch (const std::exception& error) {
      throw Error("not a TorchScript file: " + reason(error), where_, kWanted);
    }
  }

  const ExtractorInfo& info() const override { return info_; }

  Extracted extract(const Tensor& images, bool logits) const override {
    const Tensor here = as_photographs(images).to(device_);
    const Tensor rgb = here.size(1) == 1 ? here.expand({-1, 3, -1, -1}).contiguous() : here;
    if (!as_nvidia_) return checked(call(rgb, {}), images.size(0));
    Extracted out = checked(call(rgb, {{"return_features", true}}), images.size(0));
    // The probabilities' logarithms serve as logits: a softmax gives the probabilities back.
    if (logits)
      out.logits = checked(call(rgb, {{"no_output_bias", true}}), images.size(0)).features.clamp_min_(1e-30).log_();
    return out;
  }

 private:
  torch::jit::IValue call(const Tensor& images, const torch::jit::Kwargs& options) const {
    torch::NoGradGuard constant;
    try {
      return module_.get_method("forward")({images}, options);
    } catch (const std::exception& error) {
      throw Error(fmt::format("the network takes no images of {}x{}x{}: {}", images.size(2), images.size(3),
                              images.size(1), reason(error)),
                  where_, "name the size it was made for with --feature-size, or use other features");
    }
  }

  Tensor matrix(const torch::jit::IValue& value, std::int64_t count) const {
    if (!value.isTensor()) throw Error("it returns " + value.tagKind() + " where a tensor belongs", where_, kWanted);
    const Tensor tensor = value.toTensor();
    if (tensor.dim() != 2 || tensor.size(0) != count || tensor.size(1) == 0 || !tensor.is_floating_point()) {
      throw Error(fmt::format("of {} it returns a tensor of shape [{}] where features [N, D] belong",
                              counted(count, "image"), fmt::join(tensor.sizes(), ", ")),
                  where_, kWanted);
    }
    return tensor.detach().to(at::kCPU, at::kFloat);
  }

  Extracted checked(const torch::jit::IValue& value, std::int64_t count) const {
    if (!value.isTuple()) return {matrix(value, count), {}};
    const auto& parts = value.toTupleRef().elements();
    if (parts.size() != 2)
      throw Error(fmt::format("it returns {} where two belong", counted(parts.size(), "value")), where_, kWanted);
    return {matrix(parts[0], count), matrix(parts[1], count)};
  }

  std::string where_;
  torch::Device device_;
  ExtractorInfo info_;
  torch::jit::Module module_;
  bool as_nvidia_ = false;
};

}  // namespace

std::unique_ptr<FeatureExtractor> torchscript_extractor(const fs::path& path, const torch::Device& device) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored))
    throw Error("no such file", path.string(), "name a TorchScript file with --features");
  return std::make_unique<TorchScriptExtractor>(path, device);
}

}  // namespace ganymede::quality
