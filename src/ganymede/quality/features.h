// The features of a whole set of images: computed in stretches, kept on disk, read from files of other tools.
#pragma once

#include <filesystem>
#include <functional>

#include "ganymede/data/dataset.h"
#include "ganymede/quality/extractor.h"
#include "ganymede/quality/moments.h"

namespace ganymede::quality {

/// What the metrics see of one set.
struct Features {
  Moments moments = {};
  Tensor features = {};  ///< f32 [N, D]; undefined where they were not to be kept
  Tensor logits = {};    ///< f32 [N, K]; undefined where there are none
};

struct CollectOptions {
  bool keep = true;     ///< the feature vectors; without it only their moments
  bool logits = false;  ///< ask for logits
};

/// Calls `report` with the number of images done. 50,000 images are never in memory as floats.
Features collect_features(const data::Dataset& images, const FeatureExtractor& extractor, const CollectOptions& options,
                          const std::function<void(std::size_t)>& report = {});

/// As collect_features(), but what was computed once for these images and this extractor is read from the cache
/// (data/cache.h: cache_folder()). A damaged cache file is made anew, and one that cannot be written is no error.
Features cached_features(const data::Dataset& images, const FeatureExtractor& extractor, const CollectOptions& options,
                         const std::function<void(std::size_t)>& report = {});

/// Features in a file: safetensors with `features` [N, D] and perhaps `logits` [N, K], of any float type. Metadata
/// `extractor` and `extractor_sha256` say which network made them; other tools' files may lack both.
struct FeatureFile {
  Extracted values = {};
  ExtractorInfo extractor = {};  ///< empty where the file does not say
};

/// Throws Error for a file without `features`, of other shapes, without rows, or with values that are not finite.
FeatureFile read_features(const std::filesystem::path& path);
void write_features(const std::filesystem::path& path, const Extracted& values, const ExtractorInfo& extractor);

}  // namespace ganymede::quality
