#include "ganymede/data/survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/log.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/text.h"
#include "ganymede/data/cache.h"
#include "ganymede/data/parallel.h"
#include "ganymede/image/decode.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

/// Goes up when decode() evaluates files otherwise.
constexpr int kSurveyVersion = 6;
constexpr const char* kSurveyFiles = ".survey";
constexpr std::uint64_t kLargestSurvey = std::uint64_t{4} << 30, kAllSurveys = std::uint64_t{2} << 30;
/// Fewer images are examined before a bar is read.
constexpr std::size_t kCheckProgressFrom = 2'000;
/// So many faults are listed; a line of more helps nobody.
constexpr std::size_t kMaxListed = 100;

/// The first line: what reads images, and how.
std::string survey_header() {
  std::string text = fmt::format("ganymede survey {}", kSurveyVersion);
  for (const auto& [name, built] : image::formats()) text += built ? fmt::format(" {}", name) : "";
  return text + "\n";
}

std::string line_of(const std::string& key, const Examined& e) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", key, e.content, e.pixels, e.width,
                     e.height, e.channels, e.bits, e.orientation, e.left_out, e.transparent ? 1 : 0, e.animated ? 1 : 0,
                     e.converted ? 1 : 0, e.format, printable(e.profile), printable(e.fault));
}

std::optional<Examined> parse_line(std::string_view fields) {
  Examined e;
  int transparent = 0, animated = 0, converted = 0;
  const auto content_end = fields.find('\t');
  if (content_end == std::string_view::npos) return std::nullopt;
  e.content = fields.substr(0, content_end);
  fields.remove_prefix(content_end + 1);
  const auto hash_end = std::from_chars(fields.data(), fields.data() + fields.size(), e.pixels).ptr;
  fields.remove_prefix(std::min(fields.size(), static_cast<std::size_t>(hash_end - fields.data()) + 1));
  for (int* number :
       {&e.width, &e.height, &e.channels, &e.bits, &e.orientation, &e.left_out, &transparent, &animated, &converted}) {
    const auto tab = fields.find('\t');
    if (tab == std::string_view::npos) return std::nullopt;
    if (std::from_chars(fields.data(), fields.data() + tab, *number).ec != std::errc()) return std::nullopt;
    fields.remove_prefix(tab + 1);
  }
  e.transparent = transparent != 0;
  e.animated = animated != 0;
  e.converted = converted != 0;
  for (std::string* text : {&e.format, &e.profile}) {
    const auto tab = fields.find('\t');
    if (tab == std::string_view::npos) return std::nullopt;
    *text = fields.substr(0, tab);
    fields.remove_prefix(tab + 1);
  }
  e.fault = fields;
  return e;
}

/// A survey file: the header, a line an image, the checksum of all that. One that is damaged is as good as none.
class Surveyed {
 public:
  explicit Surveyed(const fs::path& path) {
    std::error_code error;
    if (path.empty() || !fs::exists(path, error)) return;
    try {
      bytes_ = read_file(path, kLargestSurvey);
    } catch (const Error&) {
      return;
    }
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
    const std::string head = survey_header();
    if (text.size() < head.size() + kSum || !text.starts_with(head)) return;
    if (text_digest(text.substr(0, text.size() - kSum)) != text.substr(text.size() - kSum)) return;
    for (std::size_t at = head.size(); at < text.size() - kSum;) {
      const std::size_t end = text.find('\n', at), tab = text.find('\t', at);
      if (end == std::string_view::npos || tab > end) break;
      const std::size_t second = text.find('\t', tab + 1);  // behind name and stamp
      if (second < end) lines_.emplace(text.substr(at, second - at), text.substr(second + 1, end - second - 1));
      at = end + 1;
    }
    fs::last_write_time(path, fs::file_time_type::clock::now(), error);  // marks it as used
  }
  std::optional<Examined> find(const std::string& key) const { return found_in(lines_, key); }
  /// Of a file that held the same bytes, whatever it was called; from several threads at once.
  std::optional<Examined> with_content(const std::string& content) const {
    std::call_once(sorted_, [this] {  // not asked for where every name and stamp is known
      for (const auto& [key, fields] : lines_) {
        const auto of = fields.substr(0, fields.find('\t'));
        if (!of.empty()) of_content_.emplace(of, fields);
      }
    });
    return found_in(of_content_, content);
  }

  /// Lines of images that are not among `names`: another part of the same set.
  std::string others(const std::unordered_set<std::string>& names) const {
    std::string text;
    for (const auto& [key, fields] : lines_) {
      if (!names.contains(std::string(key.substr(0, key.find('\t'))))) text += fmt::format("{}\t{}\n", key, fields);
    }
    return text;
  }

  static void write(const fs::path& path, std::string text) {
    text = survey_header() + text;
    write_file(path, text + text_digest(text));
    trim_cache(path.parent_path(), kSurveyFiles, kAllSurveys);
  }

 private:
  static constexpr std::size_t kSum = 64;
  using Lines = std::unordered_map<std::string_view, std::string_view>;
  static std::optional<Examined> found_in(const Lines& lines, const std::string& key) {
    const auto found = lines.find(key);
    return found == lines.end() ? std::nullopt : parse_line(found->second);
  }
  Bytes bytes_;
  Lines lines_;
  mutable std::once_flag sorted_;
  mutable Lines of_content_;
};

/// Guards against chance, not against malice. Four words at a time, none of which waits for another.
std::uint64_t hash_of(const image::Image& image) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
  constexpr std::size_t kLanes = 4, kBlock = kLanes * sizeof(std::uint64_t);
  std::array<std::uint64_t, kLanes> hash{};
  hash[0] = static_cast<std::uint64_t>(image.width) << 32 | static_cast<std::uint64_t>(image.height) << 2 |
            static_cast<std::uint64_t>(image.channels);
  const auto mix = [](std::uint64_t& lane, std::uint64_t word) {
    lane = (lane ^ word) * kOdd;
    lane ^= lane >> 29;
  };
  const auto& pixels = image.pixels;
  std::size_t at = 0;
  for (std::array<std::uint64_t, kLanes> words{}; at + kBlock <= pixels.size(); at += kBlock) {
    std::memcpy(words.data(), pixels.data() + at, kBlock);
    for (std::size_t lane = 0; lane < kLanes; ++lane) mix(hash[lane], words[lane]);
  }
  for (; at < pixels.size(); ++at) mix(hash[at % kLanes], pixels[at]);
  for (std::size_t lane = 1; lane < kLanes; ++lane) mix(hash[0], hash[lane]);
  return hash[0];
}

/// What tells files of other bytes apart: half a sha256.
std::string content_of(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kDigits = 32;
  Digest digest;
  digest.update(bytes);
  return digest.hex().substr(0, kDigits);
}

void take_facts(const image::Image& image, const image::FileFacts& facts, Examined& e) {
  e.format = facts.format;
  e.profile = facts.profile;
  e.width = image.width;
  e.height = image.height;
  e.channels = image.channels;
  e.bits = facts.bits;
  e.orientation = facts.orientation;
  e.left_out = facts.left_out;
  e.transparent = facts.transparent;
  e.animated = facts.animated;
  e.converted = facts.converted;
  e.pixels = hash_of(image);
}

Examined examine_one(const ImageStore& store, std::size_t index, const Surveyed& before,
                     const image::DecodeOptions& wanted, std::size_t place, const OnImage& on_image) {
  Examined e;
  try {
    store.read(index, [&](std::span<const std::uint8_t> bytes) {
      e.content = content_of(bytes);
      if (auto known = before.with_content(e.content)) {
        e = std::move(*known);
        return;
      }
      image::FileFacts facts;
      image::Image image = image::decode(bytes, store.where(index), &facts, wanted);
      take_facts(image, facts, e);
      if (on_image) on_image(place, std::move(image));
    });
  } catch (const Error& error) {
    e.fault = error.what_happened();
  }
  return e;
}

}  // namespace

std::vector<Examined> examine(const ImageStore& store, const std::vector<std::size_t>& images,
                              const image::DecodeOptions& wanted, const OnImage& on_image) {
  const fs::path folder = cache_folder();
  std::string root = fs::absolute(store.root()).lexically_normal().string();
  if (wanted.bits != 8 || wanted.stored_channels()) root += fmt::format("\n{} {}", wanted.bits, wanted.channels);
  if (wanted.convert_profiles) root += "\nprofiles converted";
  const fs::path path = folder.empty() ? folder : folder / "surveys" / (text_digest(root).substr(0, 32) + kSurveyFiles);
  const Surveyed before(path);
  std::vector<Examined> result(images.size());
  std::vector<std::string> keys(images.size());
  std::vector<std::size_t> places;
  std::vector<char> known(images.size());  // not bits: threads write their own
  parallel(images.size(), [&](std::size_t i) {
    keys[i] = listed_name(store.name(images[i])) + "\t" + printable(store.stamp(images[i]));
    auto found = before.find(keys[i]);
    known[i] = found ? 1 : 0;
    if (found) result[i] = std::move(*found);
  });
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (known[i] == 0) places.push_back(i);
  }
  if (places.empty()) return result;

  std::optional<Progress> progress;
  if (places.size() >= kCheckProgressFrom) progress.emplace("checking", places.size(), "image");
  std::mutex mutex;
  std::size_t done = 0;
  parallel(places.size(), [&](std::size_t i) {
    const std::size_t place = places[i];
    result[place] = examine_one(store, images[place], before, wanted, place, on_image);
    const std::lock_guard lock(mutex);
    if (progress) progress->update(++done);
  });
  if (path.empty()) return result;
  std::unordered_set<std::string> names;
  for (const auto& key : keys) names.insert(key.substr(0, key.find('\t')));
  std::string text = before.others(names);
  for (std::size_t i = 0; i < images.size(); ++i) text += line_of(keys[i], result[i]);
  try {
    Surveyed::write(path, std::move(text));
  } catch (const Error& error) {
    spdlog::debug("what was found about the images was not kept: {}", error.what());
  }
  return result;
}

std::vector<Examined> examine(const Dataset& dataset) {
  std::vector<Examined> result(dataset.size());
  parallel(result.size(), [&](std::size_t i) {
    const image::Image image = image_at(dataset, i);
    result[i].width = image.width;
    result[i].height = image.height;
    result[i].channels = image.channels;
    result[i].bits = image.bits;
    result[i].pixels = hash_of(image);
  });
  return result;
}

void refuse_faults(const std::vector<Examined>& examined, const ImageStore& store,
                   const std::vector<std::size_t>& images, const std::string& root) {
  const char* hint = "fix or remove {}, or leave {} out: --skip-bad, or skip_bad = true in [data]";
  std::vector<std::size_t> bad;
  for (std::size_t i = 0; i < examined.size(); ++i) {
    if (!examined[i].fault.empty()) bad.push_back(i);
  }
  if (bad.empty()) return;
  if (bad.size() == 1) {
    throw Error(examined[bad[0]].fault, store.where(images[bad[0]]), fmt::format(fmt::runtime(hint), "it", "it"));
  }
  std::string list;
  for (std::size_t i = 0; i < std::min(bad.size(), kMaxListed); ++i) {
    list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", listed_name(store.name(images[bad[i]])),
                        examined[bad[i]].fault);
  }
  if (bad.size() > kMaxListed) list += fmt::format(" and {} more", grouped(bad.size() - kMaxListed));
  hint =
      "fix or remove {} (`ganymede data check` lists all), or leave {} out: --skip-bad, or skip_bad = true in [data]";
  throw Error(fmt::format("{} of {} cannot be used: {}", grouped(bad.size()), counted(examined.size(), "image"), list),
              root, fmt::format(fmt::runtime(hint), "them", "them"));
}

std::string listed(const std::map<std::string, std::size_t>& counts) {
  std::vector<std::pair<std::size_t, std::string>> rows;
  for (const auto& [name, count] : counts) rows.emplace_back(count, name);
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (const auto& [count, name] : rows) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(count), name);
  return text;
}

std::vector<std::pair<std::size_t, std::size_t>> copies_among(const std::vector<Examined>& examined) {
  std::vector<std::pair<std::uint64_t, std::size_t>> sound;
  for (std::size_t i = 0; i < examined.size(); ++i) {
    if (examined[i].fault.empty()) sound.emplace_back(examined[i].pixels, i);
  }
  std::sort(sound.begin(), sound.end());
  std::vector<std::pair<std::size_t, std::size_t>> copies;
  for (std::size_t i = 1, first = 0; i < sound.size(); ++i) {
    if (sound[i].first != sound[first].first)
      first = i;
    else
      copies.emplace_back(sound[i].second, sound[first].second);
  }
  std::sort(copies.begin(), copies.end());
  return copies;
}

namespace {

/// "the image file is empty; the PNG is cut short (3 times)", the most frequent first.
std::string reasons(const std::map<std::string, std::size_t>& faults) {
  std::vector<std::pair<std::size_t, std::string>> rows;
  for (const auto& [fault, count] : faults) rows.emplace_back(count, fault);
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (const auto& [count, fault] : rows) {
    text += (text.empty() ? "" : "; ") + fault + (count > 1 ? fmt::format(" ({} times)", grouped(count)) : "");
  }
  return text;
}

/// What becomes of the samples of sound images.
std::vector<std::string> depth_notes(const std::vector<Examined>& examined, const image::DecodeOptions& wanted) {
  std::size_t kept = 0, cut = 0, shallow = 0, more = 0;
  for (const auto& e : examined) {
    if (!e.fault.empty()) continue;
    const bool keeps = e.bits == 16 && (e.format == "PNG" || e.format == "TIFF");
    more += e.left_out > 0 ? 1 : 0;
    (e.bits <= 8 ? shallow : keeps ? kept : cut) += 1;
  }
  if (wanted.bits == 8) cut += std::exchange(kept, 0), shallow = 0;
  std::vector<std::string> notes;
  if (cut > 0) {
    notes.push_back(
        fmt::format("{} more than 8 bits a sample, of which 8 are used: {}", counted(cut, "image has", "images have"),
                    wanted.bits == 8 ? "bits = 16 in [data] keeps 16 of PNG and TIFF" : "PNG and TIFF alone give 16"));
  }
  if (more > 0) {
    notes.push_back(fmt::format("{} channels beside grey or RGB, which are left out: channels = N in [data] takes all",
                                counted(more, "image has", "images have")));
  }
  if (shallow > 0)
    notes.push_back(fmt::format("{} 8 bits a sample, which become 16", counted(shallow, "image has", "images have")));
  return notes;
}

/// What becomes of colours with a profile.
std::vector<std::string> profile_notes(const std::vector<Examined>& examined, const image::DecodeOptions& wanted) {
  std::map<std::string, std::size_t> converted, kept;
  std::size_t of_converted = 0, of_kept = 0;
  for (const auto& e : examined) {
    if (!e.fault.empty() || e.profile.empty()) continue;
    ++(e.converted ? converted : kept)[e.profile];
    ++(e.converted ? of_converted : of_kept);
  }
  std::vector<std::string> notes;
  if (of_converted > 0) {
    notes.push_back(fmt::format("{} converted to sRGB from another colour profile ({})",
                                counted(of_converted, "image was", "images were"), listed(converted)));
  }
  if (of_kept > 0) {
    notes.push_back(fmt::format("{} a colour profile other than sRGB, which is not applied ({}){}",
                                counted(of_kept, "image has", "images have"), listed(kept),
                                !wanted.convert_profiles ? ": profiles = \"convert\" in [data] applies it"
                                : wanted.stored_channels()
                                    ? ": the channels are taken as they are stored"
                                    : ": it is damaged, or one of other colours than the image"));
  }
  return notes;
}

}  // namespace

std::vector<std::string> survey_notes(const std::vector<Examined>& examined, const image::DecodeOptions& wanted) {
  std::map<std::string, std::size_t> formats, faults;
  std::size_t turned = 0, transparent = 0, animated = 0, sound = 0, bad = 0;
  for (const auto& e : examined) {
    if (!e.fault.empty()) {
      ++bad;
      ++faults[e.fault];
      continue;
    }
    ++sound;
    ++formats[e.format];
    turned += e.orientation != 1 ? 1 : 0;
    transparent += e.transparent && !wanted.stored_channels() ? 1 : 0;
    animated += e.animated ? 1 : 0;
  }
  std::vector<std::string> notes;
  notes.push_back(sound == 0 ? std::string("taken: no image")
                             : fmt::format("taken: {} ({})", counted(sound, "image"), listed(formats)));
  if (bad > 0) notes.push_back(fmt::format("left out: {} ({})", counted(bad, "bad image"), reasons(faults)));
  if (turned > 0)
    notes.push_back(fmt::format("{} turned as {} orientation tag says", counted(turned, "image was", "images were"),
                                turned == 1 ? "its" : "their"));
  if (transparent > 0)
    notes.push_back(
        fmt::format("{} transparency, which shows white", counted(transparent, "image has", "images have")));
  if (animated > 0) notes.push_back(fmt::format("of {} the first frame alone is used", counted(animated, "animation")));
  for (auto& note : depth_notes(examined, wanted)) notes.push_back(std::move(note));
  if (const auto copies = copies_among(examined).size(); copies > 0) {
    notes.push_back(fmt::format("{} the same as another, pixel by pixel", counted(copies, "image is", "images are")));
  }
  for (auto& note : profile_notes(examined, wanted)) notes.push_back(std::move(note));
  return notes;
}

}  // namespace ganymede::data
