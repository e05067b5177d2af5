// Every image of a set decoded once before any is used, so that a bad one is found at opening and never in
// mid-training, and all of them at once. What was found is kept in the cache folder.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/data/image_store.h"

namespace ganymede::data {

/// What is known of an image that was decoded, or of why it was not.
struct Examined {
  std::string fault;    ///< what is wrong with it, without its name; empty: it is sound
  std::string content;  ///< checksum of its bytes; empty: they could not be read, or lie in no file
  std::string format, profile;
  int width = 0, height = 0, channels = 0, orientation = 1;
  int bits = 8;              ///< of a sample in its file
  int left_out = 0;          ///< channels of it that were not taken
  bool transparent = false;  ///< in part: shown on white
  bool animated = false;
  bool converted = false;    ///< by its profile
  std::uint64_t pixels = 0;  ///< of all pixels and the shape: equal where two images are
};

/// Takes a sound image while it is at hand; from several threads at once.
using OnImage = std::function<void(std::size_t place, image::Image image)>;

/// Examines the images of a store, on all processors, with progress; `place` counts in `images`. Those whose bytes were
/// examined before, with samples of the same depth, are not decoded again: `on_image` is not called for them. That they
/// are the same is known by their checksum, and where name and stamp are the same without reading them.
std::vector<Examined> examine(const ImageStore& store, const std::vector<std::size_t>& images,
                              const image::DecodeOptions& wanted, const OnImage& on_image = {});

/// The images of a set that is no store of images: sizes, channels and what tells copies, on all processors.
std::vector<Examined> examine(const Dataset& dataset);

/// Throws Error that lists every fault, unless there is none. `where(place)` names an image in full.
void refuse_faults(const std::vector<Examined>& examined, const ImageStore& store,
                   const std::vector<std::size_t>& images, const std::string& root);

/// The sound images that look exactly as one before them: pairs of places, the copy first.
std::vector<std::pair<std::size_t, std::size_t>> copies_among(const std::vector<Examined>& examined);

/// "3 PNG, 1 GIF" of names and how often each occurs, the most frequent first.
std::string listed(const std::map<std::string, std::size_t>& counts);

/// What a user should know about the sound ones: formats, turns, first frames, profiles, depths; and how many were bad.
std::vector<std::string> survey_notes(const std::vector<Examined>& examined, const image::DecodeOptions& wanted);

}  // namespace ganymede::data
