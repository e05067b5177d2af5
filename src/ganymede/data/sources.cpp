#include "ganymede/data/sources.h"

#include "ganymede/data/celeba_lists.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/data/npy.h"
#include "ganymede/data/packed.h"
#include "ganymede/data/shapes.h"

namespace ganymede::data {

const std::vector<Source>& sources() {
  static const std::vector<Source> table = {
      {"shapes",
       "ten kinds of figures, drawn by the program itself",
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
      {"svhn", "SVHN: 600,000 house-number digits", {"train", "test", "extra"}, "32x32 RGB", open_svhn},
      {"mnistm",
       "MNIST-M: MNIST's digits on photographs, made by the program",
       {"train", "test"},
       "28x28 RGB",
       open_mnistm,
       false,
       false,
       "mnist"},
      {"celeba",
       "CelebA: 202,599 faces with 40 attributes",
       {"all", "train", "val", "test"},
       "178x218 RGB",
       open_celeba,
       false,
       true},
      {"lsun",
       "LSUN: millions of photographs of scenes and objects, as LMDB",
       {"train", "val"},
       "any RGB",
       open_lsun,
       false,
       true},
      {"folder", "a folder, zip or tar of pictures, a folder for each class", {}, "any", open_folder, false, true},
      {"arrays", "a .npy or .npz of images, with their labels", {}, "any", open_arrays},
      {"packed", "a file that `ganymede data prepare` made", {}, "any", open_packed},
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
    else if (base.rfind(kCelebaPictures, 0) == 0 || celeba_stem(base) == "list_attr_celeba")
      guess = "celeba";
    else if (base.find("-idx3-ubyte") != std::string::npos || base.find(".idx3-ubyte") != std::string::npos) {
      guess = fs::absolute(path).string().find("ashion") != std::string::npos ? "fashion-mnist" : "mnist";
    }
    return guess.empty();
  };
  if (path.extension() == ".packed" || is_packed(path))
    return "packed";  // beside pictures it would tell nothing about them
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
