#include "ganymede/data/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "ganymede/data/celeba_lists.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/npy.h"
#include "ganymede/data/packed.h"
#include "ganymede/data/shapes.h"

namespace ganymede::data {

namespace {

Source emnist(const char* kind, const char* what) {
  return {.name = fmt::format("emnist-{}", kind),
          .title = fmt::format("EMNIST's {}: {}", kind, what),
          .splits = {"train", "test"},
          .shape = "28x28 grey",
          .open = open_emnist,
          .home = "emnist"};
}

/// The set that files of the idx format are of, told by their names and, where these are the same, by a folder's.
std::string idx_set(const std::string& base, const std::string& path) {
  if (base.starts_with("emnist-")) {
    const std::string set = base.substr(0, base.find('-', std::string_view("emnist-").size()));
    return std::any_of(sources().begin(), sources().end(), [&](const auto& s) { return s.name == set; })
               ? set
               : "emnist-balanced";
  }
  std::string lower = path;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower.find("fashion") != std::string::npos) return "fashion-mnist";
  return lower.find("kmnist") != std::string::npos || lower.find("kuzushiji") != std::string::npos ? "kmnist" : "mnist";
}

/// "n01440764.tar", of one of ImageNet's classes.
bool is_wnid_tar(const std::string& base) {
  return base.size() == 13 && base[0] == 'n' && base.ends_with(".tar") && base.find_first_not_of("0123456789", 1) == 9;
}

/// A set whose images are listed first and decoded when they are asked for.
Source listed(const char* name, const char* about, std::vector<std::string> splits, const char* pixels,
              decltype(Source::list) list) {
  return {name, about, std::move(splits), pixels, nullptr, false, "", list};
}

/// A set of any size, whose samples may have 16 bits, and images any number of channels.
Source deep(const char* name, const char* about, decltype(Source::open) open, decltype(Source::list) list = nullptr) {
  Source source{name, about, {}, "any", open};
  source.list = list;
  source.deep = true;
  return source;
}

}  // namespace

const std::vector<Source>& sources() {
  static const std::vector<Source> table = {
      {"shapes",
       "ten kinds of shapes, rendered by the program itself",
       {"train", "test"},
       "32x32 RGB",
       open_shapes,
       true},
      {"cifar10", "CIFAR-10: 60,000 photographs of ten kinds of things", {"train", "test"}, "32x32 RGB", open_cifar10},
      {"cifar100", "CIFAR-100: 60,000 photographs of a hundred kinds", {"train", "test"}, "32x32 RGB", open_cifar100},
      {"mnist", "MNIST: 70,000 handwritten digits", {"train", "test"}, "28x28 grey", open_mnist},
      {"fashion-mnist",
       "Fashion-MNIST: 70,000 articles of clothing",
       {"train", "test"},
       "28x28 grey",
       open_fashion_mnist},
      {"kmnist", "KMNIST: 70,000 handwritten hiragana", {"train", "test"}, "28x28 grey", open_kmnist},
      emnist("balanced", "131,600 digits and letters, as many of each"),
      emnist("byclass", "814,255 digits and letters"),
      emnist("bymerge", "814,255 digits and letters, those that look alike as one"),
      emnist("digits", "280,000 digits"),
      emnist("letters", "145,600 letters"),
      emnist("mnist", "70,000 digits"),
      {"stl10",
       "STL-10: 13,000 photographs of ten kinds of things, and 100,000 without labels",
       {"train", "test", "unlabeled"},
       "96x96 RGB",
       open_stl10},
      {"svhn", "SVHN: 600,000 house-number digits", {"train", "test", "extra"}, "32x32 RGB", open_svhn},
      {"mnistm",
       "MNIST-M: MNIST's digits on photographs, made by the program",
       {"train", "test"},
       "28x28 RGB",
       open_mnistm,
       false,
       "mnist"},
      listed("celeba", "CelebA: 202,599 faces with 40 attributes", {"all", "train", "val", "test"}, "178x218 RGB",
             list_celeba),
      listed("flowers102", "Oxford's 102 flowers: 8,189 photographs", {"train", "val", "test"}, "any RGB",
             list_flowers102),
      listed("imagenet", "ImageNet (ILSVRC 2012): 1,331,167 photographs, in the published archives", {"train", "val"},
             "any RGB", list_imagenet),
      listed("lsun", "LSUN: millions of photographs of scenes and objects, as LMDB", {"train", "val"}, "any RGB",
             list_lsun),
      deep("folder", "a folder, zip, tar or WebDataset shards, with folders as classes or a table of labels", nullptr,
           list_folder),
      deep("arrays", "a .npy or .npz of images, with their labels", open_arrays),
      deep("packed", "a file that `ganymede data prepare` made", open_packed),
  };
  return table;
}

std::string guess_source(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::string guess;
  const auto look = [&](const std::string& name) {
    const std::string base = base_name(name);
    if (base == "data_batch_1.bin" || base == "test_batch.bin" || base.rfind("cifar-10-binary", 0) == 0)
      guess = "cifar10";
    else if (base == "fine_label_names.txt" || base.rfind("cifar-100-binary", 0) == 0)
      guess = "cifar100";
    else if (base == "data.mdb")
      guess = "lsun";
    else if (base.ends_with("_32x32.mat"))
      guess = "svhn";
    else if (base.rfind(kCelebaImages, 0) == 0 || celeba_stem(base) == "list_attr_celeba")
      guess = "celeba";
    else if (base.rfind("stl10_binary", 0) == 0 || base == "train_X.bin" || base == "test_X.bin")
      guess = "stl10";
    else if (base.rfind("102flowers.t", 0) == 0 || base == "imagelabels.mat")
      guess = "flowers102";
    else if (base.rfind("ILSVRC2012_img_", 0) == 0 || is_wnid_tar(base))
      guess = "imagenet";
    else if (base.find("-idx3-ubyte") != std::string::npos || base.find(".idx3-ubyte") != std::string::npos)
      guess = idx_set(base, fs::absolute(path).string());
    return guess.empty();
  };
  if (path.extension() == ".packed" || is_packed(path))
    return "packed";  // beside images it would tell nothing about them
  if (is_array_name(path)) return "arrays";
  look(path.filename().string());
  std::error_code error;
  if (guess.empty() && fs::is_directory(path, error)) {
    for (fs::recursive_directory_iterator entry(path, error), end; entry != end && !error; entry.increment(error)) {
      if (entry.depth() > 1) entry.disable_recursion_pending();
      if (!look(entry->path().filename().string())) break;
    }
  }
  return guess.empty() ? "folder" : guess;
}

}  // namespace ganymede::data
