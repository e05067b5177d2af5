#include "ganymede/data/prepared.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <mutex>

#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/log.h"
#include "ganymede/data/cache.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/data/packed.h"
#include "ganymede/data/shards.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

std::string absolute_text(const fs::path& path) {
  if (path.empty()) return {};
  std::error_code error;
  return fs::absolute(path, error).lexically_normal().string();
}

/// Where settled options of that shape are kept; empty where there is no cache folder. The shape stands for size and
/// channels, which training takes from its networks and a user may leave open.
fs::path place_of(const DatasetOptions& o, int height, int width, int channels) {
  const fs::path folder = cache_folder();
  if (folder.empty()) return {};
  const std::string seed = o.name == "mnistm" ? std::to_string(o.seed) : "";
  const std::string key = fmt::format("2\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{} {}", o.name, absolute_text(o.path),
                                      o.splits, o.classes, o.count, o.attributes, o.where, absolute_text(o.photos),
                                      absolute_text(o.exclude), seed, static_cast<int>(o.fit), o.skip_bad) +
                          (o.label.empty() ? "" : "\n" + o.label) +
                          (o.conditions.empty() ? "" : fmt::format("\n{}", o.conditions)) +
                          (o.profiles == Profiles::kIgnore ? "" : "\nprofiles converted") +
                          (o.bits == 8 ? "" : fmt::format("\n{} bits", o.bits));
  return folder / "prepared" /
         fmt::format("{}-{}x{}x{}.packed", text_digest(key).substr(0, 32), width, height, channels);
}

/// What the images may have: what was asked for, else colour or grey.
std::vector<int> possible_channels(const DatasetOptions& options) {
  if (options.channels != 0) return {options.channels};
  return {3, 1};
}

/// Of everything that settled options read.
std::string fingerprint_of_all(const DatasetOptions& options) {
  std::string text = fingerprint_of(options.path);
  for (const fs::path* path : {&options.photos, &options.exclude}) {
    if (!path->empty()) text += fingerprint_of(*path);
  }
  return text_digest(text);
}

/// A packed set that gives way to its source when damage shows.
class Prepared : public Dataset {
 public:
  Prepared(std::unique_ptr<Packed> packed, fs::path file, std::function<std::shared_ptr<const Dataset>()> open)
      : packed_(std::move(packed)), file_(std::move(file)), open_(std::move(open)) {}

  const DatasetInfo& info() const override { return packed_->info(); }
  std::size_t size() const override { return packed_->size(); }
  int label(std::size_t index) const override { return packed_->label(index); }
  std::span<const float> conditions(std::size_t index) const override { return packed_->conditions(index); }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    if (!given_up_) {
      try {
        return packed_->read(index, pixels);
      } catch (const Error& error) {
        std::call_once(reopened_, [&] { give_up(error); });
      }
    }
    source_->read(index, pixels);
  }

 private:
  void give_up(const Error& error) const {
    spdlog::warn("{}: {}; reading the data itself instead", error.where(), error.what_happened());
    source_ = open_();
    if (source_->size() != packed_->size() || source_->image_bytes() != packed_->image_bytes()) throw error;
    std::error_code ignored;
    fs::remove(file_, ignored);
    given_up_ = true;
  }

  std::unique_ptr<Packed> packed_;
  fs::path file_;
  std::function<std::shared_ptr<const Dataset>()> open_;
  mutable std::once_flag reopened_;
  mutable std::atomic<bool> given_up_ = false;
  mutable std::shared_ptr<const Dataset> source_;
};

}  // namespace

std::string fingerprint_of(const fs::path& path) {
  std::error_code error;
  if (const auto range = range_of(path); !range.empty()) {
    std::string text;
    for (const auto& shard : range) text += fingerprint_of(shard);
    return text_digest(text);
  }
  if (fs::is_directory(path, error)) {
    // Readers of a database may touch its lock.
    const auto counts = [](const std::string& name) { return base_name(name) != "lock.mdb"; };
    return FileTree(path, counts, "", "").fingerprint();
  }
  const auto size = fs::file_size(path, error);
  const auto time = fs::last_write_time(path, error).time_since_epoch().count();
  return fmt::format("{}\n{}\n{}\n", absolute_text(path), size, time);
}

Preparation prepare(const DatasetOptions& asked, const fs::path& file) {
  const DatasetOptions options = settled(asked);
  if (source_named(options.name).built_in) {
    throw UsageError(fmt::format("'{}' is built in: there is nothing to prepare", options.name), {}, "use it as it is");
  }
  if (options.name == "packed" && file.empty()) {
    throw UsageError("the data is packed already", options.path.string(), "name the file to pack it into with -o");
  }
  const auto finish = [](const fs::path& path, bool fresh, std::size_t images) {
    return Preparation{path, fresh, images, fs::file_size(path)};
  };
  // Before anything is read, so that a change meanwhile makes the file outdated.
  const std::string fingerprint = is_there(options.path) ? fingerprint_of_all(options) : "";
  const PackedOrigin origin{fingerprint, options.channels == 0};
  if (file.empty() && options.size.given()) {
    for (const int channels : possible_channels(options)) {
      const fs::path place = place_of(options, options.size.height, options.size.width, channels);
      if (!fs::exists(place)) continue;
      try {
        const Packed packed(place);
        if (packed.origin().fingerprint != fingerprint || packed.origin().own_channels != origin.own_channels) continue;
        packed.verify();
        return finish(place, false, packed.size());
      } catch (const Error& error) {
        spdlog::warn("{}: {}; making it anew", error.where(), error.what_happened());
      }
    }
  }
  const auto dataset = open_source(options);
  const auto& info = dataset->info();
  const fs::path place = file.empty() ? place_of(options, info.height, info.width, info.channels) : file;
  if (place.empty()) {
    throw UsageError("there is no cache folder: neither XDG_CACHE_HOME nor HOME is set", {}, "name a file with -o");
  }
  write_packed(place, *dataset, origin);
  return finish(place, true, dataset->size());
}

std::shared_ptr<const Dataset> open_prepared(const DatasetOptions& options, const OpenSource& open) {
  if (!options.size.given()) return nullptr;  // the shape is known only once the source is open
  for (const int channels : possible_channels(options)) {
    const fs::path place = place_of(options, options.size.height, options.size.width, channels);
    std::error_code error;
    if (place.empty() || !fs::exists(place, error)) continue;
    const std::string fingerprint = fingerprint_of_all(options);
    PackedOrigin origin{fingerprint, options.channels == 0};
    std::string fault = "its files have changed";
    try {
      auto packed = std::make_unique<Packed>(place);
      const bool current = packed->origin().fingerprint == fingerprint;
      if (options.channels == 0 && !packed->origin().own_channels) continue;
      origin.own_channels = packed->origin().own_channels;
      if (current) {
        return std::make_shared<Prepared>(std::move(packed), place, [options, open] { return open(options); });
      }
    } catch (const Error& damage) {
      fault = damage.what_happened();
    }
    spdlog::warn("prepared data is made anew, since {}: {}", fault, place.string());
    const auto dataset = open(options);
    try {
      write_packed(place, *dataset, origin);
    } catch (const Error& failure) {
      spdlog::warn("the prepared data could not be written: {}", failure.what());
      fs::remove(place, error);
    }
    return dataset;
  }
  return nullptr;
}

}  // namespace ganymede::data
