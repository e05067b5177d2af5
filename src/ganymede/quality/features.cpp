#include "ganymede/quality/features.h"

#include "ganymede/checkpoint/safetensors.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/log.h"
#include "ganymede/data/cache.h"
#include "ganymede/data/published.h"
#include "ganymede/quality/images.h"

namespace ganymede::quality {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kImagesAtOnce = 128;
constexpr std::int64_t kMomentRows = 1024;
/// Cached features take at most so many bytes together.
constexpr std::uint64_t kFeatureCacheLimit = std::uint64_t{4} << 30;
constexpr const char *kExtension = ".features", *kContent = "content_sha256";

std::map<std::string, std::string> metadata_of(const ExtractorInfo& extractor) {
  return {{"format", "ganymede-features"}, {"extractor", extractor.name}, {"extractor_sha256", extractor.checksum}};
}

std::vector<checkpoint::NamedTensor> tensors_of(const Extracted& values) {
  std::vector<checkpoint::NamedTensor> tensors{{"features", values.features}};
  if (values.logits.defined()) tensors.push_back({"logits", values.logits});
  return tensors;
}

Features with_moments(Extracted values, const CollectOptions& options) {
  Features out;
  out.moments = moments_of(values.features);
  if (options.keep) out.features = std::move(values.features);
  if (options.logits) out.logits = std::move(values.logits);
  return out;
}

Tensor matrix_in(const checkpoint::SafetensorsFile& file, const char* name, const std::string& where) {
  const Tensor* tensor = file.find(name);
  if (tensor == nullptr) return {};
  if (tensor->dim() != 2 || tensor->numel() == 0 || !tensor->is_floating_point()) {
    throw Error(fmt::format("'{}' is not a matrix of floating-point numbers", name), where, "store it as [N, D]");
  }
  const Tensor values = tensor->to(at::kFloat);
  expect_finite(values, fmt::format("{}, '{}'", where, name));
  return values;
}

}  // namespace

Features collect_features(const data::Dataset& images, const FeatureExtractor& extractor, const CollectOptions& options,
                          const std::function<void(std::size_t)>& report) {
  Features out;
  std::vector<Tensor> features, logits, waiting;
  std::int64_t rows = 0;
  const auto add = [&] {
    if (!waiting.empty()) out.moments.add(at::cat(waiting));
    waiting.clear();
    rows = 0;
  };
  each_stretch(images, kImagesAtOnce, [&](std::size_t first, const Tensor& pixels) {
    Extracted part = extractor.extract(pixels, options.logits);
    expect_finite(part.features, fmt::format("the features of {}", images.info().name));
    if (options.keep) features.push_back(part.features);
    if (options.logits && part.logits.defined()) logits.push_back(part.logits);
    rows += part.features.size(0);
    waiting.push_back(std::move(part.features));
    if (rows >= kMomentRows) add();
    if (report) report(first + static_cast<std::size_t>(pixels.size(0)));
  });
  add();
  if (!features.empty()) out.features = at::cat(features);
  if (!logits.empty()) out.logits = at::cat(logits);
  return out;
}

Features cached_features(const data::Dataset& images, const FeatureExtractor& extractor, const CollectOptions& options,
                         const std::function<void(std::size_t)>& report) {
  const fs::path folder = data::cache_folder();
  if (folder.empty() || images.info().checksum.empty()) return collect_features(images, extractor, options, report);
  std::string key = fmt::format("features 1\n{}\n{}\n{}\n{}", images.info().checksum, images.size(),
                                extractor.info().checksum, options.logits ? "logits" : "");
  const int size = extractor.info().size;
  if (size > 0 && (images.info().height != size || images.info().width != size)) key += fmt::format("\nat {}", size);
  const fs::path path = folder / (text_digest(key).substr(0, 32) + kExtension);
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored)) {
    try {
      const auto file = checkpoint::read_safetensors(path);
      Extracted values{matrix_in(file, "features", path.string()), matrix_in(file, "logits", path.string())};
      const auto content = file.metadata.find(kContent);
      const bool whole =
          values.features.defined() && values.features.size(0) == static_cast<std::int64_t>(images.size());
      if (whole && content != file.metadata.end() && content->second == tensors_digest(tensors_of(values))) {
        fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);  // marks it as used
        if (report) report(images.size());
        return with_moments(std::move(values), options);
      }
    } catch (const Error& damaged) {
      spdlog::debug("cached features are made anew: {}", damaged.what());
    }
  }
  Features out = collect_features(images, extractor, {.keep = true, .logits = options.logits}, report);
  try {
    const Extracted values{out.features, out.logits};
    auto metadata = metadata_of(extractor.info());
    metadata[kContent] = tensors_digest(tensors_of(values));
    checkpoint::write_safetensors(path, tensors_of(values), metadata);
    data::trim_cache(folder, kExtension, kFeatureCacheLimit);
  } catch (const Error& error) {
    spdlog::debug("no features were cached: {}", error.what());
  }
  if (!options.keep) out.features = Tensor();
  return out;
}

FeatureFile read_features(const fs::path& path) {
  const std::string where = path.string();
  const auto file = checkpoint::read_safetensors(path);
  FeatureFile out{{matrix_in(file, "features", where), matrix_in(file, "logits", where)}, {}};
  if (!out.values.features.defined()) {
    throw Error("the file holds no tensor 'features'", where,
                "name a model, images, or a safetensors file with 'features' [N, D]");
  }
  if (out.values.logits.defined() && out.values.logits.size(0) != out.values.features.size(0)) {
    throw Error(fmt::format("{} of 'features' but {} of 'logits'", counted(out.values.features.size(0), "row"),
                            out.values.logits.size(0)),
                where);
  }
  const auto meta = [&](const char* key) {
    const auto found = file.metadata.find(key);
    return found == file.metadata.end() ? std::string() : found->second;
  };
  out.extractor.name = meta("extractor");
  out.extractor.checksum = meta("extractor_sha256");
  out.extractor.inception = out.extractor.checksum == data::kInceptionSha256;
  return out;
}

void write_features(const fs::path& path, const Extracted& values, const ExtractorInfo& extractor) {
  checkpoint::write_safetensors(path, tensors_of(values), metadata_of(extractor));
}

}  // namespace ganymede::quality
